"""How a picture's source wants it shown: VOI curves and tables, planes over the picture, shutters. Arrays only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

VoiFunction = Literal["LINEAR", "LINEAR_EXACT", "SIGMOID"]  # PS3.3 C.11.2.1.3


@dataclass(frozen=True, slots=True, eq=False)
class VoiTable:
    """Grey for modality values: table[value - first] of 2**bits - 1, clamped at both ends.

    nearest: (center, width) of the window that comes nearest to it; what a drag starts from.
    """

    first: int
    table: NDArray[np.unsignedinteger[Any]]
    bits: int
    explanation: str = ""
    nearest: tuple[float, float] = (0.5, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class OverlayPlane:
    """Ink that came with the picture. mask: (rows, columns), its first pixel at `origin` (row, column) of the picture.

    kind: "G" lines and letters, "R" a region, drawn so that the picture shows through.
    """

    mask: NDArray[np.bool_]
    origin: tuple[int, int] = (0, 0)
    label: str = ""
    kind: str = "G"


@dataclass(frozen=True, slots=True, eq=False)
class Shutter:
    """What is meant to be seen, (rows, columns) of the picture, and the grey of the rest, 0 black to 1 white."""

    shown: NDArray[np.bool_]
    grey: float = 0.0
