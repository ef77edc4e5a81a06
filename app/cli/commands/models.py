"""`overread models list|check|install|pack`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from app.support.i18n import text, text_with
from app.workflows import packages
from inference.catalog import PackageEntry


def register(tree: typer.Typer) -> None:
    """Add the family."""
    models = typer.Typer(help=text("cli.models.help"), no_args_is_help=True)
    models.command("list", help=text("cli.models.list"))(list_packages)
    models.command("check", help=text("cli.models.check"))(check)
    models.command("install", help=text("cli.models.install"))(install)
    models.command("pack", help=text("cli.models.pack"))(pack)
    tree.add_typer(models, name="models")


Folder = Annotated[Path, typer.Argument(help=text("cli.models.folder"))]
AsJson = Annotated[bool, typer.Option("--json", help=text("cli.index.json"))]


def list_packages(as_json: AsJson = False) -> None:
    """All packages, those with problems too."""
    rows = [_row(entry) for entry in packages.all_packages()]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for row in rows:
        typer.echo(f"{row['name']} {row['version']}  {row['task']}  [{row['status']}]")
        for problem in row["problems"]:
            typer.echo(f"    {problem}")


def check(folder: Folder) -> None:
    """Exit 0 if sound; else every problem on a line of its own, and exit 1."""
    report = packages.check(folder)
    typer.echo(text_with("cli.models.sound", report))


def install(folder: Folder) -> None:
    """Check, golden test, copy."""
    target = packages.install(folder)
    typer.echo(text("cli.models.installed", package=target.name, folder=str(target)))


def pack(
    onnx: Annotated[Path, typer.Argument()],
    manifest: Annotated[Path, typer.Option("--manifest")],
    out: Annotated[Path, typer.Option("--out")],
) -> None:
    """Lay a package on disk: hashes, graph facts and golden answer are worked out, not typed."""
    target = packages.pack(onnx, manifest, out)
    typer.echo(text("cli.models.packed", package=target.name, folder=str(target)))


def _row(entry: PackageEntry) -> dict[str, Any]:
    manifest = entry.manifest
    return {
        "name": manifest.name if manifest else entry.folder.name,
        "version": manifest.version if manifest else "",
        "task": manifest.task if manifest else "",
        "status": "refused" if entry.problems else (manifest.viewer.regulatory.status if manifest else ""),
        "folder": str(entry.folder),
        "problems": [text_with(problem.key, problem.facts) for problem in entry.problems],
    }
