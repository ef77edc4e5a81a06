"""`overread demo`: the whole main job on a made-up study."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.domain.errors import OverreadError
from app.support.i18n import text


def register(tree: typer.Typer) -> None:
    """Add the command."""

    @tree.command("demo", help=text("cli.demo.help"))
    def demo(
        out: Annotated[Path, typer.Option("--out", help=text("cli.demo.out"))] = Path("demo-out"),
        window: Annotated[bool, typer.Option(help=text("cli.demo.window"))] = True,
    ) -> None:
        folder = out.resolve()
        if folder.exists() and any(folder.iterdir()) and not (folder / "summary.json").exists():
            raise OverreadError("error.demo.folder_in_use", folder=folder.name)
        from app.ui.demo import run_demo
        from app.ui.display import can_be_seen

        shown = can_be_seen() and window
        _clear(folder)
        made = run_demo(folder, typer.echo)
        typer.echo(text("demo.done", folder=str(folder), pictures=", ".join(made.pictures)))
        if shown:
            from app.ui.application import run_window

            raise typer.Exit(run_window([made.study], paths=made.home))


def _clear(folder: Path) -> None:
    """Take away an earlier demo, so that its verdicts do not stand beside the new ones."""
    import shutil

    for name in ("study", "home", "export"):
        shutil.rmtree(folder / name, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
