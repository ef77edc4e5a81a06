"""`overread report`: what a reader accepted, in sentences and a table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.audit.log import AuditLog
from app.cli.commands.review import find_study, seen
from app.domain.errors import ReportError
from app.findings.journal import Journal
from app.support.i18n import text
from app.support.paths import user_paths
from app.support.whole_files import write_whole
from app.workflows.audit import tell_report
from app.workflows.report import report_words
from app.workflows.review import default_reader, reading_of

KINDS = (".txt", ".html", ".pdf")


def register(tree: typer.Typer) -> None:
    """Add `report`."""
    tree.command("report", help=text("report.help"))(report)


def report(
    study: Annotated[str, typer.Argument(help=text("export.option.study"))],
    *,
    out: Annotated[Path | None, typer.Option(help=text("report.option.out"))] = None,
    language: Annotated[str, typer.Option(help=text("report.option.language"))] = "en",
    template: Annotated[str, typer.Option(help=text("report.option.template"))] = "standard",
    identified: Annotated[bool, typer.Option(help=text("report.option.identified"))] = False,
) -> None:
    """Write the report of a study, from accepted findings only."""
    from app.cli.commands.export import with_studies

    suffix = out.suffix.lower() if out else ".txt"
    if suffix not in KINDS:
        raise ReportError("error.report.kind", suffix=suffix, known=", ".join(KINDS))
    with Journal(user_paths().journal_file) as journal:
        reading = seen(reading_of(journal, find_study(journal, study)))
    (_, known), *_ = with_studies([reading], [])
    words = report_words(
        reading,
        known,
        user_paths(),
        language=language,
        template=template,
        html=suffix != ".txt",
        identified=identified,
    )
    told = AuditLog(user_paths().data), default_reader(), reading.study_instance_uid
    if out is None:
        tell_report(*told, "terminal", identified=identified)
        typer.echo(words)
        return
    if suffix == ".pdf":
        _write_pdf(words, out)
    else:
        write_whole(out, words)
    tell_report(*told, suffix, identified=identified)
    typer.echo(text("report.done", file=out.name))


def _write_pdf(words: str, out: Path) -> None:
    from PySide6.QtGui import QGuiApplication

    from app.ui.report_pdf import write_pdf

    running = QGuiApplication.instance() or QGuiApplication(["overread", "-platform", "offscreen"])
    write_pdf(words, out, text("report.title"))
    del running
