"""Points of the curves that are drawn beside figures: ROC, and how scores stand to the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.analysis.agreement import bootstrap_interval
from app.analysis.statistics import LEAST_CASES, Interval, Rate, rate

BINS = 10  # of equally many cases (ours)
Scored = Sequence[tuple[float, bool]]  # score, and whether the case is positive


@dataclass(frozen=True, slots=True)
class Bin:
    """Cases of neighbouring scores: their mean score, and how many of them are positive."""

    mean_score: float
    observed: Rate


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far scores are probabilities: expected calibration error (Naeini 2015) and Brier's score, lower is better.

    bins is None, and reason_key says why, where scores cannot be probabilities or there are too few cases.
    """

    bins: tuple[Bin, ...] | None
    error: float | None = None
    error_ci95: Interval | None = None
    brier: float | None = None
    reason_key: str = ""


def roc_points(scored: Scored) -> tuple[list[float], list[float]]:
    """(1 - specificity, sensitivity) at each score, from the highest down; equal scores fall together.

    Both classes must be there.
    """
    sick = sum(is_sick for _, is_sick in scored)
    well = len(scored) - sick
    false, hits, x, y = 0, 0, [0.0], [0.0]
    ordered = sorted(scored, key=lambda one: -one[0])
    for number, (score, is_sick) in enumerate(ordered):
        hits, false = hits + is_sick, false + (not is_sick)
        if number + 1 == len(ordered) or ordered[number + 1][0] < score:
            x.append(false / well)
            y.append(hits / sick)
    return x, y


def reliability(scored: Scored) -> Reliability:
    """Over bins of equally many cases, by score; the interval is a bootstrap over cases."""
    if len(scored) < LEAST_CASES:
        return Reliability(None, reason_key="evaluate.refused.few_cases")
    if not all(0.0 <= score <= 1.0 for score, _ in scored):
        return Reliability(None, reason_key="evaluate.refused.no_probability")
    scores = np.array([score for score, _ in scored])
    truth = np.array([is_sick for _, is_sick in scored], dtype=float)
    parts = np.array_split(np.argsort(scores, kind="stable"), min(BINS, len(scored) // 2))
    bins = tuple(Bin(float(scores[part].mean()), rate_of_part(truth[part])) for part in parts)
    interval = bootstrap_interval(len(scores), lambda drawn: calibration_error(scores[drawn], truth[drawn]))
    brier = float(((scores - truth) ** 2).mean())
    return Reliability(bins, calibration_error(scores, truth), interval, brier)


def rate_of_part(truth: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Rate:
    """Share of positive cases; a bin of a curve is shown however small it is, its interval says how sure it is."""
    found = rate(int(truth.sum()), len(truth))
    if found.value is not None:
        return found
    from app.analysis.statistics import wilson_interval

    hits = int(truth.sum())
    return Rate(hits, len(truth), hits / len(truth), wilson_interval(hits, len(truth)))


def calibration_error(
    scores: np.ndarray[tuple[int], np.dtype[np.float64]],
    truth: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> float:
    """Mean distance of score and share of positives over bins of equally many cases, weighed by their size."""
    parts = np.array_split(np.argsort(scores, kind="stable"), min(BINS, len(scores) // 2))
    away = [len(part) * abs(float(scores[part].mean() - truth[part].mean())) for part in parts]
    return sum(away) / len(scores)
