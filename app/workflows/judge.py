"""Judge the selected finding of the open study, walk through findings, undo: the journal first, then the screen.

The journal brings a database library with it, so it is imported when it is first needed, not at start.
"""

from __future__ import annotations

from app.context import AppContext
from app.domain.finding import Judgement, Place, Quantity, Reading, RejectReason, Verdict
from app.findings.order import Listing, by_margin, listing
from app.state.events import WorkspaceUndone
from app.state.model import DeedKind, ReadingState
from app.state.reading_events import FindingSelected, VerdictTaken, VerdictTakenBack
from app.support.clock import utc_now
from app.support.i18n import text
from app.workflows.own_findings import relabel, selected_own
from app.workflows.showing import as_shown, show_anew


def judge(
    ctx: AppContext,
    verdict: Verdict,
    *,
    reason: RejectReason | None = None,
    label: str = "",
    place: Place | None = None,
    quantities: tuple[Quantity, ...] = (),
) -> Reading | None:
    """Give the selected finding a verdict. Raises JournalError if it cannot be written; then nothing has changed.

    A finding of a reader's own can be named anew; it stands without a verdict.
    """
    from app.workflows import review

    state = ctx.store.state
    own = selected_own(ctx)
    if own is not None:
        if label:
            relabel(ctx, own, label)
        return None
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
        place=place,
        quantities=quantities,
        reader=ctx.reader,
    )
    name = (label or before.shown_label) if before else label
    words = text("deed.verdict", verdict=text(f"verdict.{verdict.value}"), finding=name)
    ctx.store.apply(VerdictTaken(as_shown(ctx, reading), words, utc_now()))
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
        ctx.store.apply(VerdictTakenBack(as_shown(ctx, reading), utc_now()))
    return text("deed.undone", deed=deed.words)


def redo_last(ctx: AppContext) -> str:
    """Bring back the verdict that was undone last; returns words, or nothing where there is none."""
    from app.workflows import review

    reading = review.redo(ctx.journal, ctx.store.state.workspace.open_study_uid, reader=ctx.reader)
    if reading is None:
        return ""
    ctx.store.apply(VerdictTaken(as_shown(ctx, reading), text("deed.redone"), utc_now()))
    return text("deed.redone")


def reread(ctx: AppContext) -> None:
    """Replay the journal of the open study, after a result arrived from elsewhere."""
    show_anew(ctx)


def listing_of(state: ReadingState) -> Listing:
    """What the panel lists in this state."""
    return listing(
        state.reading, low_shown=state.low_shown, silenced=state.silenced, chosen=state.selected_id
    )


def step_finding(ctx: AppContext, step: int) -> str:
    """Select the next (or previous) listed finding; one that was just judged leads on to the next unreviewed one."""
    state = ctx.store.state.reading
    ordered = listing_of(state).shown
    if not ordered or state.reading is None:
        return ""
    ids = [judgement.finding.finding_id for judgement in ordered]
    if state.selected_id not in ids:
        chosen = ids[0 if step > 0 else -1]
    else:
        chosen = _next_unreviewed(state.reading, ordered, state.selected_id) if step > 0 else ""
        chosen = chosen or ids[(ids.index(state.selected_id) + step) % len(ids)]
    ctx.store.apply(FindingSelected(chosen))
    return chosen


def _next_unreviewed(reading: Reading, ordered: tuple[Judgement, ...], selected_id: str) -> str:
    """After a judged finding: the listed, unreviewed one that follows by score, else the foremost; else ''."""
    here = reading.judgement(selected_id)
    if here is None or here.verdict is Verdict.UNREVIEWED:
        return ""
    listed = {judgement.finding.finding_id for judgement in ordered}
    ids = [finding.finding_id for finding in by_margin(j.finding for j in reading.judgements)]
    at = ids.index(selected_id)
    for finding_id in (*ids[at + 1 :], *ids[:at]):
        judgement = reading.judgement(finding_id)
        if finding_id in listed and judgement and judgement.verdict is Verdict.UNREVIEWED:
            return finding_id
    return ""
