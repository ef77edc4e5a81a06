"""Cases for trainees."""

from __future__ import annotations

from app.actions.desk import Desk
from app.actions.registry import action
from app.context import AppContext


@action("training.cases", menu="report", group="training")
def cases(_ctx: AppContext, desk: Desk) -> None:
    """Lists of cases, how they went, and the trainee's own figures."""
    desk.show("training")
