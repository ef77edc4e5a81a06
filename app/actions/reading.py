"""Calling a study read, and what concerns the list of studies rather than one finding."""

from __future__ import annotations

from app.actions.conditions import has_studies, has_study, is_sorted_by_ai
from app.actions.desk import Desk
from app.actions.registry import action
from app.context import AppContext
from app.support.i18n import text
from app.workflows.mark_read import is_read_by, mark_read, next_unread, reopen
from app.workflows.worklist_notes import sort_by_priority


@action("reading.read", menu="report", when=has_study, group="first_look")
def read(ctx: AppContext, desk: Desk) -> None:
    """The study is read; the next one that is not opens."""
    if not is_read_by(ctx):
        mark_read(ctx)
        if desk.findings.tell_case():  # a trainee hears at once how the case went; the same key goes on
            return
    _onwards(ctx, desk)


@action("reading.read_anyway", menu="report", when=has_study, group="first_look")
def read_anyway(ctx: AppContext, desk: Desk) -> None:
    """The study is read although findings have no verdict; they are named in the journal."""
    mark_read(ctx, anyway=True)
    _onwards(ctx, desk)


@action("reading.reopen", menu="report", when=has_study, group="first_look")
def reopen_study(ctx: AppContext, desk: Desk) -> None:
    """The study is not read after all."""
    reopen(ctx)
    desk.say(text("ui.read.reopened"))


@action("worklist.by_ai", menu="view", when=has_studies, group="series", checked=is_sorted_by_ai)
def by_ai(ctx: AppContext, _desk: Desk) -> None:
    """What AI finds most suspicious first, or the order of arrival."""
    sort_by_priority(ctx, wanted=not ctx.store.state.workspace.by_priority)


def _onwards(ctx: AppContext, desk: Desk) -> None:
    following = next_unread(ctx)
    if following:
        desk.open_study(following)
    else:
        desk.say(text("ui.read.all_read"))
