"""The queue as a list of lines: what runs, what waits, what ended and how; never what a model found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.context import AppContext
from app.domain.finding import RunState
from app.domain.volume import CancelToken, Progress
from app.jobs.steps import CANCELED_BY_USER, FAILED, Step, StepState
from app.state.model import JobRow
from app.support.i18n import text, text_with
from app.workflows.analyse import KIND
from app.workflows.model_queue import BATCH, Asked

NEWEST = 60


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One line. state: of the procedure step; progress 0 to 1 while it runs."""

    step_id: str
    package: str
    title: str
    state: StepState
    words: str
    at: str = ""
    progress: float = 0.0
    study_instance_uid: str = ""
    display_set_id: str = ""
    has_failed: bool = False
    can_cancel: bool = False
    can_retry: bool = False


def ended_steps(ctx: AppContext, _progress: Progress, _cancel: CancelToken) -> tuple[Step, ...]:
    """The newest steps that the store knows; those that died with a program wait again."""
    ctx.runtime.queue.reclaim(BATCH)
    return ctx.runtime.queue.steps(newest=NEWEST)


def queue_rows(asked: Sequence[Asked], jobs: Sequence[JobRow], steps: Sequence[Step]) -> tuple[QueueRow, ...]:
    """Running, waiting, ended; newest first among those that ended."""
    live = {one.step_id for one in asked}
    told = {job.job_id: job for job in jobs}
    return (
        *(_live(one, told.get(one.step_id)) for one in asked),
        *(_stored(step) for step in steps if step.new.step_id not in live),
    )


def _live(asked: Asked, job: JobRow | None) -> QueueRow:
    shown = asked.subject.display_set
    runs = job is not None and job.kind == KIND
    share = job.progress if job is not None else 0.0
    words = text("ai.queue.runs", percent=round(100 * share)) if runs else text("ai.queue.waits")
    return QueueRow(
        asked.step_id,
        asked.package,
        shown.title,
        StepState.IN_PROGRESS if runs else StepState.SCHEDULED,
        words,
        progress=share,
        study_instance_uid=asked.study_instance_uid,
        display_set_id=shown.display_set_id,
        can_cancel=True,
    )


def _stored(step: Step) -> QueueRow:
    new = step.new
    return QueueRow(
        new.step_id,
        new.package,
        new.title,
        step.state,
        _words(step),
        (step.ended_at or step.started_at or step.scheduled_at)[:16].replace("T", " "),
        study_instance_uid=new.study_instance_uid,
        display_set_id=new.display_set_id,
        has_failed=step.ending is not None and step.ending.outcome == FAILED,
        can_retry=step.state is not StepState.IN_PROGRESS,
    )


def _words(step: Step) -> str:
    if step.ending is None:
        if step.state is StepState.IN_PROGRESS:
            return text("ai.queue.elsewhere")
        return text("ai.queue.interrupted" if step.new.batch == BATCH else "ai.queue.in_list")
    outcome = step.ending.outcome
    reason = (
        text_with(step.ending.reason_key, dict(step.ending.reason_facts)) if step.ending.reason_key else ""
    )
    if outcome == CANCELED_BY_USER:
        return text("ai.queue.stopped")
    if outcome == FAILED:
        return text("ai.queue.failed", reason=reason)
    if outcome == RunState.NOT_APPLICABLE.value:
        return text("ai.queue.not_applicable", reason=reason)
    return text("ai.queue.cached" if step.ending.from_cache else "ai.queue.done")
