"""`overread run`: one model on one study or on a whole list of them, without the window."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.ending import ended_in_order
from app.cli.results import document, is_told, picture_words, summary, waits
from app.cli.sessions import AsJson, Cpu, Package, model_session
from app.domain.errors import ModelFailedError, StudyUnreadableError
from app.domain.finding import RunState
from app.support.i18n import text, text_with

if TYPE_CHECKING:
    from app.context import AppContext
    from app.domain.study import Study
    from app.studies.display_sets import DisplaySet
    from app.workflows.batch import Batch, Plan
    from app.workflows.once import Answer
    from app.workflows.run_model import Session

MANY = 20  # studies past which one line each is told instead of everything


@dataclass(frozen=True, slots=True)
class _Told:
    """How a command speaks."""

    as_json: bool
    many: bool


def register(tree: typer.Typer) -> None:
    """Add `run`."""
    tree.command("run")(run)


@ended_in_order()
def run(  # noqa: PLR0913 - the options of one command
    package: Package,
    places: Annotated[list[str], typer.Argument(help=text("cli.run.place"), metavar="PLACE...")],
    *,
    out: Annotated[Path, typer.Option(help="Results are written here, one folder each.")],
    series: Annotated[str, typer.Option(help="Only the series whose UID begins so.")] = "",
    cpu: Cpu = False,
    record: Annotated[
        bool, typer.Option(help="Enter results in your journal, so that they can be reviewed and exported.")
    ] = True,
    again: Annotated[bool, typer.Option("--again", help=text("cli.run.again"))] = False,
    watch: Annotated[float, typer.Option("--watch", min=0.0, help=text("cli.run.watch"))] = 0.0,
    stop_after: Annotated[
        float, typer.Option("--stop-after", min=0.0, help=text("cli.run.stop_after"))
    ] = 0.0,
    runner: Annotated[str, typer.Option("--runner", help=text("cli.run.runner"))] = "local",
    as_json: AsJson = False,
) -> None:
    """Run a model on every series that it fits. Research and education only, not for primary diagnosis.

    Started again, it goes on where it was stopped or killed; what is done already is not done twice.
    """
    from app.workflows.audit import tell_opened
    from app.workflows.batch import Batch, places_in
    from app.workflows.copies import copies_in_use
    from app.workflows.runner_types import Parameters

    named = places_in(places)
    for place in named:
        if "://" not in place and not Path(place).exists():
            raise StudyUnreadableError("error.run.no_study", path=Path(place).name)
    with model_session(package, cpu=cpu, quiet=as_json, runs=True) as (ctx, session):
        parameters = Parameters(session.providers)
        batch = Batch(session.bundle, parameters, out, record, again, series)
        answers: list[Answer] = []
        for studies in _studies(ctx, named, record=record, watch=(watch, stop_after)):
            for study in studies:
                tell_opened(ctx.audit, ctx.reader, study)
            with copies_in_use(ctx.paths.cache, studies):
                answers += _work(ctx, session, batch, runner, (studies, as_json))
    _end(ctx, answers, as_json=as_json)


def _studies(
    ctx: AppContext, places: Sequence[str], *, record: bool, watch: tuple[float, float]
) -> Iterator[tuple[Study, ...]]:
    """All at once, or look after look."""
    from app.domain.volume import CancelToken
    from app.workflows.places import open_or_refuse, surroundings_of
    from app.workflows.watch_folder import looks

    def look() -> tuple[Study, ...]:
        heard = ctx.index.add if record else None
        return open_or_refuse(list(places), surroundings_of(ctx), heard).studies

    every_s, stop_after_s = watch
    if not every_s:
        yield look()
        return
    yield from looks(look, every_s, stop_after_s, CancelToken())


def _work(
    ctx: AppContext, session: Session, batch: Batch, runner: str, given: tuple[tuple[Study, ...], bool]
) -> list[Answer]:
    """Schedule these studies and work them off; what an earlier start did is told too."""
    from app.workflows.batch import Plan, schedule, settle_ended, work_off
    from app.workflows.runners_here import runner_named

    studies, as_json = given
    plan = Plan()
    schedule(ctx, batch, studies, plan)
    before = settle_ended(ctx, batch, plan)
    told = _Told(as_json, len(plan.stacks) > MANY)
    if before and not as_json:
        typer.echo(text("cli.run.before", count=len(before), of=len(plan.stacks)))
    found: dict[str, Answer] = dict(before)
    for step_id, answer in before.items():
        _say(ctx, answer, told, plan.stacks[step_id][1])
    for done in work_off(ctx, runner_named(runner), batch, plan, session.cancel, session.progress):
        if done.answer is not None:
            found[done.step.new.step_id] = done.answer
            _say(ctx, done.answer, told, plan.stacks[done.step.new.step_id][1])
        elif not as_json:
            typer.echo(text_with(done.ending.reason_key, dict(done.ending.reason_facts)))
    _tell_rest(ctx, batch, plan, found, as_json=as_json)
    return [found[step_id] for step_id in plan.ids if step_id in found]


def _tell_rest(ctx: AppContext, batch: Batch, plan: Plan, found: dict[str, Answer], *, as_json: bool) -> None:
    """Steps without an answer here: another process has them, or they were given up."""
    rest = [one for one in ctx.runtime.queue.steps(batch.name) if one.new.step_id in plan.stacks]
    for step in (one for one in rest if one.new.step_id not in found):
        if not as_json and step.ending is None:
            typer.echo(text("cli.run.elsewhere", title=step.new.title, worker=step.worker or "-"))


def _say(ctx: AppContext, answer: Answer, told: _Told, shown_on: DisplaySet) -> None:
    if told.as_json:
        return
    result = answer.result
    pictures = picture_words(result, shown_on)
    lines = summary(result, answer.folder, from_cache=answer.from_cache, pictures=pictures)
    shown = lines[: 1 if told.many else None] if is_told(ctx, result) else [waits(result)]
    for line in shown:
        typer.echo(line)


def _end(ctx: AppContext, answers: list[Answer], *, as_json: bool) -> None:
    from app.analysis.run_package import reason_of

    if as_json:
        told: list[dict[str, Any]] = [
            {**document(one.result, one.folder), "from_cache": one.from_cache}
            if is_told(ctx, one.result)
            else {"withheld": waits(one.result)}
            for one in answers
        ]
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
    elif len(answers) > MANY:
        typer.echo(_counted(answers))
    failed = [one.result for one in answers if one.result.state is RunState.FAILED]
    if failed:
        why = reason_of(failed[0])
        raise ModelFailedError("error.run.failed", failed=len(failed), runs=len(answers), why=why)


def _counted(answers: list[Answer]) -> str:
    """Of a long list: how many ran now, how many were there; of what was found nothing that a policy withholds."""
    cached = sum(one.from_cache for one in answers)
    failed = sum(one.result.state is RunState.FAILED for one in answers)
    unfit = sum(one.result.state is RunState.NOT_APPLICABLE for one in answers)
    return text("cli.run.counted", count=len(answers), cached=cached, failed=failed, unfit=unfit)
