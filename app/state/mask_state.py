"""How masks are corrected: which segmentation and segment, with what brush. Voxels and names are in the reading."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

SIZES_MM = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 15.0, 20.0, 25.0, 30.0, 40.0)
TOOL = "brush"  # what the left button does in this mode


class BrushKind(Enum):
    """What the brush does."""

    BRUSH = "brush"
    ERASER = "eraser"
    ISLAND = "island"  # a click keeps the piece that it meets


@dataclass(frozen=True, slots=True)
class MaskMode:
    """is_on: keys and left button correct the chosen segmentation.

    number: the segment that is worked on. solid: a ball, else a disc in the plane of the view. band: modality values
    (HU in CT) that the brush takes, where `has_band`. tool_before: what the left button did before.
    """

    is_on: bool = False
    segmentation_id: str = ""
    number: int = 0
    kind: BrushKind = BrushKind.BRUSH
    solid: bool = False
    radius_mm: float = 5.0
    has_band: bool = False
    band: tuple[float, float] = (-1000.0, 3000.0)
    hidden: frozenset[int] = frozenset()
    locked: frozenset[int] = frozenset()
    fills: bool = True
    tool_before: str = "window"

    def radius_by(self, steps: int) -> float:
        """A radius so many steps larger, or smaller."""
        here = min(range(len(SIZES_MM)), key=lambda n: abs(SIZES_MM[n] - self.radius_mm))
        return SIZES_MM[min(max(here + steps, 0), len(SIZES_MM) - 1)]
