"""The window without hands: the same actions as keys and mouse, for the demo, snapshots and tests.

Works off screen as well as on a display.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, QPoint, Qt
from PySide6.QtGui import QImage, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from app.context import AppContext, build_context
from app.domain.errors import OverreadError
from app.domain.finding import AnalysisResult, Judgement, RejectReason
from app.state.events import InkChanged
from app.state.model import AppState, HeatMode, Layout
from app.state.reading_events import FindingSelected
from app.studies.display_sets import DisplaySet
from app.support.paths import UserPaths
from app.ui.application import application
from app.ui.contents import StackContent
from app.ui.flat import FlatContent
from app.ui.main_window import MainWindow
from app.ui.picture_file import write_picture
from app.ui.qt_dispatch import QtDispatch
from viewers.types import WindowLevel

SIZE = (1600, 1000)
STEP_MS = 20
LAYOUTS = {
    Layout.ONE: "layout.one",
    Layout.SIDE_BY_SIDE: "layout.side_by_side",
    Layout.STACKED: "layout.stacked",
    Layout.FOUR: "layout.four",
}


class Studio:
    """One window and its context; `close` ends both. Every method waits for nothing but says what it did."""

    def __init__(
        self, ctx: AppContext, dispatch: QtDispatch, size: tuple[int, int] = SIZE, *, begins: bool = True
    ) -> None:
        """ctx: built with the `post` of the dispatch; `Studio.of` does that. begins: do what follows the first show."""
        self._qt: QApplication = application(off_screen=True)
        self._dispatch = dispatch
        self.ctx = ctx
        self.window = MainWindow(ctx)
        self.window.resize(*size)
        self.window.show()
        self.window.activateWindow()
        self.spin()
        if begins:
            self.window.desk.begin()
            self.spin()

    @classmethod
    def of(
        cls, paths: UserPaths | None = None, size: tuple[int, int] = SIZE, *, begins: bool = True
    ) -> Studio:
        """A studio with a context of its own in these folders."""
        application(off_screen=True)
        dispatch = QtDispatch()
        return cls(build_context(paths, dispatch.post), dispatch, size, begins=begins)

    @property
    def state(self) -> AppState:
        """The state now."""
        return self.ctx.store.state

    @property
    def said(self) -> tuple[str, ...]:
        """What the message area has said so far."""
        return tuple(self.window.messages.said)

    def act(self, action_id: str) -> None:
        """Call an action by its id, as a key would."""
        self.window.commands.run(action_id)
        self.spin()

    def open_folder(self, path: str | Path, timeout_s: float = 120.0) -> None:
        """Scan a folder or file and open the largest study found if none is open."""
        self.window.desk.open_paths([path])
        self.wait_idle(timeout_s)

    def open_study(self, study_instance_uid: str) -> None:
        """Turn to a study of the worklist."""
        self.window.desk.open_study(study_instance_uid)
        self.spin()

    def display_sets(self) -> tuple[DisplaySet, ...]:
        """What can be hung of the open study."""
        return self.window.pictures.sets_of_uid(self.state.workspace.open_study_uid)

    def hang(self, wanted: str, layout: Layout = Layout.ONE) -> DisplaySet | None:
        """Hang a series by series uid, display set id or modality; opens the study that has it if need be."""
        if self.state.workspace.arrangement.layout is not layout:
            self.act(LAYOUTS[layout])
        found = self._find(wanted)
        if found is None:
            for study in self.state.workspace.studies:
                if any(wanted in (s.series_instance_uid, s.modality) for s in study.series):
                    self.open_study(study.study_instance_uid)
            found = self._find(wanted)
        if found is not None:
            self.window.desk.hang(found.display_set_id)
            self.spin()
        return found

    def run_package(self, name: str, timeout_s: float = 600.0) -> None:
        """Run a package on the active series and wait for its end. Raises OverreadError if it cannot start."""
        self.window.desk.running.run(name)
        self.wait_idle(timeout_s)

    def findings(self) -> tuple[Judgement, ...]:
        """The findings as they stand, in the models' order."""
        reading = self.state.reading.reading
        return reading.judgements if reading else ()

    def results(self) -> tuple[AnalysisResult, ...]:
        """What the models have answered on the open study."""
        reading = self.state.reading.reading
        return reading.results if reading else ()

    def select_finding(self, finding_id: str) -> None:
        """Turn to a finding; every view goes there."""
        self.ctx.store.apply(FindingSelected(finding_id))
        self.spin()

    def accept(self) -> None:
        """Accept the selected finding."""
        self.act("finding.accept")

    def reject(self, reason: RejectReason) -> None:
        """Reject the selected finding."""
        self.act("finding.reject")
        self.act(f"reject.{reason.value}")

    def show_ink(self, mode: HeatMode) -> None:
        """Marks only, outlines or heat."""
        self.ctx.store.apply(InkChanged(shown=True, mode=mode))
        self.spin()

    def show_image(self, number: int) -> None:
        """One image of the active stack, counted from 1. Raises OverreadError if there is no such image."""
        content = self.window.host.active
        if not isinstance(content, StackContent):
            return
        count = content.slices.layer_count
        if not 1 <= number <= count:
            series = content.subject.display_set.title
            raise OverreadError("error.ui.no_such_slice", series=series, count=count, slice=number)
        content.slices.show_index(content.slices.index_of(number))
        self.wait_idle()

    def set_window(self, center: float, width: float) -> None:
        """A window in modality values for every flat picture."""
        for content in self.window.host.contents.values():
            if isinstance(content, FlatContent):
                content.view.set_window(WindowLevel(center, width))
        self.spin()

    def show_mpr(self) -> None:
        """Planes and 3D of the active series."""
        self.act("layout.planes")
        self.wait_idle()

    def show_volume(self, preset: str = "") -> None:
        """The active series in 3D, coloured by a preset of the viewers."""
        self.act("layout.volume")
        self.wait_idle()
        if preset:
            for solid in self.window.host.solids:
                solid.set_preset(preset)
            self.wait_idle()

    def wait_idle(self, timeout_s: float = 120.0) -> bool:
        """Until no job runs and every view shows what it should; false if time ran out first."""
        return self.wait_for(self._is_idle, timeout_s)

    def wait_for(self, condition: Callable[[], bool], timeout_s: float = 10.0) -> bool:
        """Until something holds; false if time ran out first."""
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            self.spin()
            if condition():
                self.spin()
                return True
            self._qt.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, STEP_MS)
            time.sleep(0.002)
        return False

    def spin(self) -> None:
        """Let Qt do what is waiting, deleted widgets included."""
        for _ in range(3):
            self._qt.processEvents()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def grab(
        self, path: Path | None = None, size: tuple[int, int] | None = None, part: str = "window"
    ) -> QPixmap:
        """A picture of the window, or of the "images" or the active "view" alone; written to path if given.

        size is that of the picture in logical pixels. Raises OverreadError if the file cannot be written.
        """
        if size is not None and part == "window":
            self.window.resize(*size)
            self.wait_idle(30.0)
        if size is None or part == "window":
            picture = self._part(part).grab()
        else:
            with self._on_stage(size, part) as widget:
                self.wait_idle(60.0)
                picture = widget.grab()
        picture = _opaque(picture)
        if path is not None:
            write_picture(picture, path)
        return picture

    def close(self) -> None:
        """Close the window; its context ends with it, and what is still on its way to it is dropped."""
        self.window.close()
        self._dispatch.close()
        self.window.deleteLater()
        self.spin()

    def center_of(self, widget: QWidget) -> QPoint:
        """For made-up mouse events."""
        return QPoint(widget.width() // 2, widget.height() // 2)

    @contextmanager
    def _on_stage(self, size: tuple[int, int], part: str) -> Iterator[QWidget]:
        """The image area outside the window for a moment, where no panel keeps it from being small or large."""
        host = self.window.host
        outer = host.frames[self.state.workspace.arrangement.active_id]
        frame = outer.width() - self._part("view").width() if part == "view" else 0
        least = host.minimumSize()
        stage = QWidget()
        stage.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        host.setMinimumSize(0, 0)
        host.setParent(stage)
        host.setGeometry(0, 0, size[0] + frame, size[1] + frame)
        stage.resize(size[0] + frame, size[1] + frame)
        stage.show()
        host.show()
        self.spin()
        try:
            yield self._part(part)
        finally:
            self.window.take_back_host()
            host.setMinimumSize(least)
            stage.deleteLater()
            self.spin()

    def _part(self, part: str) -> QWidget:
        if part == "images":
            return self.window.host
        if part == "view":
            return self.window.host.frames[self.state.workspace.arrangement.active_id].focus_target
        return self.window

    def _find(self, wanted: str) -> DisplaySet | None:
        sets = self.display_sets()
        for one in sets:
            if wanted in (one.display_set_id, one.series.series_instance_uid):
                return one
        matching = [one for one in sets if one.series.modality == wanted]
        return max(matching, key=lambda one: len(one.frames), default=None)

    def _is_idle(self) -> bool:
        busy = (
            self.ctx.jobs.busy
            or bool(self.state.jobs)
            or self.window.maps.is_waiting
            or self.window.pictures.is_busy
        )
        return not busy and self.window.host.is_settled


def _opaque(picture: QPixmap) -> QPixmap:
    """The picture on black: parts of a window are grabbed with a transparent ground, which a file would keep."""
    if not picture.hasAlphaChannel():
        return picture
    ground = QImage(picture.size(), QImage.Format.Format_RGB32)
    ground.setDevicePixelRatio(picture.devicePixelRatio())
    ground.fill(Qt.GlobalColor.black)
    painter = QPainter(ground)
    painter.drawPixmap(0, 0, picture)
    painter.end()
    return QPixmap.fromImage(ground)
