"""Two sets of marks on a study held against each other, lesion by lesion."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from app.domain.finding import Place


class SetKind(Enum):
    """Whose marks a set holds."""

    MODEL = "model"
    READER = "reader"
    PRIOR = "prior"


@dataclass(frozen=True, slots=True)
class SetMark:
    """One lesion of a set: where it lies, and in which space that is said."""

    finding_id: str
    label: str
    place: Place
    series_instance_uids: tuple[str, ...]
    frame_of_reference_uid: str
    result_id: str = ""
    score: float | None = None
    side: str = ""


@dataclass(frozen=True, slots=True)
class ResultSet:
    """What one model version, one reader, or an earlier study says. set_id is as it is typed: "model:name@version"."""

    set_id: str
    kind: SetKind
    title: str
    study_instance_uid: str
    marks: tuple[SetMark, ...]


class How(Enum):
    """By what two marks were taken for the same lesion."""

    OVERLAP = "overlap"
    DISTANCE = "distance"
    WORDS = "words"  # another space: same label and side, no number can be given


@dataclass(frozen=True, slots=True)
class Pair:
    """One row of the table: both, or only one of the two. dice and distance_mm are None where they cannot be told."""

    left: SetMark | None
    right: SetMark | None
    how: How | None = None
    dice: float | None = None
    distance_mm: float | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Pairs first, then what only the left set has (missed by the right), then what only the right has (extra)."""

    left: ResultSet
    right: ResultSet
    pairs: tuple[Pair, ...]
    over_findings: bool = False  # drawn: the left set alone, over the findings as they stand

    @property
    def matched(self) -> tuple[Pair, ...]:
        """Lesions that both have."""
        return tuple(one for one in self.pairs if one.left and one.right)

    @property
    def missed(self) -> tuple[Pair, ...]:
        """Only the left set has them."""
        return tuple(one for one in self.pairs if one.right is None)

    @property
    def extra(self) -> tuple[Pair, ...]:
        """Only the right set has them."""
        return tuple(one for one in self.pairs if one.left is None)

    @property
    def mean_dice(self) -> float | None:
        """Over the matched lesions whose overlap is known."""
        known = [one.dice for one in self.matched if one.dice is not None]
        return sum(known) / len(known) if known else None

    @property
    def mean_distance_mm(self) -> float | None:
        """Over the matched lesions whose distance is known."""
        known = [one.distance_mm for one in self.matched if one.distance_mm is not None]
        return sum(known) / len(known) if known else None
