"""Models and exports of one window: started, followed, stopped; how they end is said in one sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.context import AppContext
from app.domain.errors import OverreadError
from app.domain.finding import RunState
from app.domain.volume import CancelToken, Progress, Volume
from app.jobs.job import Priority
from app.state.model import Hung
from app.support.i18n import explain, text
from app.ui.renderer_probe import probe_renderer
from app.workflows.analyse import KnownModel, Subject, find_models
from app.workflows.model_queue import ModelQueue
from app.workflows.showing import end_words, study_as_shown

if TYPE_CHECKING:
    from app.export.looks import Look
    from app.ui.main_window import MainWindow
    from app.workflows.export import ExportReport
    from app.workflows.once import Answer

    Write = Callable[[None, Progress, CancelToken], ExportReport]

FORMATS = ("csv", "jsonl", "sr", "seg", "measurements", "key_images")


Told = Callable[[str, bool], None]


@dataclass(frozen=True, slots=True)
class Leaving:
    """What of the open study leaves: formats, whether its identity goes with it, and what a person saw in its pixels.

    looks: by sha256 of the file. left_out: source files that stay here.
    """

    formats: tuple[str, ...] = FORMATS
    identified: bool = False
    looks: Mapping[str, Look] = field(default_factory=dict)
    left_out: frozenset[Path] = frozenset()


class Running:
    """What the window's buttons and keys start."""

    def __init__(self, ctx: AppContext, window: MainWindow) -> None:
        self._ctx = ctx
        self._window = window
        self._knows_renderer = False
        self.queue = ModelQueue(
            ctx, self._done, lambda error: window.messages.warn(explain(error)), self._volume
        )

    def find_models(self) -> None:
        """List the installed packages; their manifests are read in the background."""
        self._ctx.jobs.submit(
            find_models,
            self._ctx,
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

        def ask(_request: None, _progress: Progress, _cancel: CancelToken) -> dict[str, str]:
            return probe_renderer()

        def done(found: dict[str, str]) -> None:
            name = found.get("renderer", "").partition(" (")[0]
            if name:
                self._window.status.show_renderer(text("ui.status.renderer", name=name))
            self._window.desk.solids.know_limits(found)

        self._ctx.jobs.submit(ask, None, Priority.BACKGROUND, done, kind="renderer")

    def run(self, package: str, *, again: bool = False) -> None:
        """Run a package on the active series, after those asked for before. Raises OverreadError if nothing hangs."""
        active = self._window.host.active
        name = package or self._window.models.chosen
        if active is None or not name:
            raise OverreadError("error.ui.nothing_to_run")
        subject = active.subject
        named = self._ctx.store.state.workspace.studies_of(subject.study.study_instance_uid)
        if len(named) > 1:
            raise OverreadError("error.ui.two_patients", count=len(named))
        self.queue.ask(name, Subject(subject.study, subject.display_set), again=again)

    def run_on(self, package: str, study_instance_uid: str, display_set_id: str) -> None:
        """The same on a stack that need not hang, anew. Raises OverreadError if its study is not here."""
        sets = self._window.pictures.sets_of_uid(study_instance_uid)
        shown = next((one for one in sets if one.display_set_id == display_set_id), None)
        study = self._ctx.store.state.workspace.study(study_instance_uid)
        if shown is None or study is None:
            raise OverreadError("error.ui.not_here")
        self.queue.ask(package, Subject(study, shown), again=True)

    def _volume(self, subject: Subject) -> Volume | None:
        found = self._window.pictures.subject(
            Hung(subject.study.study_instance_uid, subject.display_set.display_set_id)
        )
        return None if found is None else self._window.pictures.complete_volume(found)

    def _done(self, answer: Answer) -> None:
        said = end_words(self._ctx, answer.result)
        if answer.result.state is RunState.FAILED:
            self._window.messages.warn(said)  # it stays until it is read
            return
        self._window.messages.note(f"{said} {text('ai.from_cache')}" if answer.from_cache else said)

    def export(self, folder: Path, what: Leaving | None = None, told: Told | None = None) -> None:
        """Write the open study, as far as the reader may see it, into a new folder inside this one.

        told: hears the sentence of how it ended, and whether it failed.
        """
        leaving = what or Leaving()
        state = self._ctx.store.state
        reading, study = state.reading.reading, state.workspace.open_study
        if reading is None:
            return
        shown = study_as_shown(self._ctx, study) if study else None
        target = folder / f"overread-{datetime.now().astimezone():%Y%m%d-%H%M%S}"
        journal, paths, reader = self._ctx.journal, self._ctx.paths, self._ctx.reader

        def write(_request: None, _progress: Progress, _cancel: CancelToken) -> ExportReport:
            from app.workflows.copies import copies_in_use
            from app.workflows.export import export_readings

            with copies_in_use(paths.cache, [shown] if shown else []):
                return export_readings(
                    [(reading, shown)],
                    leaving.formats,
                    target,
                    identified=leaving.identified,
                    journal=journal,
                    paths=paths,
                    reader=reader,
                    looks=leaving.looks,
                    left_out=leaving.left_out,
                )

        self._follow_export(write, told or (lambda _sentence, _failed: None))

    def _follow_export(self, write: Write, told: Told) -> None:
        def done(report: ExportReport) -> None:
            said = text("ui.export.done", count=len(report.files), folder=report.folder)
            self._window.messages.note(said)
            told(" ".join((said, *report.remarks)), False)

        def failed(error: OverreadError) -> None:
            self._window.messages.warn(explain(error))
            told(explain(error), True)

        def stopped() -> None:
            told(text("export_sheet.stopped"), True)

        self._ctx.jobs.submit(
            write, None, Priority.INTERACTION, done, failed, on_canceled=stopped, kind="export"
        )
