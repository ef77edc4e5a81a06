"""Models and exports of one window: started, followed, stopped; how they end is said in one sentence."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.context import AppContext
from app.domain.errors import OverreadError
from app.domain.finding import AnalysisResult
from app.domain.volume import CancelToken, Progress
from app.jobs.job import Priority
from app.support.i18n import explain, text
from app.ui.renderer_probe import probe_renderer
from app.workflows.analyse import KIND, KnownModel, Subject, find_models, start_run

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow
    from app.workflows.export import ExportReport

FORMATS = ("csv", "jsonl", "sr", "seg", "measurements", "key_images")


class Running:
    """What the window's buttons and keys start."""

    def __init__(self, ctx: AppContext, window: MainWindow) -> None:
        self._ctx = ctx
        self._window = window
        self._knows_renderer = False

    def find_models(self) -> None:
        """List the installed packages; their manifests are read in the background."""
        self._ctx.jobs.submit(
            find_models,
            self._ctx.model_folders,
            Priority.THUMBNAIL,
            self._found,
            lambda error: self._window.messages.warn(explain(error)),
            kind="models",
        )

    def _found(self, models: tuple[KnownModel, ...]) -> None:
        self._window.models.show_models(models)
        self.suggest()

    def suggest(self) -> None:
        """Choose a model that is made for what hangs in the active viewport."""
        active = self._window.host.active
        if active is not None:
            self._window.models.suggest(active.subject.display_set.series.modality)

    def ask_renderer(self) -> None:
        """Once, when a volume is shown: what draws it, for the status line; asked in a process of its own."""
        if self._knows_renderer or not self._window.host.solids:
            return
        self._knows_renderer = True

        def ask(_request: None, _progress: Progress, _cancel: CancelToken) -> str:
            return probe_renderer().get("renderer", "").partition(" (")[0]

        def done(name: str) -> None:
            if name:
                self._window.status.show_renderer(text("ui.status.renderer", name=name))

        self._ctx.jobs.submit(ask, None, Priority.BACKGROUND, done, kind="renderer")

    def run(self, package: str) -> None:
        """Run a package on the active series. Raises OverreadError if nothing hangs or a model runs already."""
        active = self._window.host.active
        name = package or self._window.models.chosen
        if active is None or not name:
            raise OverreadError("error.ui.nothing_to_run")
        if any(job.kind == KIND for job in self._ctx.store.state.jobs):
            raise OverreadError("error.ui.model_runs")
        subject = active.subject
        named = self._ctx.store.state.workspace.studies_of(subject.study.study_instance_uid)
        if len(named) > 1:
            raise OverreadError("error.ui.two_patients", count=len(named))
        volume = self._window.pictures.complete_volume(subject)
        start_run(
            self._ctx,
            name,
            Subject(subject.study, subject.display_set, volume),
            self._done,
            lambda error: self._window.messages.warn(explain(error)),
        )

    def _done(self, result: AnalysisResult) -> None:
        package = f"{result.package.name} {result.package.version}"
        state = text(f"state.{result.state.value}")
        self._window.messages.note(text("ui.run.ended", package=package, state=state))

    def export(self, folder: Path) -> None:
        """Write the open study's verdicts into a new folder inside this one, without identity."""
        state = self._ctx.store.state
        reading, study = state.reading.reading, state.workspace.open_study
        if reading is None:
            return
        target = folder / f"overread-{datetime.now().astimezone():%Y%m%d-%H%M%S}"
        journal, paths, reader = self._ctx.journal, self._ctx.paths, self._ctx.reader

        def write(_request: None, _progress: Progress, _cancel: CancelToken) -> ExportReport:
            from app.workflows.export import export_reading

            return export_reading(
                reading, study, FORMATS, target, journal=journal, paths=paths, reader=reader
            )

        def done(report: ExportReport) -> None:
            self._window.messages.note(text("ui.export.done", count=len(report.files), folder=report.folder))

        def failed(error: OverreadError) -> None:
            self._window.messages.warn(explain(error))

        self._ctx.jobs.submit(write, None, Priority.INTERACTION, done, failed, kind="export")
