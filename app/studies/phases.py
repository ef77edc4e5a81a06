"""Images of one place told apart: echoes, b-values, times, acquisitions. By what the files say, not by their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Generic, TypeVar

T = TypeVar("T")
Marks = Mapping[str, Hashable]

# What is tried first parts a series most plainly; kinds of image (magnitude, phase; water, fat) come late.
MARKS = (
    "StackID",
    "TemporalPositionIdentifier",
    "DiffusionBValue",
    "EchoTime",
    "CardiacPhase",
    "TriggerTime",
    "AcquisitionNumber",
    "ImageType",
    "DiffusionDirection",
)
TOGETHER = 3  # so many marks at most are needed at once, as echo and b-value and kind


@dataclass(frozen=True, slots=True)
class Phase(Generic[T]):
    """One phase: `marks` of it that tell it from the others, in the order tried; none where only numbers did."""

    marks: tuple[tuple[str, Hashable], ...]
    members: tuple[T, ...]


def split_phases(
    by_place: Sequence[Sequence[T]], marks: Callable[[T], Marks]
) -> tuple[tuple[Phase[T], ...], bool]:
    """Phases, each with every place at most once, and whether the files' own marks told them apart.

    by_place: images of one place together, in the order of their numbers. Empty if nothing tells them apart.
    """
    everything = [(place, one) for place, same in enumerate(by_place) for one in same]
    present = [name for name in MARKS if len({marks(one).get(name) for _, one in everything}) > 1]
    for together in range(1, min(TOGETHER, len(present)) + 1):
        for names in combinations(present, together):
            found = _by_marks(everything, names, marks, len(by_place))
            if found is not None:
                return found, True
    ranked = _by_rank(by_place, marks, present)
    return ranked, False


def _by_marks(
    everything: Sequence[tuple[int, T]],
    names: tuple[str, ...],
    marks: Callable[[T], Marks],
    places: int,
) -> tuple[Phase[T], ...] | None:
    """Phases by these marks; None where one would hold a place twice, or most would hold next to nothing."""
    groups: dict[tuple[Hashable, ...], dict[int, T]] = defaultdict(dict)
    for place, one in everything:
        told = marks(one)
        group = groups[tuple(told.get(name) for name in names)]
        if place in group:
            return None
        group[place] = one
    if len(groups) < 2 or max(map(len, groups.values())) * 2 < places:
        return None
    return tuple(
        Phase(tuple(zip(names, key, strict=True)), tuple(one for _, one in sorted(group.items(), key=_place)))
        for key, group in sorted(groups.items(), key=lambda entry: tuple(map(_sortable, entry[0])))
    )


def _by_rank(
    by_place: Sequence[Sequence[T]], marks: Callable[[T], Marks], present: Sequence[str]
) -> tuple[Phase[T], ...]:
    """The first of every place, the second of every place ...; only where every place was imaged equally often."""
    counts = {len(same) for same in by_place}
    if len(counts) != 1 or len(by_place) < 2:
        return ()

    def rank(one: T) -> tuple[tuple[bool, str, float, str], ...]:
        return tuple(_sortable(marks(one).get(name)) for name in present)

    columns = zip(*(sorted(same, key=rank) for same in by_place), strict=True)
    return tuple(Phase((), members) for members in columns)


def _place(entry: tuple[int, T]) -> int:
    return entry[0]


def _sortable(value: Hashable) -> tuple[bool, str, float, str]:
    """Values of any kind in one order; what is not told comes first."""
    is_number = isinstance(value, int | float)
    number = float(value) if isinstance(value, int | float) else 0.0
    return (
        value is not None,
        "" if is_number else type(value).__name__,
        number,
        "" if is_number else str(value),
    )
