"""Objects that are opened from the series list: read on a job, then a sheet, and ink over their series."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.context import AppContext
from app.domain.objects import EncapsulatedPdf, ImageReference
from app.domain.presentation import PresentationState
from app.domain.reports import StructuredReport
from app.domain.study import Instance, Study
from app.domain.volume import CancelToken, Progress
from app.jobs.job import Priority
from app.studies.objects.looks import covers
from app.support.i18n import text
from app.ui.contents import StackContent
from app.ui.measuring import with_outline
from app.ui.object_cards import instance_of
from app.ui.object_layers import ObjectLayer, layers_of, points_at
from app.ui.overlays.object import ObjectSheet

if TYPE_CHECKING:
    from app.studies.display_sets import DisplaySet
    from app.studies.objects.pdf_pages import PdfPages
    from app.ui.main_window import MainWindow
    from app.ui.overlays.sheet import Sheet
    from app.workflows.foreign import OpenedObject


@dataclass(frozen=True, slots=True, eq=False)
class _Request:
    study: Study
    instance: Instance
    sets: tuple[DisplaySet, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """An object with what of it can be drawn."""

    study: Study
    instance: Instance
    opened: OpenedObject
    layers: tuple[ObjectLayer, ...]
    pages: PdfPages | None
    problem: str
    belongs: bool  # to this study and patient


class ObjectDesk:
    """What the sheet of an object may ask of the window."""

    def __init__(self, ctx: AppContext, window: MainWindow, show: Callable[[str, Sheet], None]) -> None:
        self._ctx = ctx
        self._window = window
        self._show = show
        self._sheet: ObjectSheet | None = None

    def open(self, key: str) -> None:
        """Read the object of a card."""
        study = self._ctx.store.state.workspace.open_study
        instance = instance_of(study, key) if study else None
        if study is None or instance is None:
            return
        self._window.messages.note(text("ui.object.loading"))
        request = _Request(study, instance, self._window.pictures.sets_of(study))
        self._ctx.jobs.submit(
            _read, request, Priority.INTERACTION, self._opened, self._window.messages.warn_of, kind="object"
        )

    def go_to(self, reference: ImageReference) -> None:
        """Hang the image that is referred to, unless it hangs, and turn to it."""
        workspace = self._ctx.store.state.workspace
        found = points_at(self._window.pictures.sets_of_uid(workspace.open_study_uid), reference)
        if found is None:
            self._window.messages.warn(text("ui.object.elsewhere"))
            return
        wanted, index = found
        hung = workspace.arrangement.active.hung
        if hung is None or hung.display_set_id != wanted.display_set_id:
            self._window.desk.hang(wanted.display_set_id)
        content = self._window.host.active
        if isinstance(content, StackContent):
            content.slices.show_index(index)

    def switch(self, key: str, *, shown: bool) -> None:
        """One layer on or off."""
        self._window.host.objects.switch(key, shown=shown)
        self._window.host.refresh_ink()

    def present(self, state: PresentationState) -> None:
        """Show the active series as a presentation state says; where the state is not about it, go to what it names."""
        if not self._is_about_active(state):
            first = next(iter(state.images), None)
            if first is None:
                self._window.messages.warn(text("ui.presented.nothing"))
                return
            self.go_to(first)
        content = self._window.host.active
        if isinstance(content, StackContent) and self._is_about_active(state):
            content.present(state)
            self._window.messages.note(text("ui.presented.in_force", reset=text("action.view.reset")))

    def _is_about_active(self, state: PresentationState) -> bool:
        content = self._window.host.active
        open_uid = self._ctx.store.state.workspace.open_study_uid
        if not isinstance(content, StackContent) or content.subject.study.study_instance_uid != open_uid:
            return False
        return any(covers(state.images, frame.ref) for frame in content.subject.display_set.frames)

    def take_measurements(self, read: Read) -> None:
        """What readers measured into the journal. Raises OverreadError."""
        from app.workflows.take_over import take_over_measurements

        report = read.opened.found
        if isinstance(report, StructuredReport):
            done = take_over_measurements(self._ctx, report, read.study, with_outline)
            said = text("ui.object.measured", new=done.new, before=done.before, left_out=done.left_out)
            self._window.messages.note(said)

    def take_over(self, read: Read) -> None:
        """An AI result into the journal, as findings to be judged."""
        from app.workflows.foreign import import_object
        from app.workflows.judge import reread

        ctx = self._ctx
        found = import_object(ctx.journal, ctx.results, read.study, read.instance.path, reader=ctx.reader)
        reread(ctx)
        key = "ui.object.imported" if found is not None else "ui.object.imported_before"
        self._window.messages.note(text(key))

    def _opened(self, read: Read) -> None:
        if self._ctx.store.state.workspace.open_study_uid != read.study.study_instance_uid:
            return
        if read.layers:
            self._window.host.objects.put(read.layers)
            self._window.host.refresh_ink()
        if self._sheet is not None:
            self._sheet.dismiss()
            self._sheet.deleteLater()
        self._sheet = ObjectSheet(self._window, self, read)
        self._show("object", self._sheet)


def _read(request: _Request, _progress: Progress, cancel: CancelToken) -> Read:
    from app.domain.errors import OverreadError
    from app.domain.objects import ParametricMap, SegmentationObject, StructureSet
    from app.studies.objects.pdf_pages import draw_pages
    from app.support.i18n import explain
    from app.workflows.foreign import look_at
    from app.workflows.foreign_result import check_belongs

    opened = look_at(request.study, request.instance.path)
    layers: tuple[ObjectLayer, ...] = ()
    pages, problem = None, ""
    is_drawn = isinstance(opened.found, SegmentationObject | StructureSet | ParametricMap)
    belongs = False
    try:
        check_belongs(
            opened.found.head, request.study
        )  # never another patient's regions or pages under this one
        belongs = True
        if is_drawn:
            layers = layers_of(opened.found, request.sets, cancel)
            problem = "" if layers else text("ui.object.no_series")
        elif isinstance(opened.found, EncapsulatedPdf):
            pages = draw_pages(opened.found, count=20, width_px=900)
    except OverreadError as error:
        problem = explain(error)
    return Read(request.study, request.instance, opened, layers, pages, problem, belongs)
