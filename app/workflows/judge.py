"""Judge the selected finding of the open study, walk through findings, undo: the journal first, then the screen.

The journal brings a database library with it, so it is imported when it is first needed, not at start.
"""

from __future__ import annotations

from app.context import AppContext
from app.domain.finding import Judgement, Reading, RejectReason, Verdict
from app.state.events import WorkspaceUndone
from app.state.model import DeedKind
from app.state.reading_events import FindingSelected, ReadingReplayed, VerdictTaken, VerdictTakenBack
from app.support.clock import utc_now
from app.support.i18n import text


def judge(
    ctx: AppContext, verdict: Verdict, *, reason: RejectReason | None = None, label: str = ""
) -> Reading | None:
    """Give the selected finding a verdict. Raises JournalError if it cannot be written; then nothing has changed."""
    from app.workflows import review

    state = ctx.store.state
    finding_id = state.reading.rejecting_id or state.reading.selected_id
    if not finding_id or state.reading.reading is None:
        return None
    before = state.reading.reading.judgement(finding_id)
    reading = review.give_verdict(
        ctx.journal,
        state.workspace.open_study_uid,
        finding_id,
        verdict,
        reason=reason,
        label=label,
        reader=ctx.reader,
    )
    name = (label or before.shown_label) if before else label
    words = text("deed.verdict", verdict=text(f"verdict.{verdict.value}"), finding=name)
    ctx.store.apply(VerdictTaken(reading, words, utc_now()))
    return reading


def undo_last(ctx: AppContext) -> str:
    """Take back the latest deed, whatever it was; returns what was undone in words, or nothing."""
    from app.workflows import review

    state = ctx.store.state
    if not state.deeds:
        return ""
    deed = state.deeds[-1]
    if deed.kind is DeedKind.WORKSPACE:
        ctx.store.apply(WorkspaceUndone())
    else:
        reading = review.undo(ctx.journal, state.workspace.open_study_uid, reader=ctx.reader)
        if reading is None:
            return ""
        ctx.store.apply(VerdictTakenBack(reading, utc_now()))
    return text("deed.undone", deed=deed.words)


def redo_last(ctx: AppContext) -> str:
    """Bring back the verdict that was undone last; returns words, or nothing where there is none."""
    from app.workflows import review

    reading = review.redo(ctx.journal, ctx.store.state.workspace.open_study_uid, reader=ctx.reader)
    if reading is None:
        return ""
    ctx.store.apply(VerdictTaken(reading, text("deed.redone"), utc_now()))
    return text("deed.redone")


def reread(ctx: AppContext) -> None:
    """Replay the journal of the open study, after a result arrived from elsewhere."""
    from app.workflows import review

    uid = ctx.store.state.workspace.open_study_uid
    if uid:
        ctx.store.apply(ReadingReplayed(review.reading_of(ctx.journal, uid)))


def in_panel_order(reading: Reading | None) -> tuple[Judgement, ...]:
    """Unreviewed first, each group in the order the models gave."""
    if reading is None:
        return ()
    return tuple(sorted(reading.judgements, key=lambda j: j.verdict is not Verdict.UNREVIEWED))


def step_finding(ctx: AppContext, step: int) -> str:
    """Select the next (or previous) finding; one that was just judged leads on to the next unreviewed one."""
    state = ctx.store.state.reading
    ordered = in_panel_order(state.reading)
    if not ordered or state.reading is None:
        return ""
    ids = [judgement.finding.finding_id for judgement in ordered]
    if state.selected_id not in ids:
        chosen = ids[0 if step > 0 else -1]
    else:
        chosen = _next_unreviewed(state.reading, state.selected_id) if step > 0 else ""
        chosen = chosen or ids[(ids.index(state.selected_id) + step) % len(ids)]
    ctx.store.apply(FindingSelected(chosen))
    return chosen


def _next_unreviewed(reading: Reading, selected_id: str) -> str:
    """After a judged finding: the first unreviewed one behind it, else the first of all; empty where none is left."""
    given = list(reading.judgements)
    here = next(n for n, judgement in enumerate(given) if judgement.finding.finding_id == selected_id)
    if given[here].verdict is Verdict.UNREVIEWED:
        return ""
    circle = given[here + 1 :] + given[:here]
    return next((j.finding.finding_id for j in circle if j.verdict is Verdict.UNREVIEWED), "")
