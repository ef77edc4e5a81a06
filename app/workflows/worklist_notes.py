"""What the worklist says of each known study: that models ran, who called it read, how far up AI brings it."""

from __future__ import annotations

from dataclasses import replace

from app.context import AppContext
from app.domain.errors import OverreadError
from app.domain.finding import Reading
from app.domain.volume import CancelToken, Progress
from app.jobs.job import Job, Priority
from app.state.worklist_events import NotesListed, PrioritySortChosen
from app.workflows.showing import note_of, policies_of

KIND = "notes"


def list_notes(ctx: AppContext) -> Job:
    """Read the journal on a thread and note what it says of each study; a journal that cannot be read notes nothing."""
    reader = ctx.reader

    def read(_request: None, _progress: Progress, cancel: CancelToken) -> tuple[Reading, ...]:
        from app.findings.replay import replay

        found = []
        for uid, entries in ctx.journal.by_study().items():
            cancel.check()
            try:
                found.append(replay(entries, uid, reader))
            except OverreadError:
                continue  # opening that study says what is wrong with it
        return tuple(found)

    def done(readings: tuple[Reading, ...]) -> None:
        if readings:
            ctx.store.apply(NotesListed(tuple(note_of(ctx, one) for one in readings)))

    return ctx.jobs.submit(read, None, Priority.BACKGROUND, done, lambda _error: None, kind=KIND)


def sort_by_priority(ctx: AppContext, *, wanted: bool) -> None:
    """Sort the worklist by what AI says, or no longer (RQ-19). Raises OverreadError where anything is withheld."""
    if wanted and not policies_of(ctx.settings).withholds_nothing:
        raise OverreadError("error.worklist.blind")
    ctx.store.apply(PrioritySortChosen(wanted))


def settle_sort(ctx: AppContext) -> None:
    """After another role or policy: an order that says something of AI goes where it may not be known."""
    if not policies_of(ctx.settings).withholds_nothing:
        ctx.store.apply(PrioritySortChosen(by_priority=False))
        notes = ctx.store.state.workspace.ai_notes
        ctx.store.apply(NotesListed(tuple(replace(note, priority=None) for note in notes)))
