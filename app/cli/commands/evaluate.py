"""`overread evaluate`: how good a model is on labelled cases of one's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.sessions import AsJson, Cpu, Package, model_session
from app.domain.errors import StudyUnreadableError
from app.support.i18n import text
from app.support.languages import decimal_words, number_words
from app.support.whole_files import write_whole


def register(tree: typer.Typer) -> None:
    """Add `evaluate`."""
    tree.command("evaluate")(evaluate)


def evaluate(  # noqa: PLR0913 - the options of one command
    package: Package,
    *,
    labels: Annotated[Path, typer.Option(help="CSV with the columns file, label and, if known, patient_id.")],
    images: Annotated[Path, typer.Option(help="The folder that the column file starts from.")],
    positive: Annotated[
        str, typer.Option(help="The label that counts as positive, if labels are names.")
    ] = "",
    boxes: Annotated[
        Path | None, typer.Option(help="CSV with the columns file, x, y, w, h in pixels: adds the FROC.")
    ] = None,
    by: Annotated[
        str, typer.Option(help="Columns of the CSV, with commas between, whose values part the cases.")
    ] = "",
    report: Annotated[Path | None, typer.Option(help="Write the figures and curves as an HTML page.")] = None,
    cpu: Cpu = False,
    as_json: AsJson = False,
) -> None:
    """Measure a model on labelled cases, beside two baselines that cannot see disease."""
    from app.analysis.froc import read_boxes
    from app.analysis.labels import read_labels
    from app.quality.evaluation_page import evaluation_page
    from app.workflows.evaluate import evaluate as judge

    listed = read_labels(labels, images, positive)
    drawn = None if boxes is None else read_boxes(boxes)
    with model_session(package, cpu=cpu, quiet=as_json) as (_, session):
        found = judge(session, listed, drawn, tuple(filter(None, map(str.strip, by.lower().split(",")))))
    if report is not None:
        write_whole(report, evaluation_page(found))
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        _print(found)
        if report is not None:
            typer.echo(text("cli.evaluate.report", file=report.name))
    if not found["n"]:
        raise StudyUnreadableError(
            "error.run.no_case", listed=sum(found["states"].values()), file=labels.name
        )


def _print(found: dict[str, Any]) -> None:
    package = f"{found['package']['name']} {found['package']['version']}"
    typer.echo(text("cli.evaluate.cases", package=package, n=found["n"], positive=found["n_positive"]))
    for name in ("auc", "sensitivity", "specificity"):
        typer.echo(f"  {name:<14} {_figure(found[name])}")
    for name, baseline in found["baselines"].items():
        typer.echo(f"  {name:<14} {_figure({**baseline, 'value': baseline['auc']})}")
    for point in found.get("froc", {}).get("points") or ():
        limit, share = point["false_marks_per_picture"], point["sensitivity"]
        typer.echo(text("cli.evaluate.froc", limit=decimal_words(f"{limit:g}"), share=number_words(share, 3)))
    _print_parts(found)
    if found["seconds_per_study"] is not None:
        typer.echo(text("cli.evaluate.seconds", seconds=number_words(found["seconds_per_study"], 2)))
    typer.echo(f"  {', '.join(f'{state} {count}' for state, count in found['states'].items())}")
    for words in (*found["warnings"], *found["problems"]):
        typer.echo(f"  ! {words}")


def _print_parts(found: dict[str, Any]) -> None:
    scores = found["calibration"]
    if scores["bins"]:
        error = number_words(scores["expected_calibration_error"], 3)
        brier = number_words(scores["brier"], 3)
        typer.echo(text("cli.evaluate.calibration", error=error, brier=brier))
    for column, parts in found["subgroups"].items():
        for name, one in parts.items():
            told = {key: _figure(one[key]) for key in ("auc", "sensitivity", "specificity")}
            typer.echo(text("cli.evaluate.part", column=column, name=name or "-", n=one["n"], **told))


def _figure(found: dict[str, Any]) -> str:
    if found["value"] is None:
        return str(found.get("reason", "-"))
    low, high = found["ci95"]
    return f"{number_words(found['value'], 3)} ({number_words(low, 3)}-{number_words(high, 3)})"
