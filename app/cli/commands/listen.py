"""`overread listen`: take studies that other computers send, until ended. Loopback and nobody else unless told."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Annotated

import typer

from app.cli.ending import ended_in_order
from app.context import build_context
from app.settings.listener import load_listener
from app.support.held.doors import is_held
from app.support.i18n import text, text_with
from app.workflows.listener import Counts, start_listener, stop_listener

TELL_EVERY_S = 0.5


def register(tree: typer.Typer) -> None:
    """Add the command."""
    tree.command("listen", help=text("listen.help"))(listen)


@ended_in_order()
def listen(
    port: Annotated[int | None, typer.Option(help=text("listen.option.port"))] = None,
    host: Annotated[str, typer.Option(help=text("listen.option.host"))] = "",
    ae_title: Annotated[str, typer.Option("--title", help=text("listen.option.title"))] = "",
    callers: Annotated[list[str] | None, typer.Option("--from", help=text("listen.option.callers"))] = None,
) -> None:
    """Options go before the settings of this user. Ends with Ctrl-C or SIGTERM, and says what came."""
    ctx = build_context()
    try:
        settings = load_listener(ctx.paths.settings)[0]
        told = {"port": port, "host": host or None, "ae_title": ae_title or None}
        chosen = replace(settings, **{key: value for key, value in told.items() if value is not None})  # type: ignore[arg-type]  # named fields
        if callers:
            chosen = replace(chosen, callers=tuple(callers))
        listening = start_listener(ctx, chosen)
        typer.echo(text("listen.open", title=chosen.ae_title, host=chosen.host, port=listening.port))
        if is_held(listening.folder / "x"):
            typer.echo(text("held.received"))
        try:
            _tell(listening.counts)
        finally:
            stop_listener(ctx, listening)
            typer.echo(text("listen.closed", count=listening.counts.received, folder=listening.folder))
    finally:
        ctx.close()


def _tell(counts: Counts) -> None:
    """Say what came and what was refused, as it happens; returns on Ctrl-C."""
    told: dict[object, int] = {}
    received = 0
    wait = threading.Event()
    try:
        while not wait.wait(TELL_EVERY_S):
            if counts.received != received:
                received = counts.received
                typer.echo(text("listen.received", count=received))
            for (key, facts), number in list(counts.refused.items()):
                if told.get((key, facts)) != number:
                    told[key, facts] = number
                    typer.echo(text_with(key, dict(facts)), err=True)
    except KeyboardInterrupt:
        return
