"""`overread search`, `fetch` and `send`: studies of a server, by the name of its connection."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.audit.log import AuditLog
from app.cli.asking import ask_on_terminal
from app.domain.errors import RemoteError
from app.studies.source_types import SecretKind, StoreOutcome, StudyPage, StudyQuery
from app.support.i18n import text, text_with
from app.support.paths import user_paths
from app.support.shown_text import shown
from app.workflows.audit import tell_query, told_transfer
from app.workflows.connections import connection_of, fetch, files_in, opened
from app.workflows.review import default_reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.studies.source_types import Source, Stored

SECRET_VARIABLE = "OVERREAD_SECRET"

Named = Annotated[str, typer.Argument(help=text("connect.option.connection"), metavar="CONNECTION")]
AsJson = Annotated[bool, typer.Option("--json", help=text("connect.option.json"))]


def register(tree: typer.Typer) -> None:
    """Add the three commands."""
    tree.command("search", help=text("connect.help.search"))(search)
    tree.command("fetch", help=text("connect.help.fetch"))(fetch_study)
    tree.command("send", help=text("connect.help.send"))(send)


def ask_secret(kind: SecretKind, target: str) -> str | None:
    """$OVERREAD_SECRET, or whoever sits at the terminal; never an option, which others on the machine could see."""
    return os.environ.get(SECRET_VARIABLE) or ask_on_terminal(kind, target)


def _source(name: str) -> Source:
    paths = user_paths()
    return opened(paths, connection_of(paths, name), ask_secret)


def search(  # noqa: PLR0913, PLR0917 - the options of one command
    connection: Named,
    name: Annotated[str, typer.Option(help=text("connect.option.name"))] = "",
    patient_id: Annotated[str, typer.Option("--id", help=text("connect.option.id"))] = "",
    date_from: Annotated[str, typer.Option("--from", help=text("connect.option.date"))] = "",
    date_to: Annotated[str, typer.Option("--to", help=text("connect.option.date"))] = "",
    modality: Annotated[str, typer.Option(help=text("connect.option.modality"))] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help=text("connect.option.limit"))] = 100,
    offset: Annotated[int, typer.Option(min=0, help=text("connect.option.offset"))] = 0,
    as_json: AsJson = False,
) -> None:
    """Studies that fit."""
    query = StudyQuery(
        patient_name=name,
        patient_id=patient_id,
        date_from=_date(date_from, "--from"),
        date_to=_date(date_to, "--to"),
        modality=modality,
        offset=offset,
        limit=limit,
    )
    source = _source(connection)
    tell_query(_audit(), default_reader(), connection, query)
    try:
        page = source.search(query)
    finally:
        source.close()
    if as_json:
        typer.echo(json.dumps(_page_document(connection, page), ensure_ascii=False, indent=1))
        return
    for line in _page_lines(page):
        typer.echo(line)


def fetch_study(
    connection: Named,
    study: Annotated[str, typer.Argument(help=text("connect.option.study"), metavar="STUDY_UID")],
    out: Annotated[Path, typer.Option("--out", help=text("connect.option.out"))],
    as_json: AsJson = False,
) -> None:
    """One study into a folder; 1 where not all of it came, or the server did not confirm that it is all."""
    source = _source(connection)
    with told_transfer(_audit(), (default_reader(), connection, study), sent=False):
        try:
            report = fetch(source, study, out)
        finally:
            source.close()
    sentences = [text_with(key, dict(facts)) for key, facts in report.refused]
    if as_json:
        told = {"connection": connection, "study_instance_uid": study, "folder": str(out)}
        counts = {"files": report.files, "total": report.total, "is_confirmed": report.is_confirmed}
        typer.echo(json.dumps(told | counts | {"remarks": sentences}, ensure_ascii=False, indent=1))
    else:
        for sentence in sentences:
            typer.echo(sentence)
        typer.echo(text("connect.fetched", files=report.files, total=report.total, folder=out))
    if report.files < report.total:
        raise RemoteError(
            "error.connect.incomplete", connection=connection, files=report.files, total=report.total
        )
    if not report.is_confirmed:
        raise RemoteError("error.connect.unconfirmed", connection=connection, files=report.files)


def send(
    connection: Named,
    files: Annotated[list[Path], typer.Argument(help=text("connect.option.files"))],
    as_json: AsJson = False,
) -> None:
    """Send files; 1 where one of them was not stored."""
    source = _source(connection)
    with told_transfer(_audit(), (default_reader(), connection, ""), sent=True):
        try:
            outcomes = source.store(files_in(files))
        finally:
            source.close()
    failed = [one for one in outcomes if one.outcome is StoreOutcome.FAILED]
    if as_json:
        typer.echo(json.dumps(_sent_document(connection, outcomes), ensure_ascii=False, indent=1))
    else:
        for one in outcomes:
            if one.reason:
                typer.echo(f"{one.path.name}: {one.reason}")
        typer.echo(text("connect.sent", stored=len(outcomes) - len(failed), total=len(outcomes)))
    if failed or not outcomes:
        raise RemoteError(
            "error.connect.not_stored", connection=connection, failed=len(failed), total=len(outcomes)
        )


def _audit() -> AuditLog:
    return AuditLog(user_paths().data)


def _date(given: str, option: str) -> str:
    """YYYYMMDD or YYYY-MM-DD."""
    from datetime import datetime

    plain = given.replace("-", "")
    if not plain:
        return ""
    try:
        datetime.strptime(plain, "%Y%m%d")
    except ValueError as error:
        raise typer.BadParameter(text("connect.bad_date", given=given), param_hint=option) from error
    return plain


def _page_document(connection: str, page: StudyPage) -> dict[str, Any]:
    return {
        "connection": connection,
        "studies": [{**asdict(hit), "modalities": list(hit.modalities)} for hit in page.hits],
        "has_more": page.has_more,
        "remarks": [text_with(key, dict(facts)) for key, facts in page.remarks],
    }


def _page_lines(page: StudyPage) -> Iterator[str]:
    for hit in page.hits:
        words = (
            hit.date or "-",
            "/".join(hit.modalities) or "-",
            hit.patient.name or "-",
            hit.patient.patient_id or "-",
            hit.description or "-",
            "-" if hit.instances is None else str(hit.instances),
            hit.study_instance_uid,
        )
        yield "  ".join(map(shown, words))
    for key, facts in page.remarks:
        yield text_with(key, dict(facts))
    yield text("connect.more" if page.has_more else "connect.found", count=len(page.hits))


def _sent_document(connection: str, outcomes: tuple[Stored, ...]) -> dict[str, Any]:
    counts = {kind.value: sum(one.outcome is kind for one in outcomes) for kind in StoreOutcome}
    files = [
        {
            "path": str(one.path),
            "sop_instance_uid": one.sop_instance_uid,
            "outcome": one.outcome.value,
            "reason": one.reason,
        }
        for one in outcomes
    ]
    return {"connection": connection, "counts": counts, "files": files}
