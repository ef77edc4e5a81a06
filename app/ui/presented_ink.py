"""Drawings, notes and shutter of a presentation state at their places on one frame."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from app.domain.presentation import XY, Graphic, TextNote
from app.studies.objects.looks import FrameLook, area_edges
from app.studies.shutters import covered_by, shutter_of
from viewers.geometry import PictureBox
from viewers.presented import Color, Note, Part, Presented, Stroke, point_of_share
from viewers.showing import OverlayPlane, Shutter
from viewers.types import Affine, Point, ViewState

PLAIN: Color = (255, 240, 150)  # as the overlays that come with a picture
_ROUND, _BETWEEN = 72, 8  # points of a circle, and between two points of a spline


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """One frame and how it lies on the screen: turned and flipped as in state."""

    affine: Affine
    rows: int
    columns: int
    box: PictureBox
    state: ViewState


def part_of(look: FrameLook, ground: Ground, ratio: float) -> Part:
    """The displayed area in mm; ratio: device pixels per logical pixel of the view."""
    (left, top), (right, bottom) = area_edges(look, ground.rows, ground.columns)
    row_mm = float(np.linalg.norm(ground.affine[:3, 1]))
    column_mm = float(np.linalg.norm(ground.affine[:3, 2]))
    center = (
        ((left + right) / 2 - ground.columns / 2) * column_mm,
        ((top + bottom) / 2 - ground.rows / 2) * row_mm,
    )
    area, scale = look.area, None
    if area is not None and area.mode == "MAGNIFY" and area.magnification and area.magnification > 0:
        scale = area.magnification / column_mm / ratio
    return Part(center, ((right - left) * column_mm, (bottom - top) * row_mm), scale)


def ink_of(look: FrameLook, ground: Ground, part: Part) -> Presented:
    """What is drawn over the frame."""
    strokes: list[Stroke] = []
    notes: list[Note] = []
    for annotation, rgb in look.drawings:
        color = rgb or PLAIN
        strokes += [_stroke(one, ground, part, color) for one in annotation.graphics]
        notes += [made for one in annotation.notes for made in _notes(one, ground, part, color)]
    shutter = None
    if look.shutter is not None:
        hidden = covered_by(look.hidden, ground.rows, ground.columns)
        made = shutter_of(look.shutter, ground.rows, ground.columns, hidden)
        shutter = Shutter(made.shown, made.grey)
    overlays = tuple(OverlayPlane(one.mask, one.origin, one.label, one.kind) for one in look.overlays)
    return Presented(tuple(strokes), tuple(notes), shutter, overlays)


def _place(at: XY, ground: Ground, part: Part, *, is_display: bool) -> Point:
    if is_display:
        return point_of_share(part, ground.box, ground.state, at)
    column, row = at  # from the corner of the first pixel, whose centre is the affine's origin
    x, y, z, _ = ground.affine @ (0.0, row - 0.5, column - 0.5, 1.0)
    return float(x), float(y), float(z)


def _stroke(graphic: Graphic, ground: Ground, part: Part, color: Color) -> Stroke:
    line = _line(graphic)
    places = tuple(_place(at, ground, part, is_display=graphic.is_display) for at in line)
    return Stroke(places, color, graphic.is_filled and len(places) > 2)


def _notes(note: TextNote, ground: Ground, part: Part, color: Color) -> Iterator[Note]:
    lines = tuple(line for line in note.text.splitlines() if line.strip())
    anchor = (
        _place(note.anchor, ground, part, is_display=note.is_anchor_display)
        if note.anchor is not None
        else None
    )
    if not lines:
        return
    if note.box is not None:
        at = _place(note.box[0], ground, part, is_display=note.is_box_display)
        yield Note(lines, at, color, anchor if note.is_anchor_shown else None)
    elif anchor is not None:
        yield Note(lines, anchor, color)


def _line(graphic: Graphic) -> Sequence[XY]:
    """The corners of a graphic as a line; circles and splines in steps."""
    points = np.asarray(graphic.points, dtype=np.float64)
    if graphic.kind == "CIRCLE":
        reach = float(np.linalg.norm(points[1] - points[0]))
        return _ellipse(points[0], np.array([reach, 0.0]), np.array([0.0, reach]))
    if graphic.kind == "ELLIPSE":
        middle = points[:2].mean(axis=0)
        return _ellipse(middle, (points[1] - points[0]) / 2, (points[3] - points[2]) / 2)
    if graphic.kind == "INTERPOLATED" and len(points) > 2:
        return _spline(points)
    return graphic.points


def _ellipse(middle: np.ndarray, major: np.ndarray, minor: np.ndarray) -> Sequence[XY]:
    angles = np.linspace(0.0, 2 * np.pi, _ROUND + 1)
    line = middle + np.outer(np.cos(angles), major) + np.outer(np.sin(angles), minor)
    return [(float(x), float(y)) for x, y in line]


def _spline(points: np.ndarray) -> Sequence[XY]:
    """Through every point (Catmull and Rom); closed where the first is the last."""
    is_closed = bool(np.allclose(points[0], points[-1]))
    ends = (points[-2:-1], points[1:2]) if is_closed else (points[:1], points[-1:])
    held = np.concatenate([ends[0], points, ends[1]])
    line: list[XY] = []
    for p0, p1, p2, p3 in zip(held, held[1:], held[2:], held[3:], strict=False):
        for t in np.arange(_BETWEEN) / _BETWEEN:
            at = 0.5 * (
                2 * p1
                + (p2 - p0) * t
                + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
                + (3 * (p1 - p2) + p3 - p0) * t**3
            )
            line.append((float(at[0]), float(at[1])))
    return [*line, (float(points[-1][0]), float(points[-1][1]))]
