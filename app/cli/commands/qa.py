"""`overread qa`: figures, samples and forms of quality assurance."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from app.audit.log import AuditLog
from app.domain.errors import QualityError
from app.quality.forms import (
    ERRORS,
    ClinicalForm,
    Correct,
    Defect,
    DefectForm,
    Peer,
    PeerForm,
    write_form,
)
from app.quality.page import figure_words
from app.quality.records import Records
from app.support.i18n import text
from app.support.paths import user_paths
from app.support.whole_files import write_whole
from app.workflows import quality
from app.workflows.audit import tell_form, tell_quality, tell_quality_left
from app.workflows.held import lay_for
from app.workflows.review import default_reader

E = TypeVar("E", bound=Enum)
AsJson = Annotated[bool, typer.Option("--json", help=text("quality.option.json"))]
Out = Annotated[Path, typer.Option(help=text("quality.option.out"))]
Until = Annotated[str, typer.Option(help=text("quality.option.until"))]
Study = Annotated[str, typer.Option(help=text("quality.option.study"))]
Model = Annotated[str, typer.Option(help=text("quality.option.model"))]
Version = Annotated[str, typer.Option(help=text("quality.option.version"))]
Month = Annotated[str, typer.Option(help=text("quality.option.month"))]
Checker = Annotated[str, typer.Option(help=text("quality.option.checker"))]
Note = Annotated[str, typer.Option(help=text("quality.option.note"))]


def register(tree: typer.Typer) -> None:
    """Add `qa` with its sub-commands."""
    commands = typer.Typer(no_args_is_help=True, help=text("quality.help.all"))
    for command in (figures, page, sample, defect, clinical, peer, registry):
        name = command.__name__
        commands.command(name, help=text(f"quality.help.{name}"))(command)
    tree.add_typer(commands, name="qa")


def figures(until: Until = "", as_json: AsJson = False) -> None:
    """Acceptance, predictive values, agreement, drift and forms, with intervals."""
    with _records() as records:
        found = quality.figures(records, quality.forms_of(user_paths()), until)
    tell_quality(_audit(), default_reader(), "figures", f"until={until}" if until else "")
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        _print(found)


def page(out: Out, until: Until = "") -> None:
    """The same as one HTML page with plots."""
    with _records() as records:
        found = quality.figures(records, quality.forms_of(user_paths()), until)
        write_whole(out, quality.page(records, found))
    tell_quality_left(_audit(), default_reader(), "page", out.suffix or "file")
    typer.echo(text("quality.done", what=text("quality.title"), file=str(out)))


def sample(
    month: Month,
    model: Model,
    version: Version,
    size: Annotated[int, typer.Option(help=text("quality.option.size"))] = 80,
    seed: Annotated[int | None, typer.Option(help=text("quality.option.seed"))] = None,
    as_json: AsJson = False,
) -> None:
    """Draw the month's sample of studies to check for defects."""
    wanted = {"month": month, "model": model, "version": version}
    chosen = secrets.randbelow(2**32) if seed is None else seed
    with _records() as records:
        made = quality.draw_sample(user_paths(), records, wanted, size, chosen)
    asked = ";".join(f"{name}={value}" for name, value in {**wanted, "seed": chosen}.items())
    tell_quality(_audit(), default_reader(), "sample", asked)
    if as_json:
        typer.echo(
            json.dumps({**wanted, "seed": made.seed, "from": made.drawn_from, "studies": made.studies})
        )
        return
    for uid in made.studies:
        typer.echo(uid)
    typer.echo(text("quality.sampled", count=len(made.studies), total=made.drawn_from, seed=made.seed))


def defect(  # noqa: PLR0913 - the fields of one form
    *,
    study: Study,
    model: Model,
    version: Version,
    letters: Annotated[str, typer.Option(help=text("quality.option.letters"))] = "",
    month: Month = "",
    checker: Checker = "",
    note: Note = "",
) -> None:
    """Write down the technical defects of a checked study."""
    found = tuple(_word(Defect, letter) for letter in dict.fromkeys(letters.strip().lower()))
    with _records() as records:
        run = _run_of(records, study, model, version)
    _keep(DefectForm(study, model, version, found, checker or default_reader(), note, month or run[:7]))


def clinical(  # noqa: PLR0913 - the fields of one form
    *,
    study: Study,
    model: Model,
    version: Version,
    interpretation: Annotated[str, typer.Option(help=text("quality.option.interpretation"))],
    localisation: Annotated[str, typer.Option(help=text("quality.option.localisation"))],
    error: Annotated[str, typer.Option(help=text("quality.option.error"))] = "",
    checker: Checker = "",
    note: Note = "",
) -> None:
    """Score a result on both axes."""
    if error not in ERRORS:
        raise QualityError("error.quality.word", word=error, known=", ".join(ERRORS[1:]))
    right, placed = _word(Correct, interpretation), _word(Correct, localisation)
    with _records() as records:
        _run_of(records, study, model, version)
    _keep(ClinicalForm(study, model, version, right, placed, checker or default_reader(), error, note))


def peer(
    study: Study,
    reader: Annotated[str, typer.Option(help=text("quality.option.reader"))],
    score: Annotated[str, typer.Option(help=text("quality.option.score"))],
    decided: Annotated[str, typer.Option(help=text("quality.option.decided"))] = "",
    checker: Checker = "",
    note: Note = "",
) -> None:
    """Peer review of a reader's study."""
    final = _word(Peer, decided) if decided else None
    quality.check_role(user_paths())
    _keep(PeerForm(study, reader, _word(Peer, score), checker or default_reader(), note, final))


def registry(out: Out) -> None:
    """Rows for a registry."""
    with _records() as records:
        count = quality.write_registry(user_paths(), records, out)
    tell_quality_left(_audit(), default_reader(), "registry", out.suffix or "file")
    typer.echo(text("quality.done", what=f"{count} rows", file=str(out)))


@contextmanager
def _records() -> Iterator[Records]:
    """The journal as records, for the role qa only."""
    from app.findings.journal import Journal
    from app.studies.index import StudyIndex

    paths = user_paths()
    quality.check_role(paths)
    lay_for(paths)
    index = StudyIndex(paths.index_file) if paths.index_file.exists() else None
    try:
        with Journal(paths.journal_file) as journal:
            yield quality.gather(journal.entries(), index)
    finally:
        if index:
            index.close()


def _audit() -> AuditLog:
    return AuditLog(user_paths().data)


def _run_of(records: Records, study: str, model: str, version: str) -> str:
    """When the version ran on the study. Raises QualityError where it did not."""
    for call in records.calls:
        if (call.study, call.model, call.version) == (study, model, version):
            return call.at
    raise QualityError("error.quality.unknown_study", study=study)


def _word(kind: type[E], word: str) -> E:
    try:
        return kind(word)
    except ValueError as error:
        known = ", ".join(str(one.value) for one in kind)
        raise QualityError("error.quality.word", word=word, known=known) from error


def _keep(form: DefectForm | ClinicalForm | PeerForm) -> None:
    write_form(user_paths().data, form)
    tell_form(_audit(), default_reader(), form.study, type(form).__name__)
    typer.echo(text("quality.kept"))


def _print(found: dict[str, Any]) -> None:
    for dimension in ("model", "version", "site", "scanner", "reader", "finding"):
        for name, one in found["groups"][dimension].items():
            typer.echo(f"{text(f'quality.dimension.{dimension}')}: {name}")
            typer.echo(f"  {text('quality.column.acceptance'):<24} {figure_words(one['acceptance'])}")
            for key in ("prevalence", "ppv", "npv") if dimension != "finding" else ():
                name_of = text("quality.column.prevalence") if key == "prevalence" else key.upper()
                typer.echo(f"  {name_of:<24} {figure_words(one['studies'][key])}")
    for version, weeks in found["drift"].items():
        for week in weeks["alarms"]:
            typer.echo(f"! {version}: {text('quality.drift.alarm', weeks=week)}")
    for month in found["forms"]["defects"]:
        if month["over_limit"]:
            typer.echo(f"! {month['model']} {month['version']}: {text('quality.over_limit')}")
    typer.echo(text("quality.not_judged", count=found["whole"]["studies"]["not_judged"]))
    warnings = dict.fromkeys((*found["whole"]["warnings"], *found["whole"]["studies"]["warnings"]))
    for words in (*warnings, text("export.notice")):
        typer.echo(words)
