"""What the cards say besides results: runs that wait or are under way on the open study, and results gone stale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.context import AppContext
from app.domain.finding import AnalysisResult, Reading
from app.jobs.job import Job, Priority
from app.state.model import AppState, JobRow
from app.workflows.analyse import KIND, WAITS

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow


class AiStatus:
    """Built with the desk; follows the state."""

    def __init__(self, ctx: AppContext, window: MainWindow) -> None:
        self._ctx = ctx
        self._window = window
        self._asked: tuple[str, ...] = ()
        self._job: Job | None = None
        store = ctx.store
        self._stops = [
            store.watch(lambda state: state.jobs, lambda _jobs: self._jobs(), now=False),
            store.watch(lambda state: state.workspace.open_study, lambda _study: self._jobs(), now=False),
            store.watch(lambda state: state.reading.reading, self._reading, now=False),
        ]

    def close(self) -> None:
        """No more following."""
        for stop in self._stops:
            stop()

    def packages_changed(self) -> None:
        """Packages were paused, or others installed: list them anew, and look again at what is stale."""
        self._window.desk.running.find_models()
        self._asked = ()
        self._reading(self._ctx.store.state.reading.reading)

    def _jobs(self) -> None:
        self._window.runs.show_jobs(runs_of(self._ctx.store.state))

    def _reading(self, reading: Reading | None) -> None:
        results: tuple[AnalysisResult, ...] = reading.results if reading else ()
        ids = tuple(one.result_id for one in results)
        if ids == self._asked:
            return
        self._asked = ids
        if self._job is not None:
            self._job.drop()
        if not ids or reading is None:
            return
        from app.workflows.stale import StaleRequest, stale_words

        sets = self._window.pictures.sets_of_uid(reading.study_instance_uid)
        self._job = self._ctx.jobs.submit(
            stale_words,
            StaleRequest(self._ctx, results, sets),
            Priority.BACKGROUND,
            self._window.runs.show_stale,
            kind="stale",
        )


def runs_of(state: AppState) -> tuple[JobRow, ...]:
    """Runs of the open study that are under way or wait, in that order."""
    uid = state.workspace.open_study_uid
    ours = [job for job in state.jobs if job.kind in (KIND, WAITS) and job.study_instance_uid == uid]
    return tuple(sorted(ours, key=lambda job: job.kind != KIND))
