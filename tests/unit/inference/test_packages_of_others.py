"""Real networks of others give their documented answers from a manifest alone."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.analysis.plain_images import read_plain_image, series_of_plain_image
from app.analysis.to_model_input import to_model_input
from app.studies.display_sets import display_sets
from app.studies.load import load_volume, open_path
from inference.bundle import load_bundle
from inference.client import ModelClient
from inference.types import LabelMap, ModelOutput, OutputState
from tests.support.packages import hybridgnet_cxr, miniseg_covid_ct
from tests.support.shared import shared_dir

MASS_LPS_MM = (-82.0, -191.0, -193.0)  # by eye, in a lung window
pytestmark = [pytest.mark.shared, pytest.mark.slow]


@pytest.fixture(scope="module")
def client() -> Iterator[ModelClient]:
    shared = ModelClient()
    yield shared
    shared.close()


def outline(client: ModelClient, package: Path, file: Path) -> ModelOutput:
    volume = read_plain_image(file)
    given = to_model_input(volume, None, series_of_plain_image(file, volume, "PA"))
    return client.run(load_bundle(package), given)


def columns_of(parts: LabelMap, name: str) -> tuple[float, float]:
    """First and last column of a part, in pixels of the film."""
    label = next(number for number, told in parts.names.items() if told == name)
    _, rows, columns = np.nonzero(parts.values == label)
    x = parts.affine[0, 2] * np.array([columns.min() - 0.5, columns.max() + 0.5]) + parts.affine[0, 3]
    assert len(rows)
    return float(x[0]), float(x[1])


def test_lungs_heart_and_ratio_on_real_films(client: ModelClient, tmp_path: Path) -> None:
    """Documented: ratio 0.475 in the mean, 0.39 to 0.56 from the 5th to the 95th percentile of 41 films."""
    package, folder = hybridgnet_cxr(tmp_path), shared_dir("data", "cxr_nih_1024")
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as rows:
        upright = [row["file"] for row in csv.DictReader(rows) if row["view"] == "PA"]
    ratios = []
    for name in upright[:4]:
        output = outline(client, package, folder / name)
        assert (output.state, output.detections) == (OutputState.NEGATIVE, ())
        (ratio,) = output.measures
        ratios.append(ratio.value)
        (left, right), (first, last) = (columns_of(output.label_maps[0], part) for part in ("Heart", "Lungs"))
        assert first < left < right < last
    assert 0.39 <= float(np.median(ratios)) <= 0.56


def test_a_large_heart_lies_in_the_box_that_a_reader_drew(client: ModelClient, tmp_path: Path) -> None:
    """Box of 00008365_000 (BBox_List_2017): columns 337.9 to 755.5."""
    file = shared_dir("data", "cxr_nih_1024", "images", "00008365_000.png")
    output = outline(client, hybridgnet_cxr(tmp_path), file)
    left, right = columns_of(output.label_maps[0], "Heart")
    overlap = min(right, 755.5) - max(left, 337.9)
    assert overlap / (max(right, 755.5) - min(left, 337.9)) > 0.75
    assert output.measures[0].value > 0.5


def test_dense_lung_lies_on_the_mass_that_is_seen_there(client: ModelClient, tmp_path: Path) -> None:
    """Nine slices about a spiculated mass of 2 cm in the right lower lung."""
    study = open_path(shared_dir("data", "ct_chest_cptac_C3N-00247"))[0]
    whole = to_model_input(load_volume(display_sets(study)[0]), study, study.series[0])
    heights = whole.affine[2, 3] + whole.affine[2, 0] * np.arange(len(whole.pixels))
    start = int(np.argmin(np.abs(heights - MASS_LPS_MM[2]))) - 4
    affine = whole.affine.copy()
    affine[:3, 3] += start * affine[:3, 0]
    output = client.run(
        load_bundle(miniseg_covid_ct(tmp_path)),
        replace(whole, pixels=whole.pixels[start : start + 9], affine=affine),
    )
    assert output.state is OutputState.POSITIVE
    assert 0 < next(one.value for one in output.measures if one.key == "dense_share") < 30
    dense = output.label_maps[0]
    index = np.linalg.solve(dense.affine, (*MASS_LPS_MM, 1.0))[:3]
    away = np.argwhere(dense.values > 0) - index
    assert np.linalg.norm(away * np.linalg.norm(dense.affine[:3, :3], axis=0), axis=1).min() <= 10.0


@pytest.mark.parametrize("package", [hybridgnet_cxr, miniseg_covid_ct])
def test_golden_cases_hold(client: ModelClient, tmp_path: Path, package: object) -> None:
    assert callable(package)
    answer = client.golden(load_bundle(package(tmp_path)))
    assert isinstance(answer, dict), answer
    assert answer["cases"][0]["difference"] <= answer["cases"][0]["allowed"]
