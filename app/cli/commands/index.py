"""`overread index PATH...`: what there is, and what could not be used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.asking import ask_on_terminal
from app.studies.grouping import mixed_identities, shared_ids
from app.studies.scan import ScanReport, refuse_if_nothing
from app.studies.source_chain import open_places
from app.support.i18n import text, text_with
from app.support.paths import user_paths
from app.support.shown_text import shown
from app.workflows.places import surroundings


def register(tree: typer.Typer) -> None:
    """Add the command."""

    @tree.command("index", help=text("cli.index.help"))
    def index(
        paths: Annotated[list[str], typer.Argument(help=text("cli.index.paths"))],
        as_json: Annotated[bool, typer.Option("--json", help=text("cli.index.json"))] = False,
    ) -> None:
        report = open_places(paths, surroundings(user_paths(), ask_on_terminal))
        if as_json:
            typer.echo(json.dumps(document(report), ensure_ascii=False, indent=1))
        else:
            _print_tables(report)
        refuse_if_nothing(report, Path(paths[0]))


def document(report: ScanReport) -> dict[str, Any]:
    """The JSON shape that others rely on, with what each study holds beside it."""
    return {
        "studies": len(report.studies),
        "series": sum(len(study.series) for study in report.studies),
        "instances": sum(len(series.instances) for study in report.studies for series in study.series),
        "files": report.files,
        "skipped": report.skipped,
        "copies": report.copies,
        "seconds": round(report.seconds, 4),
        "files_per_second": round(report.files / max(report.seconds, 1e-9), 1),
        "refused": [
            {"path": str(one.path), "reason": text_with(one.reason_key, dict(one.facts))}
            for one in report.refused
        ],
        "warnings": warnings(report),
        "list": [
            {
                "study_instance_uid": study.study_instance_uid,
                "date": study.date,
                "description": study.description,
                "modalities": list(study.modalities),
                "series": [
                    {
                        "series_instance_uid": series.series_instance_uid,
                        "number": series.number,
                        "modality": series.modality,
                        "description": series.description,
                        "instances": len(series.instances),
                        "frames": series.frame_count,
                    }
                    for series in study.series
                ],
            }
            for study in report.studies
        ],
    }


def warnings(report: ScanReport) -> list[str]:
    """What makes one doubt whose images these are, without saying who, and what to know of the place."""
    mixed = [text("cli.index.mixed_identity", study=uid) for uid in sorted(mixed_identities(report.studies))]
    shared = len(shared_ids(report.studies))
    said = [text_with(key, dict(facts)) for key, facts in report.remarks]
    return [*mixed, *([text("cli.index.shared_ids", count=shared)] if shared else []), *said]


def _print_tables(report: ScanReport) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table("date", "study", "modality", "series", "images", "description")
    for study in report.studies:
        images = sum(series.frame_count for series in study.series)
        kinds = ", ".join(study.modalities)
        table.add_row(
            study.date,
            study.study_instance_uid,
            kinds,
            str(len(study.series)),
            str(images),
            shown(study.description),
        )
    console.print(table)
    for one in report.refused:
        console.print(text_with(one.reason_key, dict(one.facts)), markup=False, highlight=False)
    whole = document(report)
    for sentence in whole["warnings"]:
        console.print(sentence, markup=False, highlight=False)
    if report.copies:
        console.print(text("cli.index.copies", count=report.copies), markup=False, highlight=False)
    console.print(
        text(
            "cli.index.summary",
            studies=whole["studies"],
            series=whole["series"],
            instances=whole["instances"],
            files=report.files,
            rate=whole["files_per_second"],
        )
    )
