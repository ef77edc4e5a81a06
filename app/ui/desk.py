"""The window's behaviour: what actions ask for, and which part shows which piece of the state."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication, QFileDialog

from app.actions.desk import PictureView
from app.context import AppContext
from app.domain.errors import OverreadError
from app.domain.volume import CancelToken, Progress
from app.jobs.job import Priority
from app.settings.schema import FIRST_TOOLS
from app.state.events import (
    ArrangementHung,
    Hanged,
    PlanesLeft,
    ToolChosen,
)
from app.state.model import AppState, Hung, Plane
from app.state.reading_events import FindingSelected
from app.support.i18n import text
from app.support.languages import fact_words
from app.support.slow_imports import settle_pydantic
from app.ui.ai_status import AiStatus
from app.ui.asking import Asking
from app.ui.cine import Cine
from app.ui.connect import connect
from app.ui.findings_desk import FindingsDesk
from app.ui.hanging import Hanging
from app.ui.key_images import KeyImages
from app.ui.looks import Looks
from app.ui.mask_desk import MaskDesk
from app.ui.measure_list import MeasureList
from app.ui.opening import Opening
from app.ui.own_findings import OwnFindings
from app.ui.patients import PatientGuard
from app.ui.pixel_line import PixelLine
from app.ui.pointing import PointingByKeys
from app.ui.running import Running
from app.ui.session import SessionKeeper
from app.ui.sheets import Sheets
from app.ui.solid_desk import SolidDesk
from app.ui.watch import Watch
from app.ui.zones import Zones
from app.workflows import hang
from app.workflows.audit import AuditWatch
from app.workflows.exposure import ExposureLog
from app.workflows.hang import Arrange

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow


class WindowDesk:
    """`Desk` of the actions for one main window."""

    def __init__(self, ctx: AppContext, window: MainWindow) -> None:
        self._ctx = ctx
        self._window = window
        self.opening = Opening(ctx, window)
        self.asking = Asking(window, ctx.post)
        ctx.ask_secret = self.asking.ask
        ctx.on_trouble = window.messages.warn_of
        self.running = Running(ctx, window)
        self.sheets = Sheets(ctx, window, self)
        self.hanging = Hanging(ctx, window)
        self.zones = Zones(window)
        self.session = SessionKeeper(ctx, window)
        self.cine = Cine(window.host)
        self.key_images = KeyImages(ctx, window)
        self.masks = MaskDesk(ctx, window)
        self.solids = SolidDesk(window.host, window.pictures, window.messages)
        self.patients = PatientGuard(window)
        self.looks = Looks(ctx, window)
        self.pixel_line = PixelLine(window)
        self.measure_list = MeasureList(ctx, window)
        self.own_findings = OwnFindings(ctx, window)
        self.pointing = PointingByKeys(ctx, window)
        self.findings = FindingsDesk(ctx, window)
        connect(ctx, window, self)

    def start(self) -> None:
        """Show the state from now on; the window knows its desk by then."""
        if self._ctx.settings.first_tool in FIRST_TOOLS:
            self._ctx.store.apply(ToolChosen(self._ctx.settings.first_tool))
        self.watch = Watch(self._ctx, self._window, self)
        self.hanging.mammography.start()
        self.ai_status = AiStatus(self._ctx, self._window)
        self.audit = AuditWatch(self._ctx, self._window.messages.warn)
        self.exposures = ExposureLog(self._ctx, self._window.messages.warn_of)

    def begin(self, *, restore: bool = True) -> None:
        """Once the window is on the screen: what it knew before, which models there are, and views made ready.

        restore: bring back what a crash left.
        """
        self.session.begin(restore=restore)
        self.opening.list_known(self.session.listed)
        self.running.find_models()
        self.sheets.listening.start_if_chosen()
        if self._ctx.settings_refused:
            self.warn(text("ui.settings.refused", names=", ".join(self._ctx.settings_refused)))
        self._ctx.jobs.submit(_import_views, None, Priority.BACKGROUND, kind="warm")

    @property
    def view(self) -> PictureView | None:
        """The flat picture in the active viewport."""
        return self._window.host.control

    @property
    def state(self) -> AppState:
        """The state now."""
        return self._ctx.store.state

    def ask_folder(self) -> Path | None:
        """The system's own dialog."""
        start = self._ctx.settings.last_folder
        chosen = QFileDialog.getExistingDirectory(self._window, text("ui.open.folder"), start)
        return Path(chosen) if chosen else None

    def ask_files(self) -> tuple[Path, ...]:
        """The system's own dialog."""
        start = self._ctx.settings.last_folder
        chosen, _ = QFileDialog.getOpenFileNames(self._window, text("ui.open.files"), start)
        return tuple(Path(name) for name in chosen)

    def open_paths(self, paths: Sequence[str | Path]) -> None:
        """Open files, folders or addresses in the background; the largest study found opens if none is open."""
        self.opening.scan(tuple(paths))

    def open_study(self, study_instance_uid: str) -> None:
        """Turn to a study and hang it."""
        self.opening.open_study(study_instance_uid)

    def retry(self) -> None:
        """Try images that could not be read once more."""
        count = self._window.pictures.retry()
        self.say(text("ui.retry.trying", count=count) if count else text("ui.retry.none"))

    def hang(self, display_set_id: str) -> None:
        """Show a display set of the open study in the active viewport."""
        arrangement = self.state.workspace.arrangement
        self.hang_in(arrangement.active.viewport_id, self.state.workspace.open_study_uid, display_set_id)

    def hang_in(self, viewport_id: str, study_instance_uid: str, display_set_id: str) -> None:
        """Show a display set in one viewport; without an id the study's best one."""
        if not display_set_id:
            first = hang.first_to_hang(self._window.pictures.sets_of_uid(study_instance_uid))
            display_set_id = first.display_set_id if first else ""
        hung = Hung(study_instance_uid, display_set_id)
        subject = self._window.pictures.subject(hung)
        if subject is None:
            return
        said = text("deed.hang", series=subject.display_set.title)
        self._ctx.store.apply(Hanged(viewport_id, hung, said))

    def step_series(self, step: int) -> None:
        """The next or previous display set in the active viewport; stops at the ends."""
        sets = self._window.pictures.sets_of_uid(self.state.workspace.open_study_uid)
        ids = [one.display_set_id for one in sets]
        hung = self.state.workspace.arrangement.active.hung
        if hung is None or hung.display_set_id not in ids:
            return
        there = ids.index(hung.display_set_id) + step
        if 0 <= there < len(ids):
            self.hang(ids[there])

    def toggle_planes(self) -> None:
        """Planes and 3D of the active series, or the screen before."""
        in_planes = any(
            v.hung and v.hung.plane is Plane.AXIAL for v in self.state.workspace.arrangement.viewports
        )
        if in_planes and self.state.workspace.before_planes is not None:
            self._ctx.store.apply(PlanesLeft(text("deed.back")))
            return
        self._hang_cut("deed.planes", hang.planes)

    def toggle_volume(self) -> None:
        """3D of the active series, or the screen before."""
        arrangement = self.state.workspace.arrangement
        alone = arrangement.layout.count == 1 and arrangement.active.hung
        if alone and alone.plane is Plane.VOLUME and self.state.workspace.before_planes is not None:
            self._ctx.store.apply(PlanesLeft(text("deed.back")))
            return
        self._hang_cut("deed.volume", hang.volume)

    def _hang_cut(self, words_key: str, arrange: Arrange) -> None:
        hung = self.state.workspace.arrangement.active.hung
        subject = self._window.pictures.subject(hung) if hung else None
        if subject is None:
            return
        one = subject.display_set
        if not one.volumetric:
            why = (
                fact_words(one.why_no_volume, one.why_facts)
                if one.why_no_volume
                else text("ui.viewport.single")
            )
            raise OverreadError("error.ui.no_planes", series=one.title, why=why)
        said = text(words_key, series=one.title)
        self._ctx.store.apply(ArrangementHung(arrange(subject.study, one), said, remember=True))

    def run_model(self, package: str = "") -> None:
        """Run a package on the active series."""
        self.running.run(package)

    def cancel_jobs(self, kind: str = "") -> None:
        """Stop scans and models, or one of them."""
        for each in (kind,) if kind else ("scan", "model"):
            self._ctx.jobs.cancel_all(each)
        if not kind:
            self.running.queue.cancel_all()
        self.asking.give_up()

    def edit_label(self) -> None:
        """Type over the label in the list, of the chosen measurement or finding."""
        if not self.measure_list.edit():
            self._window.findings.edit()

    def export(self) -> None:
        """What leaves, and where to."""
        self.sheets.show("export")

    def peek(self, *, down: bool) -> None:
        """Bare pictures while the key is down."""
        self._window.host.peek(down=down)

    def say(self, sentence: str) -> None:
        """A note that goes by itself."""
        self._window.messages.note(sentence)

    def warn(self, sentence: str) -> None:
        """Something that could not be done."""
        self._window.messages.warn(sentence)

    def show(self, what: str) -> None:
        """Palette, keys, settings, about."""
        self.sheets.show(what)

    def next_panel(self) -> None:
        """Worklist, series, picture, findings, in turn."""
        host, active = self._window.host, self.state.workspace.arrangement.active_id
        frame = host.frames[active]
        stops = [
            self._window.worklist.list,
            self._window.series.list,
            frame.focus_target,
            self._window.findings.list,
        ]
        shown = [stop for stop in stops if stop.isVisible()]
        focus = QApplication.focusWidget()
        here = next((n for n, stop in enumerate(shown) if focus is not None and (stop is focus)), -1)
        shown[(here + 1) % len(shown)].setFocus()

    def dismiss(self) -> None:
        """A gesture is cancelled by its view; else close a sheet, else the message, else deselect."""
        if self.sheets.dismiss():
            return
        if self._window.messages.isVisible():
            self._window.messages.hide()
        elif self.state.reading.selected_id:
            self._ctx.store.apply(FindingSelected(""))

    def quit(self) -> None:
        """Close the window."""
        self._window.close()

    def close(self) -> None:
        """The window goes: nothing is repainted any more, and whoever waits for an answer gets none."""
        self.session.close()
        self.zones.close()
        self.watch.close()
        self.exposures.close()
        self.audit.close()
        self.ai_status.close()
        self.asking.close()
        self.opening.copies.close()
        self.sheets.listening.close()


def _import_views(_request: None, _progress: Progress, _cancel: CancelToken) -> None:
    """The first double-click should not wait for VTK to be imported."""
    settle_pydantic()
    for name in ("viewers.slice_view", "app.studies.decode", "app.hanging.catalogue", "app.findings.journal"):
        importlib.import_module(name)
