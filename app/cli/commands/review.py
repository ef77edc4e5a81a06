"""`overread review`: judge findings without the window."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from app.audit.log import AuditLog
from app.domain.errors import JournalError
from app.domain.finding import Gate, Judgement, Place, PlaceKind, Point, Reading, RejectReason, Verdict
from app.domain.outcome import outcome_of
from app.domain.readers import role_named, signed
from app.findings.audit_trail import audited_journal
from app.findings.journal import Journal
from app.settings.file import load_settings
from app.support.i18n import text
from app.support.paths import user_paths
from app.support.titles import package_words
from app.ui import words
from app.workflows import review
from app.workflows.showing import seen_with

REASONS = ", ".join(reason.value for reason in RejectReason)
Finding = Annotated[str, typer.Argument(help=text("review.option.finding"))]
Reader = Annotated[str, typer.Option(help=text("review.option.reader"))]
AsJson = Annotated[bool, typer.Option("--json", help=text("review.option.json"))]
Study = Annotated[str, typer.Option("--study", help=text("review.option.study"))]


def register(tree: typer.Typer) -> None:
    """Add `review` with its sub-commands."""
    commands = typer.Typer(no_args_is_help=True, help=text("review.help.all"))
    for name, command in (
        ("list", show),
        ("accept", accept),
        ("reject", reject),
        ("edit", edit),
        ("defer", defer),
        ("undo", undo),
        ("redo", redo),
    ):
        commands.command(name, help=text(f"review.help.{name}"))(command)
    tree.add_typer(commands, name="review")


def show(study: Study = "", as_json: AsJson = False) -> None:
    """List results and findings with their verdicts."""
    with open_journal() as journal:
        uids = [find_study(journal, study)] if study else list(journal.study_uids())
        readings = [seen(review.reading_of(journal, uid, who())) for uid in uids]
    if as_json:
        typer.echo(json.dumps({"studies": [reading_record(reading) for reading in readings]}))
        return
    if waits := withheld_words(readings):
        typer.echo(waits)
    if any(reading.results or reading.judgements for reading in readings):
        _show_table(readings)
    elif not waits:
        typer.echo(text("review.nothing"))


def accept(finding: Finding, reader: Reader = "", as_json: AsJson = False) -> None:
    """Accept a finding."""
    judge(finding, Verdict.ACCEPTED, reader=reader, as_json=as_json)


def reject(
    finding: Finding,
    reason: Annotated[str, typer.Option(help=text("review.option.reason", reasons=REASONS))],
    reader: Reader = "",
    as_json: AsJson = False,
) -> None:
    """Reject a finding, with a reason."""
    try:
        chosen = RejectReason(reason)
    except ValueError as error:
        raise JournalError("error.review.unknown_reason", reason=reason, known=REASONS) from error
    judge(finding, Verdict.REJECTED, reason=chosen, reader=reader, as_json=as_json)


def edit(
    finding: Finding,
    label: Annotated[str, typer.Option(help=text("review.option.label"))] = "",
    center: Annotated[str, typer.Option(help=text("review.option.center"))] = "",
    reader: Reader = "",
    as_json: AsJson = False,
) -> None:
    """Correct the label or the centre of a finding."""
    point = parse_point(center) if center else None
    judge(finding, Verdict.EDITED, label=label, center=point, reader=reader, as_json=as_json)


def defer(finding: Finding, reader: Reader = "", as_json: AsJson = False) -> None:
    """Leave a finding for later."""
    judge(finding, Verdict.DEFERRED, reader=reader, as_json=as_json)


def undo(study: Study = "", reader: Reader = "", as_json: AsJson = False) -> None:
    """Take back the latest verdict of a study."""
    with open_journal() as journal:
        reading = review.undo(journal, find_study(journal, study), reader=who(reader))
    _report_step(reading, "review.undone", "review.nothing_to_undo", as_json)


def redo(study: Study = "", reader: Reader = "", as_json: AsJson = False) -> None:
    """Bring back the verdict that was taken back last."""
    with open_journal() as journal:
        reading = review.redo(journal, find_study(journal, study), reader=who(reader))
    _report_step(reading, "review.redone", "review.nothing_to_redo", as_json)


def judge(  # noqa: PLR0913 - the parts of one verdict, all by name
    start: str,
    verdict: Verdict,
    *,
    reason: RejectReason | None = None,
    label: str = "",
    center: Point | None = None,
    reader: str = "",
    as_json: bool = False,
) -> None:
    """Write one verdict and say what stands now."""
    with open_journal() as journal:
        study, finding_id = review.find_finding(journal, start)
        before = seen(review.reading_of(journal, study, who())).judgement(finding_id)
        if before is None:
            raise JournalError("error.gate.finding_withheld")
        if before.finding.is_readers:
            raise JournalError("error.review.readers_own")
        place = moved(before, center) if center else None
        reading = review.give_verdict(
            journal,
            study,
            finding_id,
            verdict,
            reason=reason,
            label=label,
            place=place,
            reader=who(reader),
        )
    after = reading.judgement(finding_id)
    if after is not None:
        said = text("review.done", verdict=text(f"verdict.{verdict.value}"), label=after.shown_label)
        typer.echo(json.dumps(judgement_record(after)) if as_json else said)


def moved(before: Judgement, center: Point) -> Place:
    """The finding's place with another centre; a box moves with it, a region gives way to a point."""
    old = before.place or before.finding.place
    if old.kind is PlaceKind.STUDY or old.center is None:
        raise JournalError("error.review.no_place_to_move")
    if old.kind is not PlaceKind.BOX or old.box_min is None or old.box_max is None:
        return Place(PlaceKind.POINT, old.space, center)
    step = [new - was for new, was in zip(center, old.center, strict=True)]
    return Place(PlaceKind.BOX, old.space, center, _shifted(old.box_min, step), _shifted(old.box_max, step))


def parse_point(value: str) -> Point:
    """Three numbers, separated by commas."""
    try:
        x, y, z = (float(part) for part in value.split(","))
    except ValueError as error:
        raise JournalError("error.review.bad_point", value=value) from error
    return x, y, z


def who(reader: str = "") -> str:
    """Whose verdict it is: the one named, else the one of the settings; a trainee's is marked as practice."""
    settings, _ = load_settings(user_paths().settings)
    return signed(reader or settings.reader_name or review.default_reader(), role_named(settings.role))


def seen(reading: Reading) -> Reading:
    """The reading without what the user's settings withhold (RQ-17)."""
    settings, _ = load_settings(user_paths().settings)
    return seen_with(settings, reading)


def withheld_words(readings: list[Reading]) -> str:
    """That AI results of some studies wait, in one sentence; '' where none do."""
    waiting = sum(reading.gate is not Gate.OPEN for reading in readings)
    return text("cli.gate.withheld", count=waiting) if waiting else ""


def open_journal() -> Journal:
    """The user's journal."""
    paths = user_paths()
    return audited_journal(paths.journal_file, AuditLog(paths.data))


def find_study(journal: Journal, start: str) -> str:
    """The one study whose uid begins so; without a start, the only study there is."""
    found = [uid for uid in journal.study_uids() if uid.startswith(start)]
    if start in found:
        return start
    if not found:
        raise JournalError("error.review.unknown_study", study=start)
    if len(found) > 1:
        if not start:
            raise JournalError("error.review.which_study", count=len(found))
        raise JournalError("error.review.ambiguous_study", study=start, count=len(found))
    return found[0]


def reading_record(reading: Reading) -> dict[str, Any]:  # Any: a JSON object
    """One study as a JSON object."""
    return {
        "study_instance_uid": reading.study_instance_uid,
        "withheld": reading.gate is not Gate.OPEN,
        "results": [
            {
                "result_id": result.result_id,
                "package": result.package.name,
                "version": result.package.version,
                "state": result.state.value,
                "study_score": result.study_score,
                "provider": result.provider,
            }
            for result in reading.results
        ],
        "findings": [judgement_record(judgement) for judgement in reading.judgements],
    }


def judgement_record(judgement: Judgement) -> dict[str, Any]:  # Any: a JSON object
    """One finding with its verdict as a JSON object."""
    finding, place = judgement.finding, judgement.place or judgement.finding.place
    return {
        "finding_id": finding.finding_id,
        "result_id": finding.result_id,
        "key": finding.key,
        "label": judgement.shown_label,
        "model_label": finding.label,
        "score": finding.score,
        "threshold": finding.threshold,
        "place": place.kind.value,
        "center_mm": place.center,
        "verdict": judgement.verdict.value,
        "reason": judgement.reason.value if judgement.reason else None,
        "reader": judgement.reader,
        "at": judgement.at,
    }


def _shifted(corner: Point, step: list[float]) -> Point:
    return corner[0] + step[0], corner[1] + step[1], corner[2] + step[2]


def _report_step(reading: Reading | None, done: str, nothing: str, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"changed": reading is not None}))
    else:
        typer.echo(text(nothing if reading is None else done))


def _show_table(readings: list[Reading]) -> None:
    for reading in readings:
        typer.echo(reading.study_instance_uid)
        for result in reading.results:
            state = text(f"state.{outcome_of(result)}")
            typer.echo(f"  {result.package.name} {result.package.version}: {state}")
        for judgement in reading.judgements:
            score = words.score_words(judgement.finding)
            said = (judgement.finding.finding_id, package_words(judgement.shown_label), score)
            verdict = words.verdict_words(judgement)
            typer.echo("    " + "  ".join(part for part in (*said, verdict) if part))
