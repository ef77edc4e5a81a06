"""When a model package is to be stopped: its defects or the readers' disagreement pass a limit (RQ-40)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

FEWEST = 20  # of fewer than so many no rate is worked out (RQ-49)
DEFECT_SHARE = 0.10
DAYS = 30


@dataclass(frozen=True, slots=True)
class Limits:
    """defects: largest share of runs with a technical defect. concordance: least share of findings that readers accept.

    concordance 0 sets no limit: how much a reader may disagree is for the site to say.
    """

    defects: float = DEFECT_SHARE
    concordance: float = 0.0


@dataclass(frozen=True, slots=True)
class Fared:
    """How a package fared lately: runs and those with a defect, findings judged and those accepted as they were."""

    runs: int = 0
    defective: int = 0
    judged: int = 0
    accepted: int = 0


class Broken(Enum):
    """Which rule was broken."""

    DEFECTS = "defects"
    CONCORDANCE = "concordance"


def fared(defects: Sequence[str], accepted: Sequence[bool]) -> Fared:
    """Counts of runs by the letters of their defects ('' none), and of judged findings."""
    return Fared(len(defects), sum(map(bool, defects)), len(accepted), sum(accepted))


def broken_rule(one: Fared, limits: Limits) -> tuple[Broken, float, float] | None:
    """The first rule broken with the share found and its limit; None while all hold or there are too few cases."""
    if one.runs >= FEWEST and one.defective / one.runs > limits.defects:
        return Broken.DEFECTS, one.defective / one.runs, limits.defects
    if limits.concordance and one.judged >= FEWEST and one.accepted / one.judged < limits.concordance:
        return Broken.CONCORDANCE, one.accepted / one.judged, limits.concordance
    return None
