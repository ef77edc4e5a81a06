"""`overread training`: cases for trainees, and figures for the trainee and tutors alone."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from typing import Annotated

import typer

from app.cli.commands.review import open_journal
from app.domain.errors import OverreadError
from app.domain.readers import Role, role_named
from app.domain.study import Study
from app.settings.file import load_settings
from app.settings.schema import Settings
from app.support.i18n import text
from app.support.paths import user_paths
from app.workflows import training
from app.workflows.held import lay_for
from app.workflows.taught import studies_for_teaching
from app.workflows.training_words import figure_lines, figure_record

AsJson = Annotated[bool, typer.Option("--json", help=text("training.option.json"))]


def register(tree: typer.Typer) -> None:
    """Add `training` with its sub-commands."""
    commands = typer.Typer(no_args_is_help=True, help=text("training.help.all"))
    for command in (flagged, make, report, group, role):
        name = command.__name__
        commands.command(name, help=text(f"training.help.{name}"))(command)
    tree.add_typer(commands, name="training")


def flagged(as_json: AsJson = False) -> None:
    """Studies that teach something and why; for tutors."""
    with open_journal() as journal:
        training.check_tutor(journal, _settings())
        found = training.flagged(journal, studies_for_teaching(_known()))
    if as_json:
        listed = [
            {
                "study_instance_uid": one.study_instance_uid,
                "reasons": list(one.reasons),
                "lesions": len(one.reference),
                "ai_wrong": one.ai_wrong,
            }
            for one in found
        ]
        typer.echo(json.dumps(listed))
        return
    for one in found:
        why = ", ".join(text(f"training.reason.{reason}") for reason in one.reasons) or "–"
        wrong = text("training.ai_wrong") if one.ai_wrong else ""
        typer.echo(f"{one.study_instance_uid}  {why}  {wrong}".rstrip())


def make(
    title: Annotated[str, typer.Argument(help=text("training.option.title"))],
    size: Annotated[int, typer.Option(help=text("training.option.size"))] = 20,
    seed: Annotated[int, typer.Option(help=text("training.option.seed"))] = -1,
    as_json: AsJson = False,
) -> None:
    """Draw a list of cases, a fifth of them with a wrong AI; for tutors."""
    chosen = seed if seed >= 0 else secrets.randbelow(2**31)
    with open_journal() as journal:
        cases = training.flagged(journal, studies_for_teaching(_known()))
        made = training.make_list(journal, _settings(), title, size, chosen, cases)
    if as_json:
        uids = [one.study_instance_uid for one in made.cases]
        typer.echo(json.dumps({"list": made.list_id, "seed": made.seed, "cases": uids}))
    else:
        typer.echo(text("training.made", title=title, cases=len(made.cases), seed=made.seed))


def report(
    trainee: Annotated[str, typer.Option(help=text("training.option.trainee"))] = "",
    as_json: AsJson = False,
) -> None:
    """A trainee's figures: the own ones, or for tutors those of one trainee."""
    settings = _settings()
    with open_journal() as journal:
        who = trainee or settings.reader_name
        found = training.personal(journal, settings, who, user_paths().results)
    if as_json:
        typer.echo(json.dumps(figure_record(found)))
    else:
        for line in figure_lines(found):
            typer.echo(line)


def group(as_json: AsJson = False) -> None:
    """All trainees together, at least five; for tutors and quality staff."""
    with open_journal() as journal:
        found = training.group(journal, _settings(), user_paths().results)
    if as_json:
        typer.echo(json.dumps(found))
        return
    percent = {name: f"{100 * value:.0f}" for name, value in found.items() if isinstance(value, float)}
    typer.echo(
        text(
            "training.group",
            trainees=found["trainees"],
            cases=found["cases"],
            blind=percent["right_blind"],
            final=percent["right_final"],
            resistance=percent["resistance"],
            wrong=found["wrong_ai"],
        )
    )


def role(
    name: Annotated[str, typer.Argument(help=text("training.option.name"))],
    given: Annotated[str, typer.Argument(help=text("training.option.role"))],
) -> None:
    """Name a reader as tutor, trainee, reader or QA in the journal; for tutors."""
    chosen = role_named(given)
    if given.strip().casefold() != chosen.value:
        raise OverreadError("error.training.no_role", role=given, known=", ".join(one.value for one in Role))
    with open_journal() as journal:
        training.name_role(journal, _settings(), name, chosen)
    typer.echo(text("training.role_given", name=name, role=text(f"settings.role_name.{chosen.value}")))


def _settings() -> Settings:
    return load_settings(user_paths().settings)[0]


def _known() -> Iterable[Study]:
    from app.studies.index import StudyIndex

    file = user_paths().index_file
    if not file.exists():
        return ()
    lay_for(user_paths())
    index = StudyIndex(file)
    try:
        return index.studies()
    finally:
        index.close()
