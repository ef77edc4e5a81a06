"""Servers: search, connections, sending; the header of what hangs, and trying again what could not be read."""

from __future__ import annotations

from app.actions.conditions import has_findings, has_picture
from app.actions.desk import Desk
from app.actions.registry import action
from app.context import AppContext
from app.support.i18n import explain, text
from app.workflows.copies import Purged, start_purge

MIB = 1024**2


@action("file.search_remote", menu="file", group="remote")
def search_remote(_ctx: AppContext, desk: Desk) -> None:
    """Search servers for studies."""
    desk.show("remote")


@action("file.connections", menu="file", group="remote")
def connections(_ctx: AppContext, desk: Desk) -> None:
    """Add, change, test and take out servers."""
    desk.show("connections")


@action("file.listener", menu="file", group="remote")
def listener(_ctx: AppContext, desk: Desk) -> None:
    """Open or close the port at which other computers may send studies."""
    desk.show("listener")


@action("report.send", menu="report", group="export", when=has_findings)
def send(_ctx: AppContext, desk: Desk) -> None:
    """Send accepted and edited findings to a server as SR and SEG."""
    desk.show("send")


@action("file.header", menu="file", group="remote", when=has_picture)
def header(_ctx: AppContext, desk: Desk) -> None:
    """The header of the image in the active viewport."""
    desk.show("header")


@action("file.purge_copies", menu="file", group="remote")
def purge_copies(ctx: AppContext, desk: Desk) -> None:
    """Take away the copies of studies of servers that are not in use."""

    def done(purged: Purged) -> None:
        desk.say(text("copies.purged", studies=purged.studies, mib=f"{purged.size / MIB:.0f}"))

    start_purge(ctx, done, lambda error: desk.say(explain(error)), all_of_them=True)


@action("file.retry", menu="file", group="remote", when=has_picture)
def retry(_ctx: AppContext, desk: Desk) -> None:
    """Try images that could not be read once more, as when the network is back."""
    desk.retry()
