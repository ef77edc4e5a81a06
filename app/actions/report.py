"""The report of the open study."""

from __future__ import annotations

from app.actions.conditions import has_findings
from app.actions.desk import Desk
from app.actions.registry import action
from app.context import AppContext


@action("report.words", menu="report", when=has_findings, group="export")
def words(_ctx: AppContext, desk: Desk) -> None:
    """What was accepted, in sentences and a table: to copy, to save as PDF."""
    desk.show("report")
