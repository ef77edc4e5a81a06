"""Figures of models and readers at this site, as pages in the window."""

from __future__ import annotations

from app.actions.desk import Desk
from app.actions.registry import action
from app.context import AppContext


@action("report.quality", menu="report", group="figures")
def quality(_ctx: AppContext, desk: Desk) -> None:
    """Figures of quality assurance, from the journal."""
    desk.show("quality")


@action("ai.evaluate", menu="ai", group="run")
def evaluate(_ctx: AppContext, desk: Desk) -> None:
    """A model measured on labelled cases."""
    desk.show("evaluation")
