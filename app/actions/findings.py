"""Going through findings and judging them. Each verdict is in the journal before anything is repainted."""

from __future__ import annotations

from app.actions.conditions import (
    has_chosen,
    has_deed,
    has_findings,
    has_selected_finding,
    has_study,
    is_rejecting,
)
from app.actions.desk import Desk
from app.actions.registry import Action, action
from app.context import AppContext
from app.domain.finding import RejectReason, Verdict
from app.state.reading_events import RejectionAsked
from app.workflows.judge import judge, redo_last, step_finding, undo_last
from app.workflows.measure import remove_chosen
from app.workflows.own_findings import selected_own, unmark


@action("finding.next", menu="report", when=has_findings, group="walk")
def next_finding(ctx: AppContext, _desk: Desk) -> None:
    """Select the next finding; every view goes there."""
    step_finding(ctx, 1)


@action("finding.previous", menu="report", when=has_findings, group="walk")
def previous_finding(ctx: AppContext, _desk: Desk) -> None:
    """Select the finding before."""
    step_finding(ctx, -1)


@action("finding.accept", menu="report", when=has_selected_finding, group="verdict")
def accept(ctx: AppContext, _desk: Desk) -> None:
    """Accept the selected finding."""
    judge(ctx, Verdict.ACCEPTED)


@action("finding.reject", menu="report", when=has_chosen, group="verdict")
def reject(ctx: AppContext, _desk: Desk) -> None:
    """Ask for the reason, the verdict is given with it; a chosen measurement or an own finding is taken away."""
    own = selected_own(ctx)
    if own is not None:
        unmark(ctx, own)
    elif not remove_chosen(ctx):
        ctx.store.apply(RejectionAsked(ctx.store.state.reading.selected_id))


@action("finding.edit", menu="report", when=has_chosen, group="verdict")
def edit(_ctx: AppContext, desk: Desk) -> None:
    """Type another label, or other words for the chosen measurement."""
    desk.edit_label()


@action("finding.defer", menu="report", when=has_selected_finding, group="verdict")
def defer(ctx: AppContext, _desk: Desk) -> None:
    """Leave it for later or for a second reader."""
    judge(ctx, Verdict.DEFERRED)


def _reject_for(reason: RejectReason) -> Action:
    def run(ctx: AppContext, _desk: Desk) -> None:
        judge(ctx, Verdict.REJECTED, reason=reason)

    return Action(f"reject.{reason.value}", "report", run, when=is_rejecting, mode="reject", group="reason")


REASONS = tuple(_reject_for(reason) for reason in RejectReason)


@action("reject.cancel", menu="report", when=is_rejecting, mode="reject", group="reason")
def cancel_rejection(ctx: AppContext, _desk: Desk) -> None:
    """The finding keeps the verdict it had."""
    ctx.store.apply(RejectionAsked(""))


@action("edit.undo", menu="report", when=has_deed, group="undo")
def undo(ctx: AppContext, desk: Desk) -> None:
    """Take back the last verdict or the last change of layout, whichever came later."""
    words = undo_last(ctx)
    if words:
        desk.say(words)


@action("edit.redo", menu="report", when=has_study, group="undo")
def redo(ctx: AppContext, desk: Desk) -> None:
    """Bring back the verdict that was undone last."""
    words = redo_last(ctx)
    if words:
        desk.say(words)


@action("report.export", menu="report", when=has_study, group="export")
def export(_ctx: AppContext, desk: Desk) -> None:
    """Choose what of the open study leaves as files: findings, masks, pictures, images."""
    desk.export()
