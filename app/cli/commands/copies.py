"""`overread copies`: what studies of servers take on this disk; `--purge` takes the oldest away."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Annotated

import typer

from app.settings.file import load_settings
from app.settings.schema import COPIES_GIB_RANGE
from app.support.held.laying import place_of_key
from app.support.i18n import text
from app.support.languages import decimal_words
from app.support.paths import user_paths
from app.support.private import make_private
from app.workflows.copies import GIB, purge_copies
from app.workflows.held import lay_for, settle_copies

MIB = 1024**2


def register(tree: typer.Typer) -> None:
    """Add the command."""

    @tree.command("copies", help=text("copies.help"))
    def copies(
        purge: Annotated[bool, typer.Option("--purge", help=text("copies.option.purge"))] = False,
        limit: Annotated[
            float | None, typer.Option("--limit", min=0.0, help=text("copies.option.limit"))
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help=text("copies.option.json"))] = False,
    ) -> None:
        from app.studies.index import StudyIndex

        paths = user_paths()
        settings, _ = load_settings(paths.settings)
        gib = float(settings.copies_gib) if limit is None else min(limit, float(COPIES_GIB_RANGE[1]))
        lay_for(paths)
        make_private(paths.cache)
        with closing(StudyIndex(paths.index_file)) as index:
            settle_copies(paths, index)
            most = int(gib * GIB) if purge else 2**63
            done = purge_copies(paths.cache, index, most)
        told = {
            "studies": done.left,
            "bytes": done.left_size,
            "limit_bytes": int(gib * GIB),
            "purged_studies": done.studies,
            "purged_bytes": done.size,
            "protection": place_of_key(paths).value,
        }
        if as_json:
            typer.echo(json.dumps(told))
            return
        if purge:
            typer.echo(text("copies.purged", studies=done.studies, mib=f"{done.size / MIB:.0f}"))
        left, limit_words = f"{done.left_size / MIB:.0f}", decimal_words(f"{gib:g}")
        typer.echo(text("copies.kept", studies=done.left, mib=left, limit=limit_words))
        typer.echo(text(f"held.place.{told['protection']}"))
