"""How a mammogram is turned so that chest walls meet, and whether its header and its pixels agree about the side.

Right breasts hang with the chest wall to the right, left ones with it to the left; above is what was lateral (CC) or
towards the head (MLO). Patient Orientation (0020,0020) says where rows and columns run to: a row that runs to A begins
at the chest wall. A picture is turned only where the header says how it lies and its pixels do not deny it: it is
never mirrored by the pixels alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.domain.volume import Remark, RemarkKind

Side = Literal["left", "right", ""]
_CHEST_OF_ROW: dict[str, Side] = {"A": "left", "P": "right"}
_WANTED: dict[str, Side] = {"R": "right", "L": "left"}
_OPPOSITE = {"L": "R", "R": "L", "H": "F", "F": "H"}


@dataclass(frozen=True, slots=True)
class Told:
    """What the header says: laterality "R" or "L", view such as "CC", and where rows and columns run to."""

    laterality: str
    view: str
    orientation: tuple[str, ...]

    @property
    def chest(self) -> Side:
        """The side of the stored picture where the chest wall lies by Patient Orientation; '' where it does not say."""
        return _CHEST_OF_ROW.get(self._letters(0)[:1], "")

    @property
    def is_upside_down(self) -> bool:
        """Whether columns run to the head, or to the outer side: the picture then hangs mirrored top to bottom."""
        down = "F" if "ML" in self.view or self.view == "LM" else _OPPOSITE.get(self.laterality, "")
        return bool(down) and _OPPOSITE[down] in self._letters(1) and down not in self._letters(1)

    def _letters(self, number: int) -> str:
        return self.orientation[number].upper() if len(self.orientation) == 2 else ""


@dataclass(frozen=True, slots=True)
class Turn:
    """How to hang it: mirrored left to right, top to bottom; remark: what must be known of its side."""

    flip_horizontal: bool = False
    flip_vertical: bool = False
    remark: Remark | None = None


def turn_of(told: Told, seen: Side) -> Turn:
    """seen: the side of the stored picture that the breast lies against by its pixels, '' where that cannot be told."""
    wanted = _WANTED.get(told.laterality)
    if wanted is None:
        return Turn(remark=Remark(RemarkKind.NO_BREAST_SIDE))
    if told.chest and seen and told.chest != seen:
        facts = (("told", told.chest), ("seen", seen))
        return Turn(remark=Remark(RemarkKind.ORIENTATION_DOUBTFUL, facts))
    if not told.chest and seen and seen != wanted:
        return Turn(remark=Remark(RemarkKind.BREAST_SIDE_DOUBTFUL, (("side", told.laterality),)))
    remark = None if seen else Remark(RemarkKind.BREAST_SIDE_UNCHECKED)
    mirrored = bool(told.chest) and told.chest != wanted
    return Turn(mirrored, bool(told.chest) and told.is_upside_down, remark)
