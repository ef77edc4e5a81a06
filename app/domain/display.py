"""How a file wants its values shown: tables, planes over the picture, shutters. Nothing is read here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

VoiFunction = Literal["LINEAR", "LINEAR_EXACT", "SIGMOID"]  # PS3.3 C.11.2.1.3
# From 10 % to 90 % a line takes 0.8 of its window, a sigmoid ln(9) / 2: the same rise needs a narrower one.
SIGMOID_SHARE = 0.8 / (math.log(9) / 2)


@dataclass(frozen=True, slots=True, eq=False)
class LookupTable:
    """A modality or VOI LUT (PS3.3 C.11.1 and C.11.2): value -> table[value - first], clamped at both ends.

    table: 1-D, uint8 or uint16, at least one entry. bits: entries run from 0 to 2**bits - 1.
    """

    first: int
    table: NDArray[np.unsignedinteger[Any]]
    bits: int
    explanation: str = ""

    @property
    def nearest(self) -> tuple[float, float]:
        """(center, width) of the linear window that rises from a tenth to nine tenths as it does: a drag begins there.

        A falling table is taken as if it rose.
        """
        share = self.table.astype(np.float64) / (2**self.bits - 1)
        rising = np.maximum.accumulate(share if share[-1] >= share[0] else share[::-1])
        low, high = float(rising[0]), float(rising[-1])
        if high <= low:
            return self.first + (len(rising) - 1) / 2, float(max(len(rising), 1))
        at = [int(np.searchsorted(rising, low + part * (high - low))) for part in (0.1, 0.5, 0.9)]
        slope = 0.8 * (high - low) / max(at[2] - at[0], 1)
        middle = at[1] if share[-1] >= share[0] else len(rising) - 1 - at[1]
        return self.first + middle + (0.5 - (low + high) / 2) / slope, max(1 / slope, 1.0)

    def look_up(self, values: NDArray[Any]) -> NDArray[np.unsignedinteger[Any]]:
        """Entries for values of any shape; fractions go to the nearest whole value."""
        whole = values if np.issubdtype(values.dtype, np.integer) else np.rint(values)
        place = np.clip(whole.astype(np.int64) - self.first, 0, len(self.table) - 1)
        return np.take(self.table, place)


@dataclass(frozen=True, slots=True, eq=False)
class OverlayPlane:
    """A 60xx plane of one frame (PS3.3 C.9.2). Bits are kept packed: eight pixels a byte, row after row.

    origin: (row, column) of its first pixel in the image, from 0; may be negative, may lie outside.
    kind: "G" graphics or "R" region of interest. embedded: it came from unused high bits of the pixels.
    """

    packed: NDArray[np.uint8]
    shape: tuple[int, int]
    origin: tuple[int, int] = (0, 0)
    label: str = ""
    kind: str = "G"
    embedded: bool = False

    @property
    def mask(self) -> NDArray[np.bool_]:
        """True where there is ink, (rows, columns); unpacked at each call."""
        rows, columns = self.shape
        bits = np.unpackbits(self.packed, count=rows * columns, bitorder="little")
        return bits.view(np.bool_).reshape(rows, columns)


@dataclass(frozen=True, slots=True, eq=False)
class Shutter:
    """What of a frame is meant to be seen (PS3.3 C.7.6.11), (rows, columns) of the frame.

    grey: what stands in place of the rest, 0 black to 1 white.
    """

    shown: NDArray[np.bool_]
    grey: float = 0.0


@dataclass(frozen=True, slots=True)
class ShutterShapes:
    """The shapes that a file names; what is shown lies in all of them.

    edges: left, right, upper, lower. circle: row, column, radius. vertices: (row, column). Counted from 1.
    overlay_group: a plane whose bits hide what they cover, such as 0x6000. aspect: row spacing / column spacing.
    grey: what stands in place of the rest, 0 black to 1 white.
    """

    edges: tuple[int, int, int, int] | None = None
    circle: tuple[int, int, int] | None = None
    vertices: tuple[tuple[int, int], ...] = ()
    overlay_group: int | None = None
    grey: float = 0.0
    aspect: float = 1.0

    @property
    def kinds(self) -> tuple[str, ...]:
        """Which shapes there are, as the last parts of the text keys `objects.shutter.*`."""
        named = {
            "rectangle": self.edges is not None,
            "circle": self.circle is not None,
            "polygon": bool(self.vertices),
            "bitmap": self.overlay_group is not None,
        }
        return tuple(kind for kind, is_there in named.items() if is_there)


@dataclass(frozen=True, slots=True)
class RealWorldMap:
    """What stored values from first to last mean in the world (PS3.3 C.7.6.16.2.11). A fact, never applied silently."""

    slope: float
    intercept: float
    first: float
    last: float
    unit: str = ""
    label: str = ""
