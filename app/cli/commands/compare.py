"""`overread compare`: two models, versions, readers or studies, lesion by lesion."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from app.cli.commands.review import find_study, open_journal
from app.domain.comparison import Comparison, ResultSet
from app.domain.errors import OverreadError
from app.settings.file import load_settings
from app.support.i18n import text
from app.support.paths import user_paths
from app.workflows.compare import compare_sets, sets_of_study
from app.workflows.compare_words import COLUMNS, cells, summary
from app.workflows.review import reading_of


def register(tree: typer.Typer) -> None:
    """Add `compare`."""
    tree.command("compare", help=text("compare.help"))(compare)


def compare(
    left: Annotated[str, typer.Argument(help=text("compare.option.left"))] = "",
    right: Annotated[str, typer.Argument(help=text("compare.option.right"))] = "",
    study: Annotated[str, typer.Option(help=text("compare.option.study"))] = "",
    prior: Annotated[list[str] | None, typer.Option(help=text("compare.option.prior"))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=text("compare.option.json"))] = False,
) -> None:
    """Without two sets: list those there are."""
    settings, _ = load_settings(user_paths().settings)
    with open_journal() as journal:
        uid = find_study(journal, study)
        priors = [find_study(journal, one) for one in prior or ()]
        sets = sets_of_study(journal, settings, uid, priors)
        readings = [reading_of(journal, one) for one in (uid, *priors)]
    if not left and not right:
        _list(sets, as_json)
        return
    if not left or not right:
        raise OverreadError("error.compare.two_sets")
    found = compare_sets(sets, left, right, user_paths().results, readings)
    typer.echo(json.dumps(record(found), ensure_ascii=False)) if as_json else _print(found)


def record(found: Comparison) -> dict[str, Any]:  # Any: a JSON object
    """A comparison as one JSON object."""
    return {
        "left": found.left.set_id,
        "right": found.right.set_id,
        "matched": len(found.matched),
        "missed": len(found.missed),
        "extra": len(found.extra),
        "mean_dice": found.mean_dice,
        "mean_distance_mm": found.mean_distance_mm,
        "pairs": [
            {
                "left": one.left.finding_id if one.left else None,
                "right": one.right.finding_id if one.right else None,
                "left_label": one.left.label if one.left else None,
                "right_label": one.right.label if one.right else None,
                "how": one.how.value if one.how else None,
                "dice": one.dice,
                "distance_mm": one.distance_mm,
            }
            for one in found.pairs
        ],
    }


def _list(sets: tuple[ResultSet, ...], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps([{"set": one.set_id, "marks": len(one.marks)} for one in sets]))
        return
    if not sets:
        typer.echo(text("compare.none"))
    for one in sets:
        typer.echo(text("compare.set", set=one.set_id, count=len(one.marks)))


def _print(found: Comparison) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*(text(f"compare.column.{name}") for name in COLUMNS))
    for one in found.pairs:
        table.add_row(*cells(one))
    console = Console()
    console.print(text("compare.of", left=found.left.title, right=found.right.title))
    console.print(table)
    console.print(summary(found))
