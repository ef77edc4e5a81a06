"""Figures of quality assurance with their intervals, refused where there are too few cases (RQ-48, RQ-49)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

LEAST_CASES = 20  # under this no rate is printed: Moscow experiment, RQ-49
FEW_CASES = 400  # under this a rate comes with a warning: the same rule
RARE_CLASS = 0.10  # a class below this share comes with a warning: the same rule
Z_95 = 1.959963984540054  # two-sided 95 % of the normal distribution

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its Wilson interval; value and ci95 are None where it was refused, and reason_key says why."""

    successes: int
    n: int
    value: float | None
    ci95: Interval | None
    reason_key: str = ""


@dataclass(frozen=True, slots=True)
class Auc:
    """Area under the ROC curve with DeLong's standard error and an interval clipped to 0 and 1."""

    n_positive: int
    n_negative: int
    value: float | None
    standard_error: float | None
    ci95: Interval | None
    reason_key: str = ""


def wilson_interval(successes: int, n: int) -> Interval:
    """95 % interval of a proportion (Wilson 1927), by scipy."""
    from scipy.stats import binomtest

    interval = binomtest(successes, n).proportion_ci(confidence_level=0.95, method="wilson")
    return float(interval.low), float(interval.high)


def rate(successes: int, n: int) -> Rate:
    """A share of n, refused under 20."""
    if n < LEAST_CASES:
        return Rate(successes, n, None, None, "evaluate.refused.few_cases")
    return Rate(successes, n, successes / n, wilson_interval(successes, n))


def auc(positives: ArrayLike, negatives: ArrayLike) -> Auc:
    """AUC of the scores of two classes, refused under 20 cases in all or 2 in a class."""
    high, low = _scores(positives), _scores(negatives)
    if len(high) < 2 or len(low) < 2:
        return Auc(len(high), len(low), None, None, None, "evaluate.refused.one_class")
    if len(high) + len(low) < LEAST_CASES:
        return Auc(len(high), len(low), None, None, None, "evaluate.refused.few_cases")
    value, error = delong(high, low)
    interval = (max(0.0, value - Z_95 * error), min(1.0, value + Z_95 * error))
    return Auc(len(high), len(low), value, error, interval)


def delong(positives: ArrayLike, negatives: ArrayLike) -> tuple[float, float]:
    """AUC and its standard error (DeLong, DeLong and Clarke-Pearson 1988; ranks after Sun and Xu 2014).

    Raises ValueError with fewer than two scores in a class or a score that is no number.
    """
    high, low = _scores(positives), _scores(negatives)
    if len(high) < 2 or len(low) < 2:
        raise ValueError("DeLong needs at least two scores in each class")
    together = _midranks(np.concatenate((high, low)))
    above = (together[: len(high)] - _midranks(high)) / len(low)  # share of negatives below each positive
    below = 1.0 - (together[len(high) :] - _midranks(low)) / len(
        high
    )  # share of positives above each negative
    variance = above.var(ddof=1) / len(high) + below.var(ddof=1) / len(low)
    return float(above.mean()), math.sqrt(float(variance))


def sample_warnings(n_positive: int, n_negative: int) -> tuple[str, ...]:
    """Text keys of what must stand beside every figure of such a sample."""
    n = n_positive + n_negative
    found = []
    if n < FEW_CASES:
        found.append("evaluate.warning.few_cases")
    if n and min(n_positive, n_negative) / n < RARE_CLASS:
        found.append("evaluate.warning.rare_class")
    return tuple(found)


def _scores(values: ArrayLike) -> NDArray[np.float64]:
    scores = np.asarray(values, dtype=np.float64).ravel()
    if not bool(np.isfinite(scores).all()):
        raise ValueError("a score is no finite number")
    return scores


def _midranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks from 1, ties sharing the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: NDArray[np.float64] = (last - (counts - 1) / 2)[inverse]
    return ranks
