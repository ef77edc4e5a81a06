"""The layer of a view that measures: shapes with handles, one being made, and what is told of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from viewers import plane_sheet
from viewers.command_view import CommandView
from viewers.measuring import Flat, Measured, MeasureTool, Sheet, flatten, lift
from viewers.overlays import measurements
from viewers.shapes import DRAFT, Drawn, Shape, measure_tools
from viewers.types import Affine, Point, VolumeImage

HANDLE_PX = 9.0
LEAST_TRACE_PX = 3.0  # a traced outline takes a point each so many pixels

Words = Callable[[str, tuple[Measured, ...]], tuple[str, ...]]


def plain_words(_tool_id: str, measured: tuple[Measured, ...]) -> tuple[str, ...]:
    """Names and numbers as they are, where nobody gives better words."""
    return tuple(f"{one.key} {one.value:.1f} {one.unit}" for one in measured)


class Ground(NamedTuple):
    """(0, row, column) -> mm of the image or plane under the shapes, and whether those are mm of the patient."""

    affine: Affine
    in_patient: bool


class MeasuredView(CommandView):
    """Frames of stacks are measured, and planes cut from a volume."""

    drawn = Signal(object)  # Drawn: finished or moved
    shape_chosen = Signal(str)  # a shape was clicked
    draft: Shape | None = (
        None  # of the class too: Qt sends events while the layers below are still being made
    )
    doubled = False  # the last press set two points, the second to be moved
    floating = False  # the last point follows the pointer until the next click

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shapes: tuple[Shape, ...] = ()
        self.measure_words: Words = plain_words
        self._plane_sheets = plane_sheet.PlaneSheets()

    def set_shapes(self, shapes: tuple[Shape, ...]) -> None:
        """Measurements over the picture; replaces what was there."""
        self.shapes = tuple(shapes)
        self.update()

    @property
    def frame_index(self) -> int:
        """Which frame of the stack is on the screen; views of planes have none."""
        return 0

    @property
    def ground(self) -> Ground | None:
        """The image or plane that shapes are drawn on, or None where there is none on the screen."""
        if self.picture is None:
            return None
        source = (
            self.picture.source
        )  # frames come from other rooms too: they have a frame's fields, not its class
        if not isinstance(source, VolumeImage):
            return Ground(source.affine, source.in_patient)
        if self.box is None or not source.in_patient:
            return None
        return Ground(plane_sheet.affine_of(self.picture, self.box), in_patient=True)

    @property
    def sheet(self) -> Sheet | None:
        """What is measured, values included; of a plane they are made when they are first asked for."""
        if self.picture is None or self.ground is None:
            return None
        source = self.picture.source
        if not isinstance(source, VolumeImage):
            return Sheet(source, self.info.spacing_known)
        if self.box is None:
            return None
        return self._plane_sheets.sheet(self.picture, self.box, spacing_known=self.info.spacing_known)

    def shown_shapes(self) -> tuple[Shape, ...]:
        """Those of this frame, the one being made last."""
        ground = self.ground
        if ground is None:
            return ()
        draft = () if self.draft is None else (self.draft,)
        return tuple(one for one in (*self.shapes, *draft) if self._is_here(one, ground))

    def outline_of(self, shape: Shape) -> tuple[tuple[Point, ...], ...]:
        """Lines to draw, in mm; nothing before the shape has two points."""
        ground, tool = self.ground, measure_tools()[shape.tool_id]
        if ground is None or len(shape.points) < min(2, tool.fewest):
            return ()
        if shape.outline:
            return (shape.outline,)
        flat = flatten(ground.affine, shape.points)
        if len(flat) < tool.fewest:
            return (shape.points,)
        return tuple(lift(ground.affine, line) for line in tool.outline(flat) if len(line) > 1)

    def handle_at(self, x_px: float, y_px: float) -> tuple[Shape, int] | None:
        """The shape and the number of its point under the pointer, the nearest one."""
        best: tuple[float, Shape, int] | None = None
        for shape in self.shown_shapes():
            for number in self._handles(shape):
                at = self.px_of(shape.points[number])
                away = float(np.hypot(at[0] - x_px, at[1] - y_px)) if at else HANDLE_PX + 1
                if away <= HANDLE_PX and (best is None or away < best[0]):
                    best = (away, shape, number)
        return (best[1], best[2]) if best else None

    def begin_shape(self, tool_id: str, at: Point) -> None:
        """The first point of a new one, or the next point of the one being made; its last point follows the pointer."""
        tool = measure_tools()[tool_id]
        draft, floating = self.draft, self.floating
        self.floating = False
        if draft is None or draft.tool_id != tool_id or draft.index != self.frame_index:
            self.doubled = tool.fewest > 1 and not tool.traced
            draft = self._new(tool_id, (at, at) if self.doubled else (at,))
        elif floating:
            self.doubled = False
            self.move_point(draft, _last_set(tool, draft), at)
            return
        else:
            self.doubled = tool.in_pairs
            draft = replace(draft, points=(*draft.points, *((at, at) if tool.in_pairs else (at,))))
        self._put_draft(draft, len(draft.points) - 1)

    def move_point(self, shape: Shape, number: int, at: Point) -> Shape:
        """Another place for one point; the tool brings along what hangs on it, anew while the shape is being made."""
        most = measure_tools()[shape.tool_id].most if shape.shape_id == DRAFT else None
        points = tuple(at if n == number else point for n, point in enumerate(shape.points[:most]))
        moved = self._adjusted(replace(shape, points=points, outline=()), number)
        if shape.shape_id == DRAFT:
            self.draft = moved
        else:
            self.shapes = tuple(moved if one.shape_id == moved.shape_id else one for one in self.shapes)
        self.update()
        return moved

    def trace_to(self, at: Point) -> None:
        """One more point of a traced outline, unless the pointer has hardly moved."""
        if self.draft is None:
            return
        last, here = self.px_of(self.draft.points[-1]), self.px_of(at)
        if last and here and np.hypot(here[0] - last[0], here[1] - last[1]) >= LEAST_TRACE_PX:
            self._put_draft(replace(self.draft, points=(*self.draft.points, at)), len(self.draft.points))

    def follow(self, at: Point | None) -> None:
        """The pointer moves between two clicks: the line goes with it."""
        draft = self.draft
        if self.floating and draft is not None and at is not None and draft.index == self.frame_index:
            self.move_point(draft, _last_set(measure_tools()[draft.tool_id], draft), at)

    def end_point(self, *, clicked: bool = False) -> None:
        """The pointer was let go: whole shapes are told of, others wait for their next point.

        clicked: where it was pressed. The second point then goes with the pointer; a click on a shape chooses that.
        """
        if self.draft is None:
            return
        tool = measure_tools()[self.draft.tool_id]
        if clicked and self.doubled and tool.most is not None:
            at = self._px(self.draft.points[-1])
            others = tuple(self._ink(one) for one in self.shown_shapes() if one.shape_id != DRAFT)
            self.floating = len(self.draft.points) > 2 or not measurements.hit(others, *at)
            if not self.floating:
                self.drop_shape()
            return
        if tool.traced or (tool.most is not None and len(self.draft.points) >= tool.most):
            self.finish_shape()

    def finish_shape(self) -> bool:
        """Tell of the one being made if it is whole; false if there is none or it is not."""
        draft, self.draft = self.draft, None
        waits, self.floating = self.floating, False
        self.update()
        if draft is None or waits:
            return False
        tool = measure_tools()[draft.tool_id]
        points = _without_repeats(draft.points) if tool.most is None else draft.points
        flat_enough = len(points) >= tool.fewest and (tool.fewest == 1 or len(set(points)) > 1)
        if flat_enough:
            self.tell(replace(draft, points=points))
        return flat_enough

    def drop_shape(self) -> bool:
        """Forget the one being made; false if there is none."""
        dropped, self.draft = self.draft is not None, None
        self.floating = False
        self.update()
        return dropped

    def tell(self, shape: Shape) -> None:
        """Measure and let others know."""
        sheet, tool = self.sheet, measure_tools()[shape.tool_id]
        if sheet is None:
            return
        flat = flatten(sheet.frame.affine, shape.points)
        lines = tool.outline(flat) if tool.is_region else ()
        outline = lift(sheet.frame.affine, lines[0]) if lines else ()
        self.drawn.emit(
            Drawn(
                shape.shape_id,
                shape.tool_id,
                shape.points,
                outline,
                tool.measure(flat, sheet),
                self.frame_index,
            )
        )

    def paint_ink(self, painter: QPainter) -> None:
        """Measurements go with all other ink: hidden together."""
        if self.overlays_visible and not self.peeking:
            measurements.paint(painter, self.inked(), self.size_px)

    def inked(self) -> tuple[measurements.Inked, ...]:
        """What is drawn now, in screen pixels."""
        return tuple(self._ink(shape) for shape in self.shown_shapes())

    def _ink(self, shape: Shape) -> measurements.Inked:
        lines = tuple(tuple(self._px(point) for point in line) for line in self.outline_of(shape))
        handles = tuple(self._px(shape.points[number]) for number in self._handles(shape))
        return measurements.Inked(shape.shape_id, lines, handles, shape.lines, shape.selected)

    def _px(self, point: Point) -> tuple[float, float]:
        return self.px_of(point) or (-1e6, -1e6)

    def _new(self, tool_id: str, points: tuple[Point, ...]) -> Shape:
        in_patient = self.ground.in_patient if self.ground else True
        return Shape(DRAFT, tool_id, points, index=self.frame_index, selected=True, in_patient=in_patient)

    def _put_draft(self, draft: Shape, moved: int) -> None:
        self.draft = self._adjusted(draft, moved)
        self.update()

    def _adjusted(self, shape: Shape, moved: int) -> Shape:
        sheet, tool = self.sheet, measure_tools()[shape.tool_id]
        if sheet is None or len(shape.points) < tool.fewest:
            return shape
        flat: Flat = flatten(sheet.frame.affine, shape.points)
        after = tool.adjust(flat, moved)
        points = shape.points if after is flat else lift(sheet.frame.affine, after)
        return replace(
            shape, points=points, lines=self.measure_words(tool.tool_id, tool.measure(after, sheet))
        )

    def _is_here(self, shape: Shape, ground: Ground) -> bool:
        """On the frame that it names; else, in the patient, within half a slice of this one."""
        if shape.in_patient is not ground.in_patient:
            return False
        if shape.index is not None:
            return shape.index == self.frame_index
        return shape.in_patient and self.lies_on_plane(shape)

    def lies_on_plane(self, shape: Shape) -> bool:
        """Whether all its points lie within half a slice of what is shown."""
        plane = self.plane
        if plane is None:
            return False
        away = [abs(float((np.asarray(point) - plane.origin) @ plane.normal)) for point in shape.points]
        return max(away) <= max(self.half_slab_mm, 0.5)

    def _handles(self, shape: Shape) -> range:
        tool: MeasureTool = measure_tools()[shape.tool_id]
        return range(0) if tool.traced else range(len(shape.points))


def _last_set(tool: MeasureTool, draft: Shape) -> int:
    """The number of the last point that a hand sets; those that a tool adds by itself come after it."""
    return (len(draft.points) if tool.most is None else min(len(draft.points), tool.most)) - 1


def _without_repeats(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """A double click leaves the same point twice."""
    return tuple(point for n, point in enumerate(points) if n == 0 or point != points[n - 1])
