"""`overread looks`: what a person has to see before images leave."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from app.audit.log import AuditLog
from app.cli.asking import ask_on_terminal
from app.support.i18n import text
from app.support.paths import user_paths


def register(tree: typer.Typer) -> None:
    """Add `looks`."""
    tree.command("looks", help=text("looks.help"))(looks)


def looks(
    paths: Annotated[list[str], typer.Argument(help=text("export.option.images"))],
    out: Annotated[Path, typer.Option(help=text("looks.option_out"))],
    as_json: Annotated[bool, typer.Option("--json", help=text("export.option.json"))] = False,
) -> None:
    """Write previews of images that may show identity, and a file of decisions."""
    from app.studies.source_chain import open_places
    from app.workflows.audit import tell_previews
    from app.workflows.looks import images_to_look_at, write_questions
    from app.workflows.places import surroundings
    from app.workflows.review import default_reader

    studies = open_places(paths, surroundings(user_paths(), ask_on_terminal)).studies
    asked = images_to_look_at(studies)
    file = write_questions(asked, out) if asked else None
    tell_previews(AuditLog(user_paths().data), default_reader(), tuple(studies), images=len(asked))
    if as_json:
        listed = [{"file": str(one.file), "sha256": one.sha256, "reason": one.reason_key} for one in asked]
        typer.echo(json.dumps({"images": listed, "answers": str(file) if file else ""}))
    elif file is None:
        typer.echo(text("error.looks.none"))
    else:
        typer.echo(text("looks.done", count=len(asked), folder=str(out), file=file.name))
