"""`overread export`: verdicts out, as files that other software reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from app.cli.commands.review import find_study
from app.domain.finding import Reading
from app.domain.study import Study
from app.findings.journal import Journal
from app.support.i18n import text
from app.support.paths import user_paths
from app.workflows.export import ExportReport, export_readings
from app.workflows.review import default_reader, reading_of


def register(tree: typer.Typer) -> None:
    """Add `export`."""
    tree.command("export")(export)


def export(
    out: Annotated[Path, typer.Option(help="A new or empty folder, or an earlier export.")],
    formats: Annotated[
        str, typer.Option("--format", help="Separated by commas: csv, jsonl, sr, seg, assessment.")
    ] = "csv,jsonl,sr,seg",
    identified: Annotated[bool, typer.Option(help="Keep names, ids, dates and UIDs.")] = False,
    study: Annotated[str, typer.Option(help="One study: its UID, or the start of it.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Write findings and verdicts to files; without --identified nobody is named in them."""
    chosen = [name.strip() for name in formats.split(",") if name.strip()]
    with Journal(user_paths().journal_file) as journal:
        uids = [find_study(journal, study)] if study else list(journal.study_uids())
        readings = [reading_of(journal, uid) for uid in uids]
        report = export_readings(
            with_studies(readings),
            chosen,
            out,
            identified=identified,
            journal=journal,
            reader=default_reader(),
        )
    _show(report, as_json)


def with_studies(readings: list[Reading]) -> list[tuple[Reading, Study | None]]:
    """Each reading with what the index knows of its study."""
    file = user_paths().index_file
    if not file.exists():
        return [(reading, None) for reading in readings]
    from app.studies.index import StudyIndex

    index = StudyIndex(file)
    try:
        return [(reading, index.study(reading.study_instance_uid)) for reading in readings]
    finally:
        index.close()


def _show(report: ExportReport, as_json: bool) -> None:
    if as_json:
        record = {
            "folder": str(report.folder),
            "files": [file.name for file in report.files],
            "findings": report.findings,
            "remarks": list(report.remarks),
        }
        typer.echo(json.dumps(record))
        return
    for remark in report.remarks:
        typer.echo(remark)
    typer.echo(text("export.done", count=report.findings, files=len(report.files), folder=str(report.folder)))
