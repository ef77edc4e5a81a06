"""`overread models`: what there is, whether it is sound, install, remove, pack, pause; and the inventory."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.packing import example, pack
from app.context import AppContext, build_context
from app.domain.errors import ModelRefusedError
from app.support.i18n import text, text_with
from app.support.languages import decimal_words
from app.workflows import packages
from inference.catalog import PackageEntry

if TYPE_CHECKING:
    from app.workflows.inventory import InventoryRow
    from inference.bundle import Bundle

COMMANDS = ("check", "install", "remove", "inventory", "accept", "pause", "resume", "limits")


def register(tree: typer.Typer) -> None:
    """Add the family."""
    models = typer.Typer(help=text("cli.models.help"), no_args_is_help=True)
    models.command("list", help=text("cli.models.list"))(list_packages)
    for name in COMMANDS:
        models.command(name, help=text_with(f"cli.models.{name}", {}))(globals()[name])
    models.command("pack", help=text("cli.models.pack"), epilog=example())(pack)
    tree.add_typer(models, name="models")


Folder = Annotated[Path, typer.Argument(help=text("cli.models.folder"))]
Name = Annotated[str, typer.Argument(help=text("cli.models.name"))]
Why = Annotated[str, typer.Option("--why", help=text("cli.models.why"))]
Keys = Annotated[list[Path] | None, typer.Option("--key", help=text("cli.models.key"))]
AsJson = Annotated[bool, typer.Option("--json", help=text("cli.index.json"))]


def list_packages(as_json: AsJson = False) -> None:
    """All packages, those with problems too."""
    with _context() as ctx:
        rows = [_row(ctx, entry) for entry in packages.all_packages(ctx)]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for row in rows:
        typer.echo(f"{row['name']} {row['version']}  {row['task']}  [{row['status']}]")
        for problem in row["problems"]:
            typer.echo(f"    {problem}")


def check(folder: Folder, key: Keys = None, as_json: AsJson = False) -> None:
    """Exit 0 if sound; else every problem on a line of its own, and exit 1."""
    with _context() as ctx:
        report = packages.check(ctx, folder, key or ())
    signed = text(
        f"model.signature.{report.signature.state.value}", signer=report.signature.signer[:16] or "-"
    )
    if as_json:
        told = {
            "package": report.package,
            "sound": report.is_sound,
            "problems": list(report.problems),
            "golden": {"device": report.device, "difference": report.difference},
            "signature": report.signature.state.value,
        }
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
    elif report.is_sound:
        facts = {"package": report.package, "files": report.files, "device": report.device}
        typer.echo(text_with("cli.models.sound", {**facts, "difference": report.difference}))
        typer.echo(signed)
    else:
        for problem in report.problems:
            typer.echo(problem)
    if not report.is_sound:
        first = report.problems[0].rstrip(".")
        raise ModelRefusedError(
            "error.model.unsound", package=report.package, count=len(report.problems), first=first
        )


def install(
    place: Folder,
    key: Keys = None,
    unsigned: Annotated[bool, typer.Option("--unsigned", help=text("cli.models.unsigned"))] = False,
) -> None:
    """Check, golden test, copy; what is not signed by a trusted key is used by consent only."""
    with _context() as ctx:
        try:
            target = packages.install(ctx, place, consent=unsigned, keys=key or ())
        except ModelRefusedError as error:
            if error.key != "error.model.consent" or not sys.stdin.isatty():
                raise
            typer.echo(text_with(error.key, error.facts))
            typer.confirm(text("cli.models.consent"), abort=True)
            target = packages.install(ctx, place, consent=True, keys=key or ())
    typer.echo(text("cli.models.installed", package=target.name, folder=str(target)))


def remove(name: Name) -> None:
    """Take an installed package away; its history stays in the inventory."""
    with _context() as ctx:
        gone = packages.remove(ctx, name)
    typer.echo(text("cli.models.removed", package=gone))


def inventory(as_json: AsJson = False) -> None:
    """Every package that is or was here."""
    from app.workflows.inventory import inventory as rows_of

    with _context() as ctx:
        rows = rows_of(ctx)
    if as_json:
        typer.echo(json.dumps([_document(row) for row in rows], ensure_ascii=False, indent=1))
        return
    for row in rows:
        for line in _lines(row):
            typer.echo(line)


def accept(
    name: Name, result: Annotated[str, typer.Option("--result", help=text("cli.models.result"))]
) -> None:
    """Write down what your acceptance test gave."""
    with _opened(name) as (ctx, bundle):
        packages.accept(ctx, bundle, result)
    typer.echo(text("cli.models.accepted", package=bundle.key))


def pause(name: Name, why: Why) -> None:
    """Stop a package until it is resumed."""
    from app.workflows.fitness import pause as stop

    with _opened(name) as (ctx, bundle):
        stop(ctx, bundle, why)
    typer.echo(text("cli.models.paused", package=bundle.key))


def resume(name: Name, why: Why = "") -> None:
    """Let a paused package run again."""
    from app.workflows.fitness import resume as let_run

    with _opened(name) as (ctx, bundle):
        let_run(ctx, bundle, why)
    typer.echo(text("cli.models.resumed", package=bundle.key))


def limits(
    name: Name,
    defects: Annotated[float, typer.Option("--defects", help=text("cli.models.defects"))] = 0.1,
    concordance: Annotated[float, typer.Option("--concordance", help=text("cli.models.concordance"))] = 0.0,
) -> None:
    """Set when a package is stopped by itself."""
    with _opened(name) as (ctx, bundle):
        packages.set_limits(ctx, bundle, defects, concordance)
    shown = {"package": bundle.key, **_percent(defects=defects, concordance=concordance)}
    typer.echo(text_with("cli.models.limited", shown))


def _percent(**shares: float) -> dict[str, str]:
    return {name: decimal_words(f"{100 * share:g}") for name, share in shares.items()}


@contextmanager
def _context() -> Iterator[AppContext]:
    ctx = build_context()
    try:
        yield ctx
    finally:
        ctx.close()


@contextmanager
def _opened(name: str) -> Iterator[tuple[AppContext, Bundle]]:
    from app.analysis.packages import open_package

    with _context() as ctx:
        yield ctx, open_package(name, ctx.model_folders)


def _row(ctx: AppContext, entry: PackageEntry) -> dict[str, Any]:
    manifest = entry.manifest
    status: str = "refused" if entry.problems else (manifest.viewer.regulatory.status if manifest else "")
    problems = [text_with(problem.key, problem.facts) for problem in entry.problems]
    if not entry.problems:
        from app.workflows.fitness import paused
        from inference.hashes import package_sha256

        held = paused(ctx, package_sha256(entry.folder))
        if held is not None:
            status, problems = "paused", [held.facts.get("why", "")]
    return {
        "name": manifest.name if manifest else entry.folder.name,
        "version": manifest.version if manifest else "",
        "task": manifest.task if manifest else "",
        "status": status,
        "folder": str(entry.folder),
        "problems": problems,
    }


def _document(row: InventoryRow) -> dict[str, Any]:
    from app.workflows.inventory import FIELDS

    history = [
        {"kind": one.kind, "version": one.version, "at": one.at, "by": one.by, **one.facts}
        for one in row.history
    ]
    told: dict[str, Any] = {name: getattr(row, name) for name in FIELDS}
    return {**told, "why": row.why, "signature": row.signature, "history": history}


def _lines(row: InventoryRow) -> Iterator[str]:
    from app.workflows.inventory import FIELDS, package_events_words

    yield f"{row.name} {row.version}  [{row.status}] {row.why}".rstrip()
    for name in FIELDS[2:-1]:
        yield f"    {text_with(f'model.field.{name}', {})}: {getattr(row, name) or '-'}"
    for event in row.history:
        yield f"    {event.at[:16].replace('T', ' ')}  {package_events_words(event)}"
