"""`overread export`: verdicts out, as files that other software reads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import app.export.formats
from app.cli.asking import ask_on_terminal
from app.cli.commands.review import find_study, open_journal, seen, who, withheld_words
from app.domain.errors import ExportRefusedError
from app.domain.finding import Reading
from app.domain.study import Study
from app.export.looks import read_answers
from app.export.options import Option
from app.support.i18n import text
from app.support.languages import languages
from app.support.paths import user_paths
from app.support.plugins import plugin_names
from app.workflows.copies import copies_in_use
from app.workflows.export import OTHER_THINGS, ExportReport, export_readings
from app.workflows.review import reading_of

if TYPE_CHECKING:
    from app.studies.index import StudyIndex


FORMATS = text("export.option.format", known=", ".join(plugin_names(app.export.formats)))


def register(tree: typer.Typer) -> None:
    """Add `export`."""
    tree.command("export", help=text("export.help"))(export)


def export(  # noqa: PLR0913 - the options of one command
    *,
    out: Annotated[Path, typer.Option(help=text("export.option.out"))],
    formats: Annotated[str, typer.Option("--format", help=FORMATS)] = "csv,jsonl,sr,seg",
    identified: Annotated[bool, typer.Option(help=text("export.option.identified"))] = False,
    study: Annotated[str, typer.Option(help=text("export.option.study"))] = "",
    looks: Annotated[Path | None, typer.Option(help=text("export.option.looks"))] = None,
    keep: Annotated[str, typer.Option(help=text("export.option.keep"))] = "",
    language: Annotated[str, typer.Option(help=text("export.option.language"))] = "",
    images: Annotated[list[str] | None, typer.Option(help=text("export.option.images"))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=text("export.option.json"))] = False,
) -> None:
    """Write findings and verdicts to files; without --identified nobody is named in them."""
    chosen = [name.strip() for name in formats.split(",") if name.strip()]
    with open_journal() as journal:
        uids = [find_study(journal, study)] if study else list(journal.study_uids())
        readings = [seen(reading_of(journal, uid, who())) for uid in uids]
        waits = withheld_words(readings)
        if waits and not any(one.results or one.judgements or one.measurements for one in readings):
            raise ExportRefusedError("error.gate.nothing_to_export")
        known = with_studies(readings, images or [])
        with copies_in_use(user_paths().cache, [one for _, one in known if one is not None]):
            report = export_readings(
                known,
                chosen,
                out,
                identified=identified,
                journal=journal,
                reader=who(),
                looks=read_answers(looks) if looks else None,
                options=_options(keep),
                language=_language(language),
            )
    if waits:
        report = replace(report, remarks=(*report.remarks, waits))
    _show(report, chosen, as_json)


def _language(word: str) -> str:
    """A language that there are texts of; '' is that of the program. Raises ExportRefusedError for another."""
    known = languages()
    if word and word not in known:
        raise ExportRefusedError("error.export.language", name=word, known=", ".join(known))
    return word


def _options(words: str) -> frozenset[Option]:
    """Options of the profile by their words. Raises ExportRefusedError for one that is unknown."""
    try:
        return frozenset(Option(word.strip()) for word in words.split(",") if word.strip())
    except ValueError as error:
        known = ", ".join(option.value for option in Option)
        raise ExportRefusedError("error.export.option", name=words, known=known) from error


def with_studies(readings: list[Reading], images: Sequence[str | Path]) -> list[tuple[Reading, Study | None]]:
    """Each reading with what the given folders, or else the index, know of its study."""
    from app.studies.index import StudyIndex
    from app.studies.source_chain import open_places
    from app.workflows.places import surroundings

    around = surroundings(user_paths(), ask_on_terminal)
    given = open_places(images, around).studies if images else ()
    file = user_paths().index_file
    index = StudyIndex(file) if file.exists() else StudyIndex()
    try:
        return [(reading, _study(reading.study_instance_uid, given, index)) for reading in readings]
    finally:
        index.close()


def _study(uid: str, given: Sequence[Study], index: StudyIndex) -> Study | None:
    from app.studies.grouping import only_patient

    found = only_patient([one for one in given if one.study_instance_uid == uid])
    return found or index.study(uid)


def _show(report: ExportReport, chosen: Sequence[str], as_json: bool) -> None:
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
    key = "export.done_other" if OTHER_THINGS.issuperset(chosen) else "export.done"
    typer.echo(text(key, count=report.findings, files=len(report.files), folder=str(report.folder)))
