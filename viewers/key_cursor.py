"""A place chosen by keys: a cross on the picture that is moved in steps of the screen, and a box round it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from viewers import geometry
from viewers.geometry import PictureBox, ScreenPlane
from viewers.types import Point, ViewState

MARGIN_PX = 24.0  # nearer to the border of the view the picture moves along
SIZES_MM = (
    0.0,
    4.0,
    6.0,
    8.0,
    10.0,
    15.0,
    20.0,
    30.0,
    40.0,
    60.0,
    80.0,
    120.0,
)  # edges of the box; 0 is a point


@dataclass(frozen=True, slots=True)
class KeyCursor:
    """Where it is, mm of the picture's space, and the edge of the box round it, mm; 0 where only a point is meant."""

    point: Point
    size_mm: float = 0.0


def resized(cursor: KeyCursor, step: int) -> KeyCursor:
    """The next larger (+1) or smaller (-1) of the sizes; the ends stay."""
    here = min(range(len(SIZES_MM)), key=lambda n: abs(SIZES_MM[n] - cursor.size_mm))
    return replace(cursor, size_mm=SIZES_MM[min(max(here + step, 0), len(SIZES_MM) - 1)])


def stepped(plane: ScreenPlane, box: PictureBox, point: Point, by_px: tuple[float, float]) -> Point:
    """The point so many screen pixels to the right and down, in the plane and on the picture."""
    x_px, y_px, _ = geometry.px_of(plane, point)
    return on_picture(box, geometry.mm_at(plane, x_px + by_px[0], y_px + by_px[1]))


def on_picture(box: PictureBox, point: Point) -> Point:
    """The point dropped onto the plane of a picture, within its borders."""
    offset = np.asarray(point, dtype=np.float64) - box.center
    across = float(np.clip(offset @ box.right, -box.width_mm / 2, box.width_mm / 2))
    upright = float(np.clip(offset @ box.down, -box.height_mm / 2, box.height_mm / 2))
    x, y, z = box.center + across * box.right + upright * box.down
    return float(x), float(y), float(z)


def kept_in_view(state: ViewState, at_px: tuple[float, float], size_px: tuple[int, int]) -> ViewState:
    """The state with the picture moved just so far that this position is within the view, off its border."""
    by = [
        min(max(place, MARGIN_PX), max(size - MARGIN_PX, MARGIN_PX)) - place
        for place, size in zip(at_px, size_px, strict=True)
    ]
    if by == [0.0, 0.0] or state.fitted:
        return state
    return replace(state, pan_px=(state.pan_px[0] + by[0], state.pan_px[1] + by[1]))
