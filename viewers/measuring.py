"""What a measurement tool works on and gives: points in the plane of one frame, outlines, numbers.

Points lie in the plane of the frame in mm: u grows with columns, v with rows, (0, 0) is the centre of the first
pixel. A frame without a known spacing has 1 "mm" per pixel, and its units say px.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from viewers import geometry
from viewers.types import Affine, Frame, Point

Flat = NDArray[np.float64]  # (n, 2): u, v in mm
Graphic = Literal["POINT", "POLYLINE", "POLYGON", "ELLIPSE", "CIRCLE"]
Unit = Literal["mm", "mm2", "px", "px2", "deg", "value", "1"]


@dataclass(frozen=True, slots=True)
class Measured:
    """One number by name; unit `value` is the picture's own (HU in CT)."""

    key: str
    value: float
    unit: Unit


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """One frame as a tool sees it. spacing: mm from row to row and from column to column."""

    frame: Frame
    spacing_known: bool = True

    @property
    def spacing(self) -> tuple[float, float]:
        """Distance between rows, then between columns, mm."""
        lengths = np.linalg.norm(self.frame.affine[:3, 1:3], axis=0)
        return float(lengths[0]), float(lengths[1])

    @property
    def length_unit(self) -> Unit:
        """The unit of a distance in mm here."""
        return "mm" if self.spacing_known else "px"

    @property
    def area_unit(self) -> Unit:
        """The unit of an area here."""
        return "mm2" if self.spacing_known else "px2"


Outline = Callable[[Flat], tuple[Flat, ...]]
Measure = Callable[[Flat, Sheet], tuple[Measured, ...]]
Adjust = Callable[[Flat, int], Flat]


def as_they_are(points: Flat, _moved: int) -> Flat:
    """No point drags another one along."""
    return points


@dataclass(frozen=True, slots=True)
class MeasureTool:
    """One tool. fewest and most: how many points the reader sets; most None: as many as he sets or draws.

    outline: open lines to draw, closed ones repeat their first point. adjust: where the other points go when the one
    with this number was moved. traced: drawn in one stroke. in_pairs: each stroke gives a line of two points.
    graphic: what it is in DICOM (PS3.3 C.18.6.1.2).
    """

    tool_id: str
    fewest: int
    most: int | None
    outline: Outline
    measure: Measure
    graphic: Graphic
    traced: bool = False
    in_pairs: bool = False
    adjust: Adjust = as_they_are
    is_region: bool = False


def flatten(affine: Affine, points: tuple[Point, ...]) -> Flat:
    """Points in mm of the picture's space as (u, v) in a frame's plane; what lies off it is dropped onto it."""
    spacing = np.linalg.norm(affine[:3, 1:3], axis=0)
    index = np.array([geometry.index_at(affine, point)[1:] for point in points]).reshape(-1, 2)
    return np.asarray((index * spacing)[:, ::-1], dtype=np.float64)


def lift(affine: Affine, flat: Flat) -> tuple[Point, ...]:
    """(u, v) in the plane of a frame as points in mm of the picture's space."""
    spacing = np.linalg.norm(affine[:3, 1:3], axis=0)
    index = np.asarray(flat, dtype=np.float64)[:, ::-1] / spacing
    points = index @ affine[:3, 1:3].T + affine[:3, 3]
    return tuple((float(x), float(y), float(z)) for x, y, z in points)
