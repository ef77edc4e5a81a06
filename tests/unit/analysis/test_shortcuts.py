from __future__ import annotations

import csv

import numpy as np
import pytest

from app.analysis.plain_images import read_plain_image
from app.analysis.shortcuts import baseline_auc, glimpse, shrink
from tests.support.shared import shared_dir


def test_shrinking_averages_what_a_cell_covers() -> None:
    picture = np.array([[0.0, 2.0, 4.0], [6.0, 8.0, 10.0]])
    assert shrink(picture, 1, 3).tolist() == [[3.0, 5.0, 7.0]]
    assert shrink(picture, 1, 2) == pytest.approx(np.array([[(3 + 5 / 2) / 1.5, (5 / 2 + 7) / 1.5]]))


def test_shrinking_keeps_the_mean() -> None:
    picture = np.random.default_rng(1).random((37, 53))
    assert shrink(picture, 16, 16).mean() == pytest.approx(picture.mean())


def test_the_border_glimpse_does_not_see_the_middle() -> None:
    picture = np.zeros((448, 448))
    picture[0, 0] = 1.0
    other = picture.copy()
    other[24:-24, 24:-24] = 0.5
    assert np.array_equal(glimpse(picture).border, glimpse(other).border)
    assert not np.array_equal(glimpse(picture).thumbnail, glimpse(other).thumbnail)


def test_labels_that_are_written_in_the_features_are_found_and_chance_is_not() -> None:
    rng = np.random.default_rng(5)
    labels = [bool(n % 2) for n in range(200)]
    patients = [str(n // 2) for n in range(200)]
    told = [rng.normal(2.0 * label, 1.0, 8) for label in labels]
    silent = [rng.normal(0.0, 1.0, 8) for _ in labels]
    assert (baseline_auc(told, labels, patients).value or 0) > 0.95
    assert abs((baseline_auc(silent, labels, patients).value or 0) - 0.5) < 0.15


def test_a_patient_who_can_be_recognised_does_not_help() -> None:
    rng = np.random.default_rng(7)
    faces = rng.normal(0.0, 1.0, (60, 40))
    verdicts = rng.random(60) > 0.5
    features = [faces[n // 5] + rng.normal(0.0, 0.01, 40) for n in range(300)]
    labels = [bool(verdicts[n // 5]) for n in range(300)]
    value = baseline_auc(features, labels, [str(n // 5) for n in range(300)]).value
    assert value is not None
    assert value < 0.75


def test_too_few_patients_for_folds_are_refused() -> None:
    found = baseline_auc([np.zeros(3)] * 30, [True, False] * 15, ["one", "two"] * 15)
    assert found.value is None
    assert found.reason_key == "evaluate.refused.no_folds"


@pytest.mark.shared
@pytest.mark.slow
def test_the_nih_films_give_their_labels_away() -> None:
    root = shared_dir("data", "cxr_nih_512")
    with (root / "labels.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    seen = [glimpse(read_plain_image(root / row["file"]).values(0)) for row in rows]
    labels = [row["label"] == "pneumonia" for row in rows]
    patients = [row["patient_id"] for row in rows]
    thumbnail = baseline_auc([one.thumbnail for one in seen], labels, patients).value
    border = baseline_auc([one.border for one in seen], labels, patients).value
    assert thumbnail == pytest.approx(0.84, abs=0.03)
    assert border == pytest.approx(0.70, abs=0.03)
