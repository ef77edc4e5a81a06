"""`overread` and `overread open PATH...`: the window."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.domain.errors import StudyUnreadableError


def register(app: typer.Typer) -> None:
    """Add `open`, and the hidden `window` that runs without arguments."""

    @app.command("window", hidden=True)
    def window() -> None:
        """Open the window."""
        raise typer.Exit(_run(()))

    @app.command("open")
    def open_paths(
        paths: Annotated[list[Path], typer.Argument(help="Folders and files of DICOM studies")],
    ) -> None:
        """Open the window on folders or files."""
        for path in paths:
            if not path.exists():
                raise StudyUnreadableError("error.ui.no_such_path", path=path)
        raise typer.Exit(_run(tuple(path.resolve() for path in paths)))


def _run(paths: tuple[Path, ...]) -> int:
    from app.ui.application import run_window

    return run_window(paths)
