"""A place chosen by keys: the cross on the active picture, what is told of it, and who takes the place."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from weakref import WeakSet

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

from app.context import AppContext
from app.domain.errors import OverreadError
from app.domain.finding import Point
from app.domain.volume import Space
from app.state.model import AppState, Pointing
from app.state.panel_events import PointingChanged
from app.support.i18n import text
from app.support.languages import number_words
from app.ui.corners import point_words
from app.ui.flat import FlatContent
from app.ui.pixel_line import pixel_words

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow

CROSSHAIR = "crosshair"


class PointingByKeys:
    """What the actions `pointing.*` do in the window."""

    def __init__(self, ctx: AppContext, window: MainWindow) -> None:
        self._ctx = ctx
        self._window = window
        self._heard: WeakSet[QWidget] = WeakSet()

    def begin(self, *, marks: bool) -> None:
        """The cross, in the middle of the active picture. Raises OverreadError where there is no flat picture."""
        content = self._window.host.active
        if not isinstance(content, FlatContent):
            raise OverreadError("error.pointing.no_picture")
        open_uid = self._ctx.store.state.workspace.open_study_uid
        marks = marks or (not self._is_tool(CROSSHAIR) and self._measures() is None)
        if marks and content.subject.study.study_instance_uid != open_uid:
            raise OverreadError("error.own_finding.other_study")
        if not content.view.begin_cursor():
            raise OverreadError("error.pointing.no_picture")
        viewport_id = self._ctx.store.state.workspace.arrangement.active_id
        self._ctx.store.apply(PointingChanged(Pointing(viewport_id, marks)))
        self._window.host.frames[viewport_id].focus_target.setFocus()
        if content.view not in self._heard:
            self._heard.add(content.view)
            content.view.cursor_moved.connect(partial(self._tell, content))
        self._tell(content)

    def step(self, right_px: int, down_px: int) -> None:
        """Move the cross."""
        self._content().view.step_cursor(right_px, down_px)

    def scroll(self, images: int) -> None:
        """Another image under the cross."""
        content = self._content()
        content.scroll_by(images)
        self._tell(content)

    def resize(self, step: int) -> None:
        """Another box round the cross."""
        self._content().view.resize_cursor(step)

    def take(self) -> None:
        """Mark the finding, set the crosshair, or set a point of what is measured. Raises JournalError."""
        content = self._content()
        pointing, cursor = self._ctx.store.state.reading.pointing, content.view.key_cursor
        tool = self._measures()
        if pointing is None or cursor is None:
            return
        if not pointing.marks and self._is_tool(CROSSHAIR):
            content.view.place_cross(cursor.point)
        elif not pointing.marks and tool is not None:
            content.view.set_point(tool)
        else:
            self._window.desk.own_findings.mark_at(content, cursor.point, cursor.size_mm)
            self._end()
            self._window.findings.edit()

    def leave(self) -> None:
        """First what is half drawn, then the cross."""
        content = self._window.host.active
        if not (isinstance(content, FlatContent) and content.view.drop_shape()):
            self._end()

    def show_state(self, state: AppState) -> None:
        """No cross stays on a picture that is not meant any more."""
        pointing = state.reading.pointing
        meant = self._window.host.contents.get(pointing.viewport_id) if pointing is not None else None
        if pointing is not None and state.workspace.arrangement.active_id != pointing.viewport_id:
            meant = None
        for content in self._window.host.contents.values():
            if isinstance(content, FlatContent) and content is not meant:
                content.view.end_cursor()
        if pointing is not None and not (
            isinstance(meant, FlatContent) and meant.view.key_cursor is not None
        ):
            self._end()

    def _end(self) -> None:
        self._ctx.store.apply(PointingChanged())
        self._window.status.show_pixel("")

    def _content(self) -> FlatContent:
        content = self._window.host.active
        if not isinstance(content, FlatContent) or content.view.key_cursor is None:
            raise OverreadError("error.pointing.no_picture")
        return content

    def _is_tool(self, tool_id: str) -> bool:
        return self._ctx.store.state.workspace.tool == tool_id

    def _measures(self) -> str | None:
        """The tool in hand if it draws from point to point; one that draws in a single stroke needs a hand."""
        from viewers.shapes import measure_tools

        tool = measure_tools().get(self._ctx.store.state.workspace.tool)
        return tool.tool_id if tool is not None and not tool.traced else None

    def _tell(self, content: FlatContent) -> None:
        """To the line at the bottom, and to whoever has the screen read aloud."""
        cursor = content.view.key_cursor
        if cursor is None:
            return
        said = cursor_words(content, cursor.point, cursor.size_mm)
        self._window.status.show_pixel(said)
        content.view.key_words = (
            text("ui.pointing.hint"),
            place_words(content, cursor.point, cursor.size_mm),
        )
        said = f"{content.where()[0]}  {said}"
        content.view.setAccessibleDescription(said)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(content.view, said))


def cursor_words(content: FlatContent, point: Point, size_mm: float) -> str:
    """Place in the patient where it is known, the box round it, row, column and value."""
    parts = (_in_patient(content, point), _box(size_mm), pixel_words(content, point))
    return "  ".join(part for part in parts if part)


def place_words(content: FlatContent, point: Point, size_mm: float) -> str:
    """Place in the patient, or row and column where that is not known; and the box round it."""
    place = _in_patient(content, point) or pixel_words(content, point).partition(":")[0]
    return "  ".join(part for part in (place, _box(size_mm)) if part)


def _in_patient(content: FlatContent, point: Point) -> str:
    return point_words(point) if content.subject.display_set.space is Space.PATIENT else ""


def _box(size_mm: float) -> str:
    return text("ui.pointing.box", mm=number_words(size_mm, 0)) if size_mm else ""
