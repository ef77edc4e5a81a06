"""A stack of pictures, one at a time: the view that radiologists read in."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from viewers import geometry
from viewers.overlays import presented
from viewers.painted_view import PaintedView
from viewers.picture import Picture
from viewers.presented import Presented
from viewers.reference_lines import Line
from viewers.types import Affine, Frame, FrameSource, PictureInfo, Point, TextLevel, WindowLevel
from viewers.windowing import window_near

_KEPT_PICTURES = 4
_KNOWN = PictureInfo()
REFERENCE = QColor(120, 230, 255)


class SliceView(PaintedView):
    """Shows one frame of a source. `index` is the wanted one; what is really shown is `shown_index`."""

    index_changed = Signal(int)
    late_picture = Signal(int)  # a frame that was waited for is there and shown

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source: FrameSource | None = None
        self._stops: list[Callable[[], None]] = []
        self.destroyed.connect(partial(_call_all, self._stops))
        self._index = 0
        self.backwards = False  # readers count from the last frame: next is the one before
        self._kept: OrderedDict[int, Picture] = OrderedDict()
        self.shown_index: int | None = None
        self._looked = False
        self._reference: Line | None = None
        self.guide: Callable[[QPainter], None] | None = None  # ruler, map: what leads through the picture
        self.look_at: Callable[[Picture], None] | None = None  # called with each picture before it is drawn

    @property
    def index(self) -> int:
        """The wanted frame, from 0."""
        return self._index

    @property
    def frame_index(self) -> int:
        """The frame on the screen, which may be an earlier one while the wanted one is decoded."""
        return self._index if self.shown_index is None else self.shown_index

    @property
    def stack_frame(self) -> int | None:
        """See `PlaneView`."""
        return self.shown_index

    @property
    def layer_count(self) -> int:
        """Number of frames."""
        return self._source.count if self._source else 0

    def affine_at(self, index: int) -> Affine:
        """Affine of one frame, known before its pixels are; the unit matrix where nothing is shown."""
        return self._source.affine_at(index) if self._source else np.eye(4)

    def set_source(
        self, source: FrameSource | None, windows: Sequence[WindowLevel] = (), info: PictureInfo = _KNOWN
    ) -> None:
        """Show another stack from its middle, fitted, with the first of its windows or the range of its values."""
        self.engine.cancel()
        _call_all(self._stops)
        if source is not None:
            self._stops.append(source.listen(self._on_arrival))
        self._source, self.info = source, info
        self._kept.clear()
        self.shown_index, self.failure, self.notices = None, "", ()
        self.presented = None
        self._first_painted = False
        self.start_window = windows[0] if windows else None
        self.start_table, self._looked = None, False
        self.put_picture(None, None, 0.0)
        self.reset()
        self._index = -1
        self.show_index((source.count - 1) // 2 if source else 0)

    def show_index(self, index: int) -> None:
        """Ask for a frame; until it is there the last one stays, and the view says so."""
        last = max(self.layer_count - 1, 0)
        index = min(max(index, 0), last)
        if index == self._index:
            return
        self._index = index
        self._refresh()
        self.index_changed.emit(index)

    def renew(self) -> None:
        """The source gives other pictures than before at the same places."""
        self._kept.clear()
        self._refresh()

    def set_reference(self, line: Line | None) -> None:
        """Where another image cuts through this one, LPS mm; None where none does."""
        if line != self._reference:
            self._reference = line
            self.update()

    def set_presented(self, wanted: Presented | None) -> None:
        """Drawings and a shutter that somebody wanted over the frame on the screen; None where nobody did."""
        self.presented = wanted
        self.update()

    def paint_ink(self, painter: QPainter) -> None:
        """What others drew and the line of the other image lie under what the reader has drawn."""
        if self.presented is not None and self.state.overlays and not self.peeking:
            presented.paint(painter, self.presented, self.px_of)
        ends = [self.px_of(end) for end in self._reference or ()]
        if not self.peeking and len(ends) == 2 and ends[0] is not None and ends[1] is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for pen in (QPen(QColor(0, 0, 0, 160), 3.0), QPen(REFERENCE, 1.2, Qt.PenStyle.DashLine)):
                painter.setPen(pen)
                painter.drawLine(QPointF(*ends[0]), QPointF(*ends[1]))
        super().paint_ink(painter)
        if self.guide is not None and not self.peeking and self.level is not TextLevel.NONE:
            self.guide(painter)

    def next_image(self, step: int = 1) -> None:
        """So many images on, or back, as they are numbered; stops at the ends."""
        self.show_index(self._index + (-step if self.backwards else step))

    def scroll_by(self, steps: int) -> None:
        """For gestures: like `next_image`."""
        self.next_image(steps)

    def number_of(self, index: int) -> int:
        """What a reader calls a frame, from 1."""
        return self.layer_count - index if self.backwards else index + 1

    def index_of(self, number: int) -> int:
        """The frame that a reader calls so."""
        return self.layer_count - number if self.backwards else number - 1

    def jump_to(self, point_mm: Point) -> None:
        """Go to the frame that a point lies on, or nearest to, and bring the point into the view."""
        self.show_nearest(point_mm)
        self.bring_into_view(point_mm)

    def show_nearest(self, point_mm: Point) -> None:
        """Go to the frame that a point lies on, or nearest to."""
        away = [self._distance(index, point_mm) for index in range(self.layer_count)]
        if away:
            self.show_index(int(np.argmin(away)))

    def _distance(self, index: int, point_mm: Point) -> float:
        affine = self.affine_at(index)
        return abs(float((np.asarray(point_mm) - affine[:3, 3]) @ geometry.normal_of(affine)))

    def bring_into_view(self, point_mm: Point) -> None:
        """Move an enlarged picture so that a point is seen well inside of the view."""
        place = self.px_of(point_mm)
        if place is None:
            return
        width, height = self.size_px
        margin_x, margin_y = width * 0.1, height * 0.1
        if margin_x <= place[0] <= width - margin_x and margin_y <= place[1] <= height - margin_y:
            return
        pan = (
            self.state.pan_px[0] + width / 2 - place[0],
            self.state.pan_px[1] + height / 2 - place[1],
        )
        if not self.state.fitted:
            self.show_state(replace(self.state, pan_px=pan))

    def _on_arrival(self, index: int) -> None:
        if index == self._index and self.shown_index != index:
            self._refresh()
            self.late_picture.emit(index)

    def _refresh(self) -> None:
        """Show the wanted frame if it is there; else say what is shown instead, or why nothing is."""
        source = self._source
        if source is None or not source.count:
            return
        failure = source.failure(self._index)
        frame = None if failure else source.frame(self._index)
        self.failure, self.notices = failure or "", ()
        if failure:
            self.shown_index = None
            self.put_picture(None, None, 0.0)
        if frame is not None:
            self._show_frame(frame)
        elif not failure:
            waiting = self.texts.loading if self.shown_index is None else self.texts.loading_stale
            shown = 0 if self.shown_index is None else self.number_of(self.shown_index)
            self.notices = (waiting.format(wanted=self.number_of(self._index), shown=shown),)
        self.update()

    def _show_frame(self, frame: Frame) -> None:
        picture = self._kept.get(self._index)
        is_new = picture is None or picture.source is not frame
        if picture is None or is_new:
            picture = Picture(frame, flat=True)
            self._kept[self._index] = picture
            while len(self._kept) > _KEPT_PICTURES:
                self._kept.popitem(last=False)
        self.shown_index = self._index
        if is_new and self.look_at is not None:
            self.look_at(picture)
        rows, columns = frame.pixels.shape[:2]
        box = geometry.frame_box(picture.affine, rows, columns)
        normal = np.cross(box.right, box.down)
        half_slab = abs(float(geometry.spatial(picture.affine)[:, 0] @ normal)) / 2
        self.put_picture(picture, box, half_slab)
        if not self._looked:
            self._looked = True
            self._look_first(frame, picture)

    def _look_first(self, frame: Frame, picture: Picture) -> None:
        """The first picture of a stack is seen as it came: by its own table, its source's window, or all values.

        A window that was asked for meanwhile stays.
        """
        if frame.voi_tables:
            untouched = self.start_window is None or self.state.window == self.start_window
            self.start_table, self.start_window = 0, window_near(frame.voi_tables[0], frame.voi_function)
            if untouched:
                self.show_state(replace(self.state, window=self.start_window, table=0))
        elif self.start_window is None:
            self.start_window = _whole_range(picture)
            self.show_state(replace(self.state, window=self.start_window))


def _call_all(stops: list[Callable[[], None]], *_: object) -> None:
    while stops:
        stops.pop()()


def _whole_range(picture: Picture) -> WindowLevel:
    low, high = picture.value_limits()
    return WindowLevel((low + high) / 2, max(high - low, picture.smallest_window()))
