"""Kinds of findings that one reader folds away: entered in the journal, and nobody else's view changes (RQ-16)."""

from __future__ import annotations

from collections.abc import Iterable

from app.context import AppContext
from app.domain.errors import OverreadError
from app.findings.chain import Entry
from app.findings.order import Kind, kind_of
from app.findings.study_events import KindSilenced
from app.state.panel_events import KindsSilenced
from app.support.i18n import text


def silenced_by(entries: Iterable[Entry], reader: str) -> frozenset[Kind]:
    """What a reader has silenced and not asked for again. entries: of the kind KindSilenced, in order."""
    from app.findings.events import event_of

    standing: set[Kind] = set()
    for entry in entries:
        event = event_of(entry.event_type, entry.payload) if entry.reader == reader else None
        if isinstance(event, KindSilenced):
            kind = (event.package, event.key)
            standing.add(kind) if event.is_silenced else standing.discard(kind)
    return frozenset(standing)


def load_silenced(ctx: AppContext) -> None:
    """Tell the state what this reader has silenced. Raises JournalError."""
    now = silenced_by(ctx.journal.entries_of(KindSilenced.__name__), ctx.reader)
    if now != ctx.store.state.reading.silenced:
        ctx.store.apply(KindsSilenced(now))


def toggle_silence(ctx: AppContext) -> str:
    """Silence the kind of the selected finding, or let it speak again; returns what happened in words.

    Raises OverreadError where no model's finding is selected, JournalError where it cannot be written.
    """
    state = ctx.store.state
    reading = state.reading.reading
    judgement = reading.judgement(state.reading.selected_id) if reading else None
    if reading is None or judgement is None or judgement.finding.is_readers:
        raise OverreadError("error.silence.nothing_selected")
    package, key = kind_of(reading, judgement.finding)
    is_silenced = (package, key) not in state.reading.silenced
    uid = state.workspace.open_study_uid
    ctx.journal.append(KindSilenced(uid, package, key, is_silenced, ctx.reader))
    load_silenced(ctx)
    words_key = "ui.silence.done" if is_silenced else "ui.silence.undone"
    return text(words_key, finding=judgement.finding.label, package=package)
