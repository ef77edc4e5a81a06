"""A model on a whole list of studies: scheduled in the queue, worked off, taken up again after an end or a kill."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from app.analysis.result_files import load_record
from app.context import AppContext
from app.domain.errors import ModelRefusedError, StudyUnreadableError
from app.domain.study import Study
from app.domain.volume import CancelToken, Progress
from app.jobs.steps import FAILED, Ending, NewStep, Step, StepState, digest_of, result_uid
from app.studies.display_sets import DisplaySet
from app.support.whole_files import copy_folder
from app.workflows.once import Answer, Wanted, answer_once, files_of, inputs_of
from app.workflows.run_model import fitting_sets, why_not_run
from app.workflows.runner_types import Bench, Parameters, Runner, Stack
from app.workflows.view_sets import read_sets

if TYPE_CHECKING:
    from inference.bundle import Bundle

LIST_ENDINGS = (".txt", ".csv", ".list")


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """One package on some studies. out: where results are written besides the user's own; record: see `Wanted`."""

    bundle: Bundle
    parameters: Parameters = field(default_factory=Parameters)
    out: Path | None = None
    record: bool = True
    again: bool = False
    series: str = ""

    @property
    def name(self) -> str:
        """The same for the same work, so that a second start takes up what the first one left."""
        out = str(self.out.resolve()) if self.out else ""
        asked = [self.bundle.sha256, list(self.parameters.providers), out, self.record, self.series]
        return f"list-{digest_of(*asked)[:32]}"


@dataclass(slots=True, eq=False)
class Plan:
    """Steps of a batch and the stacks they read; grows while a folder is watched."""

    stacks: dict[str, tuple[Study, DisplaySet]] = field(default_factory=dict)

    @property
    def ids(self) -> tuple[str, ...]:
        """Steps in order of scheduling."""
        return tuple(self.stacks)


@dataclass(frozen=True, slots=True, eq=False)
class Done:
    """One step that ended; answer is None where there is no result at all, and the step's ending says why."""

    step: Step
    ending: Ending
    answer: Answer | None = None


def places_in(lists: Sequence[str]) -> tuple[str, ...]:
    """Places of a command: a .txt, .csv or .list file names one place a line (relative to itself), the rest stand.

    Of a CSV the column `file` or `path` counts, else the first. Raises StudyUnreadableError for a list without places.
    """
    found: list[str] = []
    for place in lists:
        file = Path(place)
        if file.suffix.casefold() not in LIST_ENDINGS or not file.is_file():
            found.append(place)
            continue
        named = list(_named_in(file))
        if not named:
            raise StudyUnreadableError("error.run.empty_list", file=file.name)
        found += [one if "://" in one else str(file.parent / one) for one in named]
    return tuple(dict.fromkeys(found))


def schedule(ctx: AppContext, batch: Batch, studies: Sequence[Study], plan: Plan) -> int:
    """Put every stack that the package fits into the queue; returns how many steps were new.

    A study that it fits nowhere gets a step too, whose result says why: silence is not health.
    """
    steps: list[NewStep] = []
    for study, display_set in _chosen(batch, studies):
        made = _step_of(batch, study, display_set)
        if made.step_id not in plan.stacks:
            plan.stacks[made.step_id] = (study, display_set)
            steps.append(made)
    queue = ctx.runtime.queue
    queue.reclaim(batch.name)
    return queue.add(steps)


def work_off(
    ctx: AppContext, runner: Runner, batch: Batch, plan: Plan, cancel: CancelToken, progress: Progress | None
) -> Iterator[Done]:
    """Run what waits, one step after another; several processes may do so at once. Raises Cancelled, JournalError.

    A step whose run is stopped by the caller goes back to the queue.
    """
    with runner.bench(lambda: ctx.client, batch.bundle, batch.parameters) as bench:
        for number, step_id in enumerate(plan.ids):
            step = ctx.runtime.queue.claim(batch.name, step_id)
            if step is not None:
                part = _part(progress, number, len(plan.stacks))
                yield _carry_out(ctx, bench, batch, (step, *plan.stacks[step_id]), (part, cancel))


def settle_ended(ctx: AppContext, batch: Batch, plan: Plan) -> dict[str, Answer]:
    """Answers of steps that ended at an earlier start, by step id. The others are scheduled anew.

    Anew: what failed or was canceled, what is to be computed again, and a result that is no longer there.
    """
    known = {one.new.step_id: one for one in ctx.runtime.queue.steps(batch.name)}
    answers: dict[str, Answer] = {}
    for step_id in plan.ids:
        step = known.get(step_id)
        if step is None or step.ending is None:
            continue
        answer = None if batch.again else _answer_of(ctx, batch, step)
        if step.state is StepState.COMPLETED and answer is not None:
            answers[step_id] = answer
        else:
            ctx.runtime.queue.retry(step_id)
    return answers


def _answer_of(ctx: AppContext, batch: Batch, step: Step) -> Answer | None:
    """What an ended step gave, from where results of this batch lie."""
    if step.ending is None or not step.ending.result_id:
        return None
    kept = ctx.results / step.ending.result_id
    folder = batch.out / step.ending.result_id if batch.out else kept
    try:
        if not folder.is_dir() and kept.is_dir():
            copy_folder(kept, folder)
        return Answer(load_record(folder), folder, from_cache=True)
    except (StudyUnreadableError, OSError):
        return None


def _carry_out(
    ctx: AppContext,
    bench: Bench,
    batch: Batch,
    work: tuple[Step, Study, DisplaySet],
    told: tuple[Progress | None, CancelToken],
) -> Done:
    step, study, display_set = work
    wanted = Wanted(
        batch.bundle,
        batch.parameters,
        result_uid(step.new.step_id, step.generation),
        batch.out,
        batch.record,
        batch.again,
    )
    queue, answer = ctx.runtime.queue, None
    try:
        answer = answer_once(ctx, bench, Stack(study, display_set), wanted, *told)
        ending = answer.ending
    except ModelRefusedError as error:
        facts = tuple((name, str(value)) for name, value in error.facts.items())
        ending = Ending(FAILED, "", error.key, facts)
    except (
        BaseException
    ):  # a kill by the keyboard too: what was taken goes back, then the reason goes on its way
        queue.give_back(step.new.step_id)
        raise
    queue.end(step.new.step_id, ending)
    return Done(step, ending, answer)


def _chosen(batch: Batch, studies: Sequence[Study]) -> Iterable[tuple[Study, DisplaySet]]:
    """Stacks that the package fits, of the largest first; then, of studies that it fits nowhere, those that say why."""
    fitting: list[tuple[Study, DisplaySet]] = []
    others: list[tuple[Study, DisplaySet]] = []
    for study in studies:
        try:
            sets = fitting_sets(batch.bundle, (study,), batch.series)
        except StudyUnreadableError:
            continue  # no pictures, or not the series that was named
        fits = why_not_run(batch.bundle, *sets[0]) is None
        if fits:
            fitting += sets
        else:
            others += sets if len(studies) == 1 else sets[:1]
    if not fitting and not others:
        if batch.series:
            raise StudyUnreadableError("error.run.no_such_series", series=batch.series)
        raise StudyUnreadableError("error.run.no_pictures")
    return [*sorted(fitting, key=lambda pair: -len(pair[1].frames)), *others]


def _step_of(batch: Batch, study: Study, display_set: DisplaySet) -> NewStep:
    """The same files give the same step, so that a second start finds it done; a file that changed gives another."""
    sets = read_sets(batch.bundle, study, display_set)
    inputs = inputs_of(*sets)
    return NewStep(
        step_id=digest_of(batch.name, inputs, files_of(*sets)),
        batch=batch.name,
        package=f"{batch.bundle.manifest.name} {batch.bundle.manifest.version}",
        package_sha256=batch.bundle.sha256,
        study_instance_uid=study.study_instance_uid,
        series_instance_uid=display_set.series.series_instance_uid,
        display_set_id=display_set.display_set_id,
        inputs=inputs,
        title=display_set.title,
    )


def _part(progress: Progress | None, number: int, count: int) -> Progress | None:
    if progress is None:
        return None
    told = progress
    return lambda share, note: told((number + share) / count, note)


def _named_in(file: Path) -> Iterator[str]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        if file.suffix.casefold() == ".csv":
            rows = list(csv.reader(stream))
            heads = [cell.strip().casefold() for cell in rows[0]] if rows else []
            column = next((heads.index(name) for name in ("path", "file") if name in heads), None)
            cells = [
                row[column or 0] for row in rows[0 if column is None else 1 :] if len(row) > (column or 0)
            ]
        else:
            cells = stream.read().splitlines()
    yield from (cell.strip() for cell in cells if cell.strip() and not cell.lstrip().startswith("#"))
