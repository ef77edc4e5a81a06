from __future__ import annotations

import pytest

from app.analysis.statistics import auc, delong, rate, sample_warnings, wilson_interval

POSITIVES = (0.9, 0.8, 0.7, 0.6, 0.55, 0.54, 0.53, 0.51, 0.505, 0.4)
NEGATIVES = (0.7, 0.52, 0.5, 0.45, 0.38, 0.37, 0.36, 0.35, 0.33, 0.3)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 100, 0.7222, 0.8749), (50, 50, 0.9287, 1.0), (0, 20, 0.0, 0.1611), (340, 400, 0.8117, 0.8817)],
)
def test_wilson_gives_the_published_vectors(successes: int, n: int, low: float, high: float) -> None:
    assert wilson_interval(successes, n) == pytest.approx((low, high), abs=5e-5)


def test_delong_gives_the_published_vector() -> None:
    value, error = delong(POSITIVES, NEGATIVES)
    assert value == pytest.approx(0.875, abs=1e-12)
    assert error == pytest.approx(0.0845, abs=5e-5)


def test_the_interval_of_an_auc_is_clipped_to_one() -> None:
    found = auc(POSITIVES, NEGATIVES)
    assert found.ci95 is not None
    assert found.ci95 == pytest.approx((0.709, 1.0), abs=5e-4)
    assert found.ci95[1] == 1.0


def test_no_rate_is_given_under_twenty_cases() -> None:
    refused = rate(19, 19)
    assert (refused.value, refused.ci95) == (None, None)
    assert refused.reason_key == "evaluate.refused.few_cases"
    assert rate(20, 20).value == 1.0


def test_no_auc_is_given_under_twenty_cases() -> None:
    refused = auc(POSITIVES, NEGATIVES[:9])
    assert (refused.value, refused.ci95, refused.reason_key) == (None, None, "evaluate.refused.few_cases")


def test_no_auc_is_given_of_one_class() -> None:
    assert auc(POSITIVES * 3, ()).reason_key == "evaluate.refused.one_class"


def test_a_score_that_is_no_number_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="no finite number"):
        delong((0.1, float("nan")), (0.2, 0.3))


@pytest.mark.parametrize(
    ("positive", "negative", "expected"),
    [
        (200, 200, ()),
        (199, 200, ("evaluate.warning.few_cases",)),
        (39, 400, ("evaluate.warning.rare_class",)),
        (2, 30, ("evaluate.warning.few_cases", "evaluate.warning.rare_class")),
    ],
)
def test_small_or_lopsided_samples_carry_a_warning(
    positive: int, negative: int, expected: tuple[str, ...]
) -> None:
    assert sample_warnings(positive, negative) == expected
