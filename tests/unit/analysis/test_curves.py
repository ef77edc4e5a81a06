"""Curves beside figures equal an independent working out; parts of a collection are told by its own columns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss, roc_curve

from app.analysis.curves import reliability, roc_points
from app.analysis.labels import Case
from app.analysis.subgroups import groups_by

scores = st.lists(
    st.tuples(st.sampled_from([0.1, 0.2, 0.25, 0.5, 0.9]), st.booleans()), min_size=4, max_size=60
)


@given(scores)
def test_roc_is_that_of_scikit_learn(scored: list[tuple[float, bool]]) -> None:
    scored = [*scored, (0.3, True), (0.3, False)]
    false, hits = roc_points(scored)
    theirs = roc_curve([t for _, t in scored], [s for s, _ in scored], drop_intermediate=False)
    assert false == pytest.approx(list(theirs[0]))
    assert hits == pytest.approx(list(theirs[1]))


def test_reliability_is_that_of_scikit_learn() -> None:
    draws = np.random.default_rng(3)
    score = draws.random(400)
    truth = draws.random(400) < score**2
    found = reliability(list(zip(score.tolist(), truth.tolist(), strict=True)))
    shares, means = calibration_curve(truth, score, n_bins=10, strategy="quantile")
    assert found.bins is not None
    assert [one.mean_score for one in found.bins] == pytest.approx(list(means), abs=0.01)
    assert [one.observed.value for one in found.bins] == pytest.approx(list(shares), abs=0.05)
    assert found.brier == pytest.approx(brier_score_loss(truth, score))
    assert found.error is not None
    assert found.error == pytest.approx(float(np.abs(shares - means).mean()), abs=0.01)
    assert found.error_ci95 is not None
    assert found.error_ci95[0] < found.error < found.error_ci95[1] * 1.2


def test_scores_that_are_no_shares_and_few_cases_are_refused() -> None:
    assert reliability([(3.0, True)] * 30).reason_key == "evaluate.refused.no_probability"
    assert reliability([(0.5, True)] * 19).reason_key == "evaluate.refused.few_cases"


def case(number: int, **facts: str) -> Case:
    return Case(f"{number}", Path(f"{number}"), number % 2 == 0, f"{number}", facts=tuple(facts.items()))


def test_words_make_parts_and_what_is_not_said_stands_apart() -> None:
    found = groups_by([case(0, view="PA"), case(1, view="AP"), case(2), case(3, view="PA")], "view")
    assert found == {"AP": [1], "PA": [0, 3], "": [2]}


def test_many_numbers_are_cut_into_quarters() -> None:
    found = groups_by([case(n, age=str(20 + n)) for n in range(40)], "age")
    assert list(found) == ["20 to 29.75", "29.75 to 39.5", "39.5 to 49.25", "49.25 to 59"]
    assert [len(members) for members in found.values()] == [10, 10, 10, 10]
    assert sorted(at for members in found.values() for at in members) == list(range(40))


def test_few_numbers_stay_as_they_are() -> None:
    assert list(groups_by([case(n, site=str(n % 3)) for n in range(9)], "site")) == ["0", "1", "2"]
