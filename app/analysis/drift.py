"""Whether what a model gets, or says, has moved away from a frozen reference (RQ-53)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from app.analysis.statistics import LEAST_CASES

PSI_LIMIT = 0.2  # usual rule of thumb for a shift that matters
P_LIMIT = 0.01  # of the two-sample Kolmogorov-Smirnov test, ours
WEEKS_IN_A_ROW = 2  # one odd week is chance; ours
_FLOOR = 1e-4  # share of a class that nobody was in, so that its logarithm is finite


@dataclass(frozen=True, slots=True)
class Week:
    """One week of one model against the reference; None where there are too few cases to say anything."""

    name: str
    n: int
    p_value: float | None
    psi: tuple[tuple[str, float | None], ...]

    @property
    def is_off(self) -> bool:
        """Whether the week by itself lies over a limit."""
        shifted = any(value is not None and value > PSI_LIMIT for _, value in self.psi)
        return shifted or (self.p_value is not None and self.p_value < P_LIMIT)


def ks_p_value(reference: Sequence[float], current: Sequence[float]) -> float | None:
    """P of the two-sample Kolmogorov-Smirnov test, refused under 20 scores on either side."""
    from scipy.stats import ks_2samp

    if min(len(reference), len(current)) < LEAST_CASES:
        return None
    return float(ks_2samp(reference, current).pvalue)


def psi(reference: Sequence[str], current: Sequence[str]) -> float | None:
    """Population stability index over named classes, refused under 20 cases on either side.

    The part of it that chance alone is expected to give, (classes - 1)(1/n + 1/m), is taken off: without that a small
    week looks shifted where nothing is (Yurdakul 2018 gives this mean of its distribution).
    """
    import math

    if min(len(reference), len(current)) < LEAST_CASES:
        return None
    before, now = Counter(reference), Counter(current)
    classes = before.keys() | now.keys()
    total = 0.0
    for name in classes:
        old = max(before[name] / len(reference), _FLOOR)
        new = max(now[name] / len(current), _FLOOR)
        total += (new - old) * math.log(new / old)
    chance = (len(classes) - 1) * (1 / len(reference) + 1 / len(current))
    return max(0.0, total - chance)


def alarms(weeks: Sequence[Week]) -> tuple[str, ...]:
    """Weeks at which an alarm stands: over a limit, and the week before as well."""
    return tuple(
        week.name
        for number, week in enumerate(weeks)
        if number >= WEEKS_IN_A_ROW - 1
        and all(one.is_off for one in weeks[number - WEEKS_IN_A_ROW + 1 : number + 1])
    )
