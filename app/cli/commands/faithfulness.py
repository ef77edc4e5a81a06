"""`overread faithfulness`: whether a model's heat says what the model looks at."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.sessions import AsJson, Cpu, Package, model_session
from app.support.i18n import text
from app.support.languages import number_words


def register(tree: typer.Typer) -> None:
    """Add `faithfulness`."""
    tree.command("faithfulness")(faithfulness)


def faithfulness(
    package: Package,
    pictures: Annotated[list[Path], typer.Argument(help="Radiographs as DICOM, PNG or JPEG, or CT folders.")],
    *,
    cpu: Cpu = False,
    as_json: AsJson = False,
) -> None:
    """Put a model's heat to the test: the same twice, gone once the weights are shuffled, hot where the score hangs."""
    from app.workflows.faithfulness import faithfulness as judge

    with model_session(package, cpu=cpu, quiet=as_json) as (_, session):
        found = judge(session, pictures)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        _print(found)


def _print(found: dict[str, Any]) -> None:
    package = f"{found['package']['name']} {found['package']['version']}"
    typer.echo(text("faithfulness.of", package=package, n=found["n"]))
    for name in ("repeat_ssim", "shuffled_ssim", "deletion", "deletion_at_random"):
        mean = found[name]["mean"]
        told = "-" if mean is None else number_words(mean, 3)
        typer.echo(f"  {text(f'faithfulness.{name}')}: {told} (n={found[name]['n']})")
    for name, holds in found["holds"].items():
        typer.echo(f"  {text(f'faithfulness.{name}')}: {text(f'faithfulness.{_word(holds)}')}")
    for words in (*found["problems"], found["caution"]):
        typer.echo(f"  ! {words}")


def _word(holds: bool | None) -> str:
    return "not_measured" if holds is None else "yes" if holds else "no"
