"""Open folders and files: scan in the background, studies into the index while they are found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.context import AppContext
from app.domain.errors import OverreadError, StudyUnreadableError
from app.domain.finding import Reading
from app.domain.volume import CancelToken, Progress
from app.jobs.job import Job, Priority
from app.state.events import AiNoted, JobEnded, JobReported, StudiesListed, StudyOpened
from app.state.model import AiNote, JobRow
from app.state.reading_events import ReadingReplayed
from app.support.i18n import text
from app.workflows.review import reading_of

if TYPE_CHECKING:
    from app.studies.index import StudyIndex
    from app.studies.scan import ScanReport

KIND = "scan"


@dataclass(frozen=True, slots=True)
class ScanListener:
    """Who hears how a scan ended; exactly one of the three is called."""

    done: Callable[[ScanReport], None]
    failed: Callable[[OverreadError], None]
    canceled: Callable[[], None]


def start_scan(ctx: AppContext, paths: tuple[Path, ...], listener: ScanListener) -> Job:
    """Scan on a thread; the worklist grows as batches arrive in the index."""
    title = paths[0].name if len(paths) == 1 else text("ui.scan.paths", count=len(paths))

    def progress(share: float, note: str) -> None:
        ctx.store.apply(JobReported(JobRow(job.job_id, KIND, title, share, note)))
        list_studies(ctx)

    def ended() -> None:
        ctx.store.apply(JobEnded(job.job_id))
        list_studies(ctx)

    def done(report: ScanReport) -> None:
        ended()
        listener.done(report)

    def failed(error: OverreadError) -> None:
        ended()
        listener.failed(error)

    def canceled() -> None:
        ended()
        listener.canceled()

    job = ctx.jobs.submit(
        _scan, (ctx.index, paths), Priority.INTERACTION, done, failed,
        on_progress=progress, on_canceled=canceled, kind=KIND, target=title,
    )  # fmt: skip
    ctx.store.apply(JobReported(JobRow(job.job_id, KIND, title)))
    return job


def list_studies(ctx: AppContext) -> None:
    """The worklist as the index has it now."""
    ctx.store.apply(StudiesListed(ctx.index.studies()))


def open_study(ctx: AppContext, study_instance_uid: str) -> Reading:
    """Turn to a study: empty viewports, its reading replayed. Raises JournalError if the journal cannot be read,
    StudyUnreadableError if several patients share the study's UID: a verdict could not say whose it is.
    """
    named = [s for s in ctx.store.state.workspace.studies if s.study_instance_uid == study_instance_uid]
    if len(named) > 1:
        raise StudyUnreadableError("error.ui.two_patients", count=len(named))
    ctx.store.apply(StudyOpened(study_instance_uid))
    reading = reading_of(ctx.journal, study_instance_uid)
    ctx.store.apply(ReadingReplayed(reading))
    note_ai(ctx, reading)
    return reading


def note_ai(ctx: AppContext, reading: Reading) -> None:
    """Tell the worklist that models ran, and nothing of what they found."""
    states = tuple(result.state for result in reading.results)
    ctx.store.apply(AiNoted(AiNote(reading.study_instance_uid, states)))


def _scan(
    request: tuple[StudyIndex, tuple[Path, ...]], progress: Progress, cancel: CancelToken
) -> ScanReport:
    from app.studies.scan import scan

    index, paths = request
    return scan(paths, on_batch=index.add, progress=progress, cancel=cancel)
