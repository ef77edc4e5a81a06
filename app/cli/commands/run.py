"""`overread run`: one model on one study, without the window."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.sessions import AsJson, Cpu, Package, model_session
from app.domain.errors import ModelFailedError, StudyUnreadableError
from app.domain.finding import AnalysisResult, Quantity, RunState
from app.domain.volume import Space
from app.support.i18n import text

if TYPE_CHECKING:
    from app.workflows.run_model import Found


def register(tree: typer.Typer) -> None:
    """Add `run`."""
    tree.command("run")(run)


def run(  # noqa: PLR0913 - the options of one command
    package: Package,
    path: Annotated[str, typer.Argument(help=text("cli.run.place"))],
    *,
    out: Annotated[Path, typer.Option(help="Results are written here, one folder each.")],
    series: Annotated[str, typer.Option(help="Only the series whose UID begins so.")] = "",
    cpu: Cpu = False,
    record: Annotated[
        bool, typer.Option(help="Enter results in your journal, so that they can be reviewed and exported.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Run a model on every series that it fits. Research and education only, not for primary diagnosis."""
    from app.analysis.run_package import reason_of
    from app.workflows.places import surroundings_of
    from app.workflows.record import record_result, remember_studies
    from app.workflows.run_model import run_on_studies

    if "://" not in path and not Path(path).exists():
        raise StudyUnreadableError("error.run.no_study", path=Path(path).name)
    found: list[Found] = []
    with model_session(package, cpu=cpu, quiet=as_json) as (ctx, session):
        studies = remember_studies(ctx.index if record else None, path, surroundings_of(ctx))
        for result, folder in run_on_studies(session, studies, out, series):
            found.append((result, folder))
            if record:
                record_result(ctx.journal, ctx.results, result, folder)
            if not as_json:
                _print(result, folder)
    if as_json:
        typer.echo(json.dumps([document(*one) for one in found], ensure_ascii=False, indent=1))
    failed = [result for result, _ in found if result.state is RunState.FAILED]
    if failed:
        why = reason_of(failed[0])
        raise ModelFailedError("error.run.failed", failed=len(failed), runs=len(found), why=why)


def document(result: AnalysisResult, folder: Path) -> dict[str, Any]:
    """The agreed message, where its files lie, and its reason in words."""
    from app.analysis.result_files import message_of
    from app.analysis.run_package import reason_of

    return {**message_of(result), "reason_text": reason_of(result), "folder": str(folder)}


def _print(result: AnalysisResult, folder: Path) -> None:
    from app.analysis.run_package import reason_of

    package = f"{result.package.name} {result.package.version}"
    typer.echo(
        text(
            "cli.run.summary",
            package=package,
            state=text(f"cli.run.state.{result.state.value}"),
            device=result.provider or "-",
            seconds=f"{result.seconds:.1f}",
        )
    )
    if result.state_reason_key:
        typer.echo(f"  {reason_of(result)}")
    for measure in result.measures:
        typer.echo(f"  {_words(measure)}")
    for number, finding in enumerate(result.findings, start=1):
        words = ", ".join(_words(quantity) for quantity in finding.quantities)
        score = "-" if finding.score is None else f"{finding.score:.3f}"
        center = finding.place.center
        grid = "" if result.space is Space.PATIENT else text("cli.run.image_space")
        where = "" if center is None else " at (" + ", ".join(f"{v:.1f}" for v in center) + f") mm{grid}"
        typer.echo(f"  {number}. {finding.label} {finding.side} {score}{where} {words}".rstrip())
    for warning in result.warnings:
        typer.echo(f"  ! {warning}")
    typer.echo(text("cli.run.not_for", words="; ".join(result.not_for)))
    typer.echo(text("cli.run.folder", folder=folder))


def _words(quantity: Quantity) -> str:
    unit = "" if quantity.unit.value == "1" else f" {quantity.unit.value}"
    return f"{text(f'quantity.{quantity.key}')} {quantity.value:.4g}{unit}"
