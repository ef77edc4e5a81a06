from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu

from app.analysis.statistics import delong, wilson_interval

scores = st.lists(st.integers(-50, 50).map(lambda n: n / 8), min_size=2, max_size=25)


@given(scores, scores)
def test_auc_is_the_mann_whitney_statistic(positives: list[float], negatives: list[float]) -> None:
    value, _ = delong(positives, negatives)
    statistic = mannwhitneyu(positives, negatives).statistic
    assert value == pytest.approx(statistic / (len(positives) * len(negatives)), abs=1e-12)


@given(scores, scores)
def test_auc_and_its_error_depend_on_the_order_of_scores_only(
    positives: list[float], negatives: list[float]
) -> None:
    plain = delong(positives, negatives)
    stretched = delong(np.exp(positives), np.exp(negatives))
    assert stretched == pytest.approx(plain, abs=1e-12)


@given(scores, scores)
def test_swapping_the_classes_mirrors_the_auc(positives: list[float], negatives: list[float]) -> None:
    value, error = delong(positives, negatives)
    mirrored, same_error = delong(negatives, positives)
    assert (mirrored, same_error) == pytest.approx((1 - value, error), abs=1e-12)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_wilson_interval_holds_its_share(pair: tuple[int, int]) -> None:
    successes, n = pair
    low, high = wilson_interval(successes, n)
    assert 0 <= low <= successes / n <= high <= 1 or abs(high - 1) < 1e-9
