"""`overread` and `overread open PATH...`: the window."""

from __future__ import annotations

from typing import Annotated

import typer

from app.support.i18n import text


def register(app: typer.Typer) -> None:
    """Add `open`, and the hidden `window` that runs without arguments."""

    @app.command("window", hidden=True)
    def window() -> None:
        """Open the window."""
        raise typer.Exit(_run(()))

    @app.command("open")
    def open_paths(
        places: Annotated[list[str], typer.Argument(help=text("cli.open.places"), metavar="PLACE...")],
    ) -> None:
        """Open the window on folders, files, discs, archives, volumes or addresses."""
        from app.workflows.places import check_place

        raise typer.Exit(_run(tuple(check_place(place) for place in places)))


def _run(paths: tuple[str, ...]) -> int:
    from app.ui.application import run_window

    return run_window(paths)
