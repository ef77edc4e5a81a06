"""Holding two result sets against each other."""

from __future__ import annotations

from app.actions.conditions import has_study, is_comparing
from app.actions.desk import Desk
from app.actions.registry import action
from app.context import AppContext
from app.state.panel_events import ComparisonShown


@action("compare.sets", menu="report", when=has_study, group="compare")
def sets(_ctx: AppContext, desk: Desk) -> None:
    """Two models, versions, readers or studies, lesion by lesion."""
    desk.show("compare")


@action("compare.end", menu="report", when=is_comparing, group="compare")
def end(ctx: AppContext, _desk: Desk) -> None:
    """The findings are drawn as before."""
    ctx.store.apply(ComparisonShown())
