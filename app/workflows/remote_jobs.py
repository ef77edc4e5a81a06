"""Search, retrieve, send and test over a connection, each as a job of the window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.context import AppContext
from app.domain.errors import OverreadError
from app.domain.volume import CancelToken, Progress
from app.jobs.job import Job, Priority
from app.state.events import JobEnded, JobReported
from app.state.model import JobRow
from app.workflows.audit import tell_query, told_transfer
from app.workflows.places import surroundings_of
from app.workflows.retrieve import Connect, Wanted, retrieval

if TYPE_CHECKING:
    from app.studies.scan import ScanReport
    from app.studies.source_types import Source, Stored, StudyPage, StudyQuery

SEARCH, RETRIEVE, SEND = "search", "retrieve", "send"
Failed = Callable[[OverreadError], None]


def connector(ctx: AppContext) -> Connect:
    """How places become sources here; called on a job's thread."""
    around = surroundings_of(ctx)

    def connect(place: str) -> Source:
        from app.studies.source_chain import connect as by_chain

        return by_chain(place, around)

    return connect


def start_search(
    ctx: AppContext, place: str, query: StudyQuery, done: Callable[[StudyPage], None], failed: Failed
) -> Job:
    """One page of studies; a test of the connection is a search for one."""
    connect = connector(ctx)

    def search(asked: StudyQuery, _progress: Progress, cancel: CancelToken) -> StudyPage:
        source = connect(place)
        tell_query(ctx.audit, ctx.reader, place, asked)
        try:
            return source.search(asked, cancel)
        finally:
            source.close()

    return ctx.jobs.submit(search, query, Priority.INTERACTION, done, failed, kind=SEARCH)


def start_retrieve(
    ctx: AppContext,
    wanted: Wanted,
    done: Callable[[ScanReport], None],
    failed: Failed,
    known: Callable[[], None],
) -> Job:
    """A study onto this disk and into the worklist.

    known: called once it can be shown while its images come; not at all where the server cannot tell so early.
    """

    def reported(share: float, note: str) -> None:
        ctx.store.apply(JobReported(JobRow(job.job_id, RETRIEVE, wanted.title, share, note)))

    def end() -> None:
        ctx.store.apply(JobEnded(job.job_id))

    def did(report: ScanReport) -> None:
        end()
        done(report)

    def could_not(error: OverreadError) -> None:
        end()
        failed(error)

    job = ctx.jobs.submit(
        retrieval(ctx, connector(ctx), known), wanted, Priority.INTERACTION, did, could_not,
        on_progress=reported, on_canceled=end, kind=RETRIEVE, target=wanted.title,
    )  # fmt: skip
    ctx.store.apply(JobReported(JobRow(job.job_id, RETRIEVE, wanted.title)))
    return job


def start_send(
    ctx: AppContext,
    place: str,
    files: Sequence[Path],
    done: Callable[[tuple[Stored, ...]], None],
    failed: Failed,
) -> Job:
    """Send files; one outcome each."""
    connect = connector(ctx)

    def send(asked: tuple[Path, ...], progress: Progress, cancel: CancelToken) -> tuple[Stored, ...]:
        source = connect(place)
        told = (ctx.reader, place, ctx.store.state.workspace.open_study_uid)
        with told_transfer(ctx.audit, told, sent=True):
            try:
                return source.store(asked, progress, cancel)
            finally:
                source.close()

    return ctx.jobs.submit(send, tuple(files), Priority.INTERACTION, done, failed, kind=SEND)
