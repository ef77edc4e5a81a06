"""The reader's own look before the AI's: mark what is seen, commit, then hold one against the other."""

from __future__ import annotations

from app.actions.conditions import has_picture, waits_for_commit, waits_for_request
from app.actions.desk import Desk
from app.actions.registry import action
from app.context import AppContext
from app.support.i18n import text
from app.workflows.showing import commit, request


@action("finding.mark", menu="report", when=has_picture, group="verdict")
def mark(_ctx: AppContext, desk: Desk) -> None:
    """A finding of the reader's own: under the pointer, round the chosen measurement, or by keys."""
    desk.own_findings.mark()


@action("reading.commit", menu="report", when=waits_for_commit, group="first_look")
def commit_reading(ctx: AppContext, desk: Desk) -> None:
    """End the own first look; AI results come into sight."""
    commit(ctx)
    desk.say(text("ui.gate.committed"))


@action("ai.request", menu="ai", when=waits_for_request, group="run")
def request_results(ctx: AppContext, _desk: Desk) -> None:
    """Show AI results that are shown on request only."""
    request(ctx)
