"""How somebody else wanted a frame seen: drawings and notes at places of the picture, a shutter, the part shown."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from viewers.geometry import PictureBox, Size, turn_matrix
from viewers.showing import OverlayPlane, Shutter
from viewers.types import Point, ViewState

Color = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line through points in mm, or one point. filled: closed, and what it encloses is tinted."""

    points: tuple[Point, ...]
    color: Color
    filled: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """Text whose upper left corner lies at a point in mm; anchor: what it is about, joined by a line where shown."""

    lines: tuple[str, ...]
    at: Point
    color: Color
    anchor: Point | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Presented:
    """Ink of one frame. shutter stands in place of the picture's own; None leaves that one. overlays come on top."""

    strokes: tuple[Stroke, ...] = ()
    notes: tuple[Note, ...] = ()
    shutter: Shutter | None = None
    overlays: tuple[OverlayPlane, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A rectangle of a picture in mm along its rows and columns, from the middle of the picture.

    scale: screen pixels per mm; None makes the part fill the view.
    """

    center: tuple[float, float]
    extent: tuple[float, float]
    scale: float | None = None


def framed(part: Part, state: ViewState, size_px: Size) -> ViewState:
    """The state with this part in the middle of the view, flipped and turned as the state is."""
    across, upright = part.extent
    if state.quarter_turns % 2:
        across, upright = upright, across
    scale = part.scale or min(size_px[0] / max(across, 1e-9), size_px[1] / max(upright, 1e-9))
    pan = -scale * (turn_matrix(state) @ np.asarray(part.center))
    return replace(state, scale=max(scale, 1e-6), pan_px=(float(pan[0]), float(pan[1])), fitted=False)


def point_of_share(part: Part, box: PictureBox, state: ViewState, share: tuple[float, float]) -> Point:
    """The point in mm at a share (0, 0 upper left to 1, 1 lower right on the screen) of a part."""
    across, upright = part.extent
    if state.quarter_turns % 2:
        across, upright = upright, across
    on_screen = np.array([(share[0] - 0.5) * across, (share[1] - 0.5) * upright])
    right, down = turn_matrix(state).T @ on_screen + np.asarray(part.center)
    x, y, z = box.center + right * box.right + down * box.down
    return float(x), float(y), float(z)
