"""Servers: search, connections, sending."""

from __future__ import annotations

from app.actions.conditions import has_findings
from app.actions.desk import Desk
from app.actions.registry import action
from app.context import AppContext


@action("file.search_remote", menu="file", group="remote")
def search_remote(_ctx: AppContext, desk: Desk) -> None:
    """Search servers for studies."""
    desk.show("remote")


@action("file.connections", menu="file", group="remote")
def connections(_ctx: AppContext, desk: Desk) -> None:
    """Add, change, test and take out servers."""
    desk.show("connections")


@action("report.send", menu="report", group="export", when=has_findings)
def send(_ctx: AppContext, desk: Desk) -> None:
    """Send accepted and edited findings to a server as SR and SEG."""
    desk.show("send")
