"""Open folders and files: scan in the background, studies into the index while they are found."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.context import AppContext
from app.domain.errors import OverreadError, StudyUnreadableError
from app.domain.finding import Reading
from app.domain.study import Patient, Study
from app.domain.volume import CancelToken, Progress
from app.jobs.job import Job, Priority
from app.state.events import JobEnded, JobReported, StudiesListed, StudyOpened
from app.state.model import JobRow
from app.state.reading_events import ReadingReplayed
from app.support.i18n import text
from app.workflows.places import Place, short_name, surroundings_of
from app.workflows.showing import as_shown, note_ai, whole_reading
from app.workflows.silence import load_silenced
from app.workflows.worklist_notes import list_notes

if TYPE_CHECKING:
    from app.studies.headers import ScannedInstance
    from app.studies.index import StudyIndex
    from app.studies.scan import ScanReport
    from app.studies.source_types import Surroundings

KIND = "scan"
LIST_EVERY_S = 0.4


@dataclass(frozen=True, slots=True)
class ScanListener:
    """Who hears how a scan ended; exactly one of the three is called."""

    done: Callable[[ScanReport], None]
    failed: Callable[[OverreadError], None]
    canceled: Callable[[], None]


@dataclass(frozen=True, slots=True)
class _Request:
    index: StudyIndex
    places: tuple[Place, ...]
    around: Surroundings
    found: Callable[[tuple[Study, ...]], None]


def start_scan(ctx: AppContext, places: Sequence[Place], listener: ScanListener) -> Job:
    """Open places on a thread (files, folders, discs, archives, addresses); the worklist grows meanwhile."""
    title = short_name(places[0]) if len(places) == 1 else text("ui.scan.paths", count=len(places))

    def found(studies: tuple[Study, ...]) -> None:
        ctx.post(lambda: ctx.store.apply(StudiesListed(studies)))

    def progress(share: float, note: str) -> None:
        ctx.store.apply(JobReported(JobRow(job.job_id, KIND, title, share, note)))

    def done(report: ScanReport) -> None:
        ctx.store.apply(JobEnded(job.job_id))
        listener.done(report)

    def failed(error: OverreadError) -> None:
        ctx.store.apply(JobEnded(job.job_id))
        listener.failed(error)

    def canceled() -> None:
        ctx.store.apply(JobEnded(job.job_id))
        listener.canceled()

    job = ctx.jobs.submit(
        _scan, _Request(ctx.index, tuple(places), surroundings_of(ctx), found), Priority.INTERACTION, done, failed,
        on_progress=progress, on_canceled=canceled, kind=KIND, target=title,
    )  # fmt: skip
    ctx.store.apply(JobReported(JobRow(job.job_id, KIND, title)))
    return job


def list_known(
    ctx: AppContext, on_failed: Callable[[OverreadError], None], then: Callable[[], None] | None = None
) -> Job:
    """The worklist as it was left, read on a thread; then: called when it is known."""

    def read(_request: None, _progress: Progress, _cancel: CancelToken) -> tuple[Study, ...]:
        return ctx.index.studies()

    def done(studies: tuple[Study, ...]) -> None:
        if studies:
            ctx.store.apply(StudiesListed((*ctx.store.state.workspace.studies, *studies)))
            list_notes(ctx)
        if then is not None:
            then()

    return ctx.jobs.submit(read, None, Priority.INTERACTION, done, on_failed, kind="index")


def open_study(ctx: AppContext, study_instance_uid: str, patient: Patient | None = None) -> Reading:
    """Turn to a study: empty viewports, its reading replayed. Raises JournalError if the journal cannot be read.

    Raises StudyUnreadableError if several patients share the study's UID: then `patient` is open and can be looked
    at, but there is no reading, for a verdict could not say whose it is.
    """
    named = ctx.store.state.workspace.studies_of(study_instance_uid)
    if len(named) > 1:
        ctx.store.apply(StudyOpened(study_instance_uid, patient or named[0].patient))
        raise StudyUnreadableError("error.ui.two_patients", count=len(named))
    ctx.store.apply(StudyOpened(study_instance_uid))
    for study in named:
        _note_use(ctx, study)
    load_silenced(ctx)
    whole = whole_reading(ctx, study_instance_uid)
    reading = as_shown(ctx, whole)
    ctx.store.apply(ReadingReplayed(reading))
    note_ai(ctx, whole)
    return reading


def _note_use(ctx: AppContext, study: Study) -> None:
    """A copy of a server's study that is looked at is not the next to go."""
    from app.studies.remote.kept_copies import note_use

    first = next((one.path for series in study.series for one in series.instances), None)
    if first is not None:
        note_use(ctx.paths.cache, first)


def _scan(request: _Request, progress: Progress, cancel: CancelToken) -> ScanReport:
    """On a thread: into the index batch by batch, and now and then the list of studies to whoever shows it."""
    from app.studies.source_chain import open_places

    index = request.index
    listed_at, cost_s = 0.0, 0.0

    def take(batch: list[ScannedInstance]) -> None:
        nonlocal listed_at, cost_s
        index.add(batch)
        begun = time.monotonic()
        # A large index takes long to read: at most a tenth of the scan goes into showing it.
        if begun - listed_at > max(LIST_EVERY_S, 10 * cost_s):
            request.found(index.studies())
            listed_at = time.monotonic()
            cost_s = listed_at - begun

    try:
        return open_places(request.places, request.around, take, progress, cancel)
    finally:
        request.found(index.studies())
