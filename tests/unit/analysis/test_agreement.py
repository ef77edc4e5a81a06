"""RQ-48 and RQ-50: published vectors, and the same figures by libraries that share no code with ours."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.analysis.agreement import (
    SEED,
    bootstrap_interval,
    cohen_kappa,
    dice,
    fleiss_kappa,
    kappa_interval,
    table_of,
)
from app.analysis.statistics import delong, wilson_interval

# Fleiss 1971 as it stands in the textbooks: 10 subjects, 5 classes, 14 raters.
CLASSIC = [
    [0, 0, 0, 0, 14],
    [0, 2, 6, 4, 2],
    [0, 0, 3, 5, 6],
    [0, 3, 9, 2, 0],
    [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0],
    [2, 5, 3, 2, 2],
    [6, 5, 2, 1, 0],
    [0, 2, 2, 3, 7],
]


def test_rq50_cohen_gives_the_published_vector() -> None:
    assert cohen_kappa([[20, 5], [10, 15]]) == pytest.approx(0.400, abs=1e-12)


def test_rq50_fleiss_gives_the_published_vector() -> None:
    assert fleiss_kappa(CLASSIC) == pytest.approx(0.210, abs=5e-4)


@settings(deadline=None)  # the first call imports scikit-learn
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=5, max_size=60))
def test_rq50_kappas_equal_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    """CT-0..4 is an ordered scale: weighted kappa counts how far two readers are apart."""
    from sklearn.metrics import cohen_kappa_score

    first, second = zip(*pairs, strict=True)
    table = table_of(first, second, range(5))
    for ours, theirs in (("", None), ("linear", "linear"), ("quadratic", "quadratic")):
        found = cohen_kappa(table, ours)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            wanted = cohen_kappa_score(first, second, weights=theirs, labels=range(5))
        if found is None:
            assert np.isnan(wanted)
        else:
            assert found == pytest.approx(wanted, abs=1e-9)


def test_rq50_fleiss_and_cohen_equal_statsmodels() -> None:
    from statsmodels.stats.inter_rater import cohens_kappa
    from statsmodels.stats.inter_rater import fleiss_kappa as theirs

    assert fleiss_kappa(CLASSIC) == pytest.approx(theirs(np.asarray(CLASSIC)), abs=1e-12)
    drawn = np.random.default_rng(1).multinomial(6, [0.5, 0.3, 0.2], size=40)
    assert fleiss_kappa(drawn) == pytest.approx(theirs(drawn), abs=1e-12)
    table = [[30, 4, 1], [6, 20, 5], [0, 3, 31]]
    assert cohen_kappa(table) == pytest.approx(cohens_kappa(table, return_results=False), abs=1e-12)


def test_rq48_wilson_and_delong_equal_other_libraries() -> None:
    from sklearn.metrics import roc_auc_score
    from statsmodels.stats.proportion import proportion_confint

    for successes, n in ((81, 100), (50, 50), (0, 20), (340, 400), (7, 23)):
        wanted = proportion_confint(successes, n, method="wilson")
        assert wilson_interval(successes, n) == pytest.approx(wanted, abs=1e-9)
    draws = np.random.default_rng(2)
    high, low = np.round(draws.normal(0.6, 0.2, 80), 2), np.round(draws.normal(0.4, 0.2, 120), 2)
    truth = [1] * len(high) + [0] * len(low)
    assert delong(high, low)[0] == pytest.approx(roc_auc_score(truth, [*high, *low]), abs=1e-12)


def test_rq48_the_bootstrap_is_seeded_and_has_two_thousand_replicates() -> None:
    values = np.random.default_rng(3).normal(5.0, 2.0, 400)

    def mean(drawn: np.ndarray) -> float:
        return float(values[drawn].mean())

    found = bootstrap_interval(len(values), mean)
    assert found == bootstrap_interval(len(values), mean, seed=SEED)
    assert found != bootstrap_interval(len(values), mean, seed=SEED + 1)
    assert found is not None
    half = 1.96 * values.std(ddof=1) / 20
    assert found == pytest.approx((values.mean() - half, values.mean() + half), abs=0.05)
    with pytest.raises(ValueError, match="2000"):
        bootstrap_interval(len(values), mean, replicates=1999)


def test_rq48_an_interval_without_a_value_is_refused() -> None:
    assert bootstrap_interval(30, lambda drawn: None) is None
    assert bootstrap_interval(1, lambda drawn: 1.0) is None
    assert kappa_interval(["a"] * 30, ["a"] * 30, ["a", "b"]) is None


def test_rq50_dice_of_two_masks() -> None:
    first = np.array([1, 1, 1, 0, 0], bool)
    assert dice(first, np.array([0, 1, 1, 1, 1], bool)) == pytest.approx(4 / 7)
    assert dice(first, first) == 1.0
    assert dice(~first & first, ~first & first) == 1.0


def test_rq50_nobody_to_agree_with_is_no_agreement() -> None:
    assert cohen_kappa(np.zeros((2, 2))) is None
    assert cohen_kappa([[5, 0], [0, 0]]) is None
    assert fleiss_kappa([[3, 0], [3, 0]]) is None
    with pytest.raises(ValueError, match="same number"):
        fleiss_kappa([[2, 1], [1, 1]])
