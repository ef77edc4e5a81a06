"""Models and exports of one window: started, followed, stopped; how they end is said in one sentence."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.context import AppContext
from app.domain.errors import OverreadError
from app.domain.volume import CancelToken, Progress
from app.jobs.job import Priority
from app.support.i18n import explain, text

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow
    from app.workflows.export import ExportReport

FORMATS = ("csv", "jsonl", "sr", "seg")


class Running:
    """What the window's buttons and keys start."""

    def __init__(self, ctx: AppContext, window: MainWindow) -> None:
        self._ctx = ctx
        self._window = window

    def find_models(self) -> None:
        """List the installed packages; their manifests are read in the background."""

    def run(self, package: str) -> None:
        """Run a package on the active series."""

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
