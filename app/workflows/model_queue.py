"""Model runs that one window asked for: one at a time, the others wait; all of them steps of the runtime's queue.

A run is checked, done once, kept, entered in the journal, then shown. Main thread, but for what the jobs do.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.context import AppContext
from app.domain.errors import OverreadError
from app.domain.finding import Reading
from app.domain.volume import Cancelled, CancelToken, Progress, Volume
from app.jobs.job import Job, Priority
from app.jobs.steps import CANCELED_BY_USER, FAILED, Ending, NewStep, Urgency, result_uid
from app.state.events import JobEnded, JobReported
from app.state.model import JobRow
from app.state.reading_events import ReadingReplayed
from app.workflows.analyse import KIND, WAITS, Subject
from app.workflows.showing import as_shown, note_ai, whole_reading

if TYPE_CHECKING:
    from app.workflows.once import Answer
    from inference.bundle import Bundle

BATCH = "window"
FindVolume = Callable[[Subject], Volume | None]


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """One run that was asked for."""

    step_id: str
    package: str
    subject: Subject
    again: bool = False

    @property
    def study_instance_uid(self) -> str:
        """The study it is about."""
        return self.subject.study.study_instance_uid


@dataclass(frozen=True, slots=True, eq=False)
class _Request:
    ctx: AppContext
    asked: Asked


class ModelQueue:
    """on_done hears after the result is in the journal and in the state; find_volume spares reading pictures again."""

    def __init__(
        self,
        ctx: AppContext,
        on_done: Callable[[Answer], None],
        on_failed: Callable[[OverreadError], None],
        find_volume: FindVolume,
    ) -> None:
        self._ctx = ctx
        self._on_done = on_done
        self._on_failed = on_failed
        self._find_volume = find_volume
        self._waiting: list[Asked] = []
        self._running: tuple[Asked, Job] | None = None

    @property
    def asked(self) -> tuple[Asked, ...]:
        """The run under way first, then those that wait."""
        return (*([self._running[0]] if self._running else []), *self._waiting)

    def ask(self, package: str, subject: Subject, *, again: bool = False) -> None:
        """Put a run at the end. Raises OverreadError if the very same one is there already."""
        same = (package, subject.display_set.display_set_id, subject.study.study_instance_uid)
        for one in self.asked:
            shown = one.subject.display_set.display_set_id
            if (one.package, shown, one.study_instance_uid) == same:
                raise OverreadError("error.ui.asked_already", package=package)
        asked = Asked(uuid.uuid4().hex + uuid.uuid4().hex, package, replace(subject, volume=None), again)
        self._waiting.append(asked)
        self._ctx.store.apply(
            JobReported(JobRow(asked.step_id, WAITS, package, study_instance_uid=asked.study_instance_uid))
        )
        self._next()

    def cancel(self, step_id: str = "") -> None:
        """Stop a run that waits or is under way; without an id the one under way."""
        for asked in [one for one in self._waiting if one.step_id == step_id]:
            self._waiting.remove(asked)
            self._ctx.store.apply(JobEnded(asked.step_id))
        if self._running is not None and step_id in ("", self._running[0].step_id):
            self._running[1].cancel()

    def cancel_all(self) -> None:
        """Nothing waits any more, and the run under way stops."""
        for asked in tuple(self._waiting):
            self.cancel(asked.step_id)
        self.cancel()

    def _next(self) -> None:
        if self._running is not None or not self._waiting:
            return
        asked = self._waiting.pop(0)
        given = replace(asked, subject=replace(asked.subject, volume=self._find_volume(asked.subject)))
        uid = asked.study_instance_uid

        def progress(share: float, note: str) -> None:
            self._ctx.store.apply(JobReported(JobRow(asked.step_id, KIND, asked.package, share, note, uid)))

        job = self._ctx.jobs.submit(
            _run,
            _Request(self._ctx, given),
            Priority.BACKGROUND,
            self._done,
            self._failed,
            on_progress=progress,
            on_canceled=self._ended,
            kind=KIND,
            target=asked.package,
        )
        self._running = (asked, job)
        self._ctx.store.apply(JobReported(JobRow(asked.step_id, KIND, asked.package, study_instance_uid=uid)))

    def _done(self, told: tuple[Answer, Reading]) -> None:
        answer, reading = told
        self._ended()
        note_ai(self._ctx, reading)
        if self._ctx.store.state.workspace.open_study_uid == reading.study_instance_uid:
            self._ctx.store.apply(ReadingReplayed(as_shown(self._ctx, reading)))
        self._on_done(answer)

    def _failed(self, error: OverreadError) -> None:
        self._ended()
        self._on_failed(error)

    def _ended(self) -> None:
        if self._running is not None:
            asked, self._running = self._running[0], None
            self._ctx.store.apply(JobEnded(asked.step_id))
        self._next()


def _run(request: _Request, progress: Progress, cancel: CancelToken) -> tuple[Answer, Reading]:
    """On a thread: the step is written down, taken, run and closed."""
    from app.analysis.packages import open_package
    from app.workflows.fitness import apply_stop_rules, fit_to_run
    from app.workflows.run_model import PROVIDERS

    ctx, asked = request.ctx, request.asked
    bundle = open_package(asked.package, ctx.model_folders)
    queue = ctx.runtime.queue
    queue.add([_step_of(asked, bundle)])
    step = queue.claim(BATCH, asked.step_id)
    generation = step.generation if step else 0
    try:
        cancel.check()
        fit_to_run(ctx, bundle, PROVIDERS, cancel)
        answer = _answer(request, bundle, result_uid(asked.step_id, generation), progress, cancel)
    except Cancelled:
        queue.end(asked.step_id, Ending(CANCELED_BY_USER))
        raise
    except OverreadError as error:
        facts = tuple((name, str(value)) for name, value in error.facts.items())
        queue.end(asked.step_id, Ending(FAILED, "", error.key, facts))
        raise
    queue.end(asked.step_id, answer.ending)
    apply_stop_rules(ctx, bundle)
    return answer, whole_reading(ctx, answer.result.study_instance_uid)


def _answer(
    request: _Request, bundle: Bundle, result_id: str, progress: Progress, cancel: CancelToken
) -> Answer:
    from app.workflows.once import Wanted, answer_once
    from app.workflows.runner_types import Parameters, Stack
    from app.workflows.runners_here import runner_named

    ctx, asked = request.ctx, request.asked
    parameters = Parameters()
    wanted = Wanted(bundle, parameters, result_id, again=asked.again)
    subject = asked.subject
    stack = Stack(subject.study, subject.display_set, subject.volume)
    with runner_named("local").bench(lambda: ctx.client, bundle, parameters) as bench:
        return answer_once(ctx, bench, stack, wanted, progress, cancel)


def _step_of(asked: Asked, bundle: Bundle) -> NewStep:
    from app.workflows.once import inputs_of

    shown = asked.subject.display_set
    return NewStep(
        asked.step_id,
        BATCH,
        f"{bundle.manifest.name} {bundle.manifest.version}",
        bundle.sha256,
        asked.study_instance_uid,
        shown.series.series_instance_uid,
        shown.display_set_id,
        inputs_of(shown),
        shown.title,
        Urgency.READER,
    )
