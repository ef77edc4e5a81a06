"""The layer of a view on which a place is chosen by keys: measurements are drawn from it, findings marked at it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QPainter

from viewers import key_cursor as keys
from viewers.key_cursor import KeyCursor
from viewers.measured_view import MeasuredView
from viewers.overlays import key_cursor as ink
from viewers.overlays import mode_words
from viewers.shapes import measure_tools
from viewers.types import Point


class PointedView(MeasuredView):
    """The cross keeps its place on the picture when that is turned, mirrored, enlarged or moved."""

    cursor_moved = Signal()
    key_cursor: KeyCursor | None = (
        None  # of the class too: Qt sends events while the layers below are being made
    )
    key_words: tuple[str, str] = ("", "")  # what keys do now, and where the cross is; the app says it
    _leads = False  # the last point of what is being drawn goes with the cross

    def begin_cursor(self, at: Point | None = None) -> bool:
        """A cross at a point in mm, else in the middle of what is seen; false where there is no picture."""
        here = at if at is not None else self.mm_at(self.width() / 2, self.height() / 2)
        if here is None or self.box is None or self.failure:
            return False
        self._put_cursor(KeyCursor(keys.on_picture(self.box, here)))
        return True

    def end_cursor(self) -> None:
        """No cross, and nothing half drawn from it."""
        if self.key_cursor is not None:
            self.key_cursor = None
            self.drop_shape()
            self.update()

    def step_cursor(self, right_px: float, down_px: float) -> None:
        """So many pixels of the screen; the picture moves along where the cross comes to the border of the view."""
        plane, cursor = self.plane, self.key_cursor
        if plane is None or self.box is None or cursor is None:
            return
        point = keys.stepped(plane, self.box, cursor.point, (right_px, down_px))
        self._put_cursor(KeyCursor(point, cursor.size_mm))
        at = self.px_of(point)
        if at is not None:
            self.show_state(keys.kept_in_view(self.state, at, self.size_px))

    def resize_cursor(self, step: int) -> None:
        """A larger or smaller box round the cross."""
        if self.key_cursor is not None:
            self._put_cursor(keys.resized(self.key_cursor, step))

    def set_point(self, tool_id: str) -> None:
        """A point where the cross is, which then leads the next one; once more at the same place ends a long line."""
        cursor, tool = self.key_cursor, measure_tools()[tool_id]
        if cursor is None or self.ground is None:
            return
        points = self.draft.points if self.draft is not None else ()
        if self.draft is None or not self._leads:
            self.begin_shape(tool_id, cursor.point)
            self._leads = True
            if tool.most == 1:
                self.end_point()
        elif tool.most is None and points[-1] == points[-2]:
            self.finish_shape()
        elif tool.most is not None and len(points) >= tool.most:
            self.end_point()
        elif tool.in_pairs:
            self._leads = False  # the next line begins wherever the cross has gone by then
        else:
            self.begin_shape(tool_id, cursor.point)

    def zoom_by(self, factor: float) -> None:
        """About the cross, where there is one: it stays in sight."""
        at = self.px_of(self.key_cursor.point) if self.key_cursor is not None else None
        if at is None:
            super().zoom_by(factor)
        else:
            self.zoom_at(factor, *at)

    def plane_changed(self) -> None:
        """Another image or plane under the cross: it stays where it was seen, on what is shown now."""
        super().plane_changed()
        if self.draft is not None and self.key_cursor is None and not self.lies_on_plane(self.draft):
            self.drop_shape()  # its next point would lie on another plane than the first
        if self.key_cursor is not None and self.box is not None:
            point = keys.on_picture(self.box, self.key_cursor.point)
            if point != self.key_cursor.point:
                self._put_cursor(KeyCursor(point, self.key_cursor.size_mm))

    def paint_ink(self, painter: QPainter) -> None:
        """The cross lies over all, a peek included: it is where the hand is."""
        super().paint_ink(painter)
        at = self.px_of(self.key_cursor.point) if self.key_cursor is not None else None
        if self.key_cursor is not None and at is not None:
            ink.paint(painter, at, self.key_cursor.size_mm * self.state.scale, self.size_px)
            ink.paint_place(painter, at, self.key_words[1], self.size_px)
            mode_words.paint(painter, self.key_words[0], self.width())

    def _put_cursor(self, cursor: KeyCursor) -> None:
        self.key_cursor = cursor
        draft = self.draft
        if draft is not None and self._leads and draft.index == self.frame_index:
            most = measure_tools()[draft.tool_id].most
            placed = len(draft.points) if most is None else min(len(draft.points), most)
            self.move_point(draft, placed - 1, cursor.point)
        self.update()
        self.cursor_moved.emit()
