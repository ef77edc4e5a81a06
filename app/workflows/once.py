"""A run that is done once: asked again on the same pixels, it answers from what is kept, and says so (RQ-31).

Each step leaves traces that can be found again: the result's folder, its entry in the journal, the note of the run.
Whoever is killed between any two of them goes on from the last one; nothing is lost and nothing stands twice.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.analysis.provenance import pixel_sha256
from app.analysis.result_files import load_record, save_result
from app.analysis.run_views import as_input, pixels_of
from app.analysis.to_model_input import to_model_input
from app.context import AppContext
from app.domain.errors import OverreadError, StudyUnreadableError
from app.domain.finding import AnalysisResult
from app.domain.volume import CancelToken, Progress
from app.findings.chain import Entry
from app.findings.events import Event, ResultArrived
from app.jobs.ended_run import EndedRun
from app.jobs.steps import Ending, digest_of, inputs_digest
from app.studies.display_sets import DisplaySet
from app.studies.load import load_volume
from app.support.clock import utc_now
from app.workflows.run_model import LOADED, read_views, why_not_run
from app.workflows.runner_types import Bench, Parameters, Stack
from app.workflows.view_sets import read_sets, takes_views

if TYPE_CHECKING:
    from inference.bundle import Bundle
    from inference.types import ModelInput


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked, and where its result goes. out: a folder of the caller's besides the user's own results.

    record: enter it in the journal; without that nothing is kept that could answer later. again: compute anew.
    """

    bundle: Bundle
    parameters: Parameters = field(default_factory=Parameters)
    result_id: str = ""
    out: Path | None = None
    record: bool = True
    again: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """A result, where its folder lies, and whether it was there before."""

    result: AnalysisResult
    folder: Path
    from_cache: bool = False

    @property
    def ending(self) -> Ending:
        """How a step with this answer ended."""
        one = self.result
        return Ending(
            one.state.value, one.result_id, one.state_reason_key, one.state_reason_facts, self.from_cache
        )


def asked_of(bundle: Bundle, parameters: Parameters, sets: Sequence[DisplaySet]) -> str:
    """Digest of what is asked: input UIDs, package, parameters. The pixels make it whole."""
    return digest_of(inputs_of(*sets), bundle.sha256, list(parameters.providers))


def inputs_of(*sets: DisplaySet) -> str:
    """Digest over the frames that are read."""
    return inputs_digest(f"{one.ref.sop_instance_uid}:{one.frame}" for each in sets for one in each.frames)


def files_of(*sets: DisplaySet) -> str:
    """Digest of the files' sizes and times: while it stays, the pixels need not be read to know that they stayed."""
    facts: list[tuple[str, int, int]] = []
    for path in sorted({one.instance.path for each in sets for one in each.frames}):
        try:
            status = path.stat()
        except OSError:
            return ""
        facts.append((path.name, status.st_size, status.st_mtime_ns))
    return digest_of(facts)


def content_of(stack: Stack, pixel_digest: str) -> str:
    """Digest of all that a model is given: pixels, and how they lie, scale and are described. "" where not known.

    The same pixels under another header may mean another thing, so they are another input.
    """
    volumes = [stack.volume] if stack.views is None else [one.volume for one in stack.views.values()]
    if not pixel_digest or not volumes or any(one is None or one.pixels.ndim != 3 for one in volumes):
        return ""
    if stack.views is not None:
        given = as_input(stack.study, stack.views)
        return digest_of(pixel_digest, *(_told_of(one) for one in (given, *given.companions)))
    assert stack.volume is not None
    return digest_of(
        pixel_digest, *_told_of(to_model_input(stack.volume, stack.study, stack.display_set.series))
    )


def _told_of(given: ModelInput) -> list[object]:
    """All that a model is given of one picture besides its pixels."""
    return [
        list(given.pixels.shape),
        [round(float(value), 6) for value in given.affine.ravel()],
        [float(given.slope), float(given.intercept), given.inverted, given.padding],
        [
            given.in_patient,
            given.spacing_known,
            dict(given.attributes),
            *([given.view] if given.view else []),
        ],
    ]


def answer_once(
    ctx: AppContext,
    bench: Bench,
    stack: Stack,
    wanted: Wanted,
    progress: Progress | None,
    cancel: CancelToken,
) -> Answer:
    """Run, unless the answer is there. Raises Cancelled, ModelRefusedError, JournalError, OSError."""
    begun = _begun_before(ctx, wanted)
    if begun is not None:
        return _kept(ctx, _with_pictures(stack, wanted, None, cancel), wanted, *begun)
    stack = _with_pictures(stack, wanted, progress, cancel)
    if not wanted.again and wanted.record:
        found = _from_cache(ctx, stack, wanted)
        if found is not None:
            return found
    result, arrays = bench.run(stack, progress, cancel)
    result = named(result, wanted.result_id)
    folder = save_result(_folder(ctx, wanted, result.result_id), result, arrays)
    return _kept(ctx, stack, wanted, result, folder)


def _with_pictures(stack: Stack, wanted: Wanted, progress: Progress | None, cancel: CancelToken) -> Stack:
    """With its volume read, unless the package is not for it; pictures that cannot be read are told by the run."""
    several = takes_views(wanted.bundle)  # then the picture that hangs is but one of those that are read
    ready = stack.views is not None if several else stack.volume is not None
    if ready or why_not_run(wanted.bundle, stack.study, stack.display_set) is not None:
        return stack
    first = None if progress is None else (lambda share, note: progress(LOADED * share, note))
    try:
        if several:
            return replace(stack, views=read_views(wanted.bundle, stack.study, first, cancel))
        return replace(stack, volume=load_volume(stack.display_set, first, cancel))
    except OverreadError:
        return stack


def named(result: AnalysisResult, result_id: str) -> AnalysisResult:
    """The same result under another id; its findings follow."""
    if not result_id:
        return result
    findings = tuple(replace(one, result_id=result_id) for one in result.findings)
    return replace(result, result_id=result_id, findings=findings)


def recorded(ctx: AppContext, result: AnalysisResult, folder: Path) -> None:
    """Keep a result where the window looks for it and enter it in the journal, once however often this is called."""
    kept = ctx.results / result.result_id
    if kept.resolve() != folder.resolve():
        _copy(folder, kept)

    def unless_there(entries: list[Entry]) -> Event | None:
        return None if _stands_in(entries, result.result_id) else ResultArrived(result)

    ctx.journal.append_if(unless_there, result.study_instance_uid)


def _begun_before(ctx: AppContext, wanted: Wanted) -> tuple[AnalysisResult, Path] | None:
    """The result of this very step, if its process was killed after it had been written."""
    folder = _folder(ctx, wanted, wanted.result_id) if wanted.result_id else None
    if folder is None or not folder.is_dir():
        return None
    try:
        return load_record(folder), folder
    except StudyUnreadableError:
        shutil.rmtree(
            folder
        )  # a folder appears whole; whatever this is, it is none of ours that could be used
        return None


def _kept(ctx: AppContext, stack: Stack, wanted: Wanted, result: AnalysisResult, folder: Path) -> Answer:
    if wanted.record:
        recorded(ctx, result, folder)
        ctx.runtime.runs.add(_note(ctx, stack, wanted, result))
    return Answer(result, folder)


def _note(ctx: AppContext, stack: Stack, wanted: Wanted, result: AnalysisResult) -> EndedRun:
    sets = read_sets(wanted.bundle, stack.study, stack.display_set)
    return EndedRun(
        result_id=result.result_id,
        asked=asked_of(wanted.bundle, wanted.parameters, sets),
        content=content_of(stack, result.pixel_sha256),
        files=files_of(*sets),
        package=result.package.name,
        package_version=result.package.version,
        package_sha256=result.package.sha256,
        study_instance_uid=result.study_instance_uid,
        outcome=result.state.value,
        defects="".join(result.defects),
        provider=result.provider,
        seconds=result.seconds,
        folder=str(ctx.results / result.result_id),
        at=utc_now(),
    )


def _from_cache(ctx: AppContext, stack: Stack, wanted: Wanted) -> Answer | None:
    """An earlier answer on the very same input, or None."""
    sets = read_sets(wanted.bundle, stack.study, stack.display_set)
    candidates = [
        one
        for one in ctx.runtime.runs.answers(asked_of(wanted.bundle, wanted.parameters, sets))
        if one.content
    ]
    content = (
        content_of(stack, _pixels(stack)) if candidates else ""
    )  # hashed only where that can spare a run
    if not content:
        return None
    entries = ctx.journal.entries(stack.study.study_instance_uid)
    for one in (one for one in candidates if one.content == content):
        answer = _usable(ctx, one, wanted)
        if answer is not None and _stands_in(entries, one.result_id):
            return answer
    return None


def _pixels(stack: Stack) -> str:
    """Digest of the pixels that were read, as a result keeps it; '' where there are none."""
    if stack.views is not None:
        return pixels_of(stack.views)
    return "" if stack.volume is None else pixel_sha256(stack.volume)


def _usable(ctx: AppContext, run: EndedRun, wanted: Wanted) -> Answer | None:
    kept = ctx.results / run.result_id
    try:
        result = load_record(kept)
    except StudyUnreadableError:
        return None
    if wanted.out is None:
        return Answer(result, kept, from_cache=True)
    folder = wanted.out / run.result_id
    _copy(kept, folder)
    return Answer(result, folder, from_cache=True)


def _folder(ctx: AppContext, wanted: Wanted, result_id: str) -> Path:
    return (wanted.out or ctx.results) / result_id


def _copy(source: Path, target: Path) -> None:
    """Whole or not at all; what is there already stays."""
    from app.support.whole_files import copy_folder

    if not target.exists():
        copy_folder(source, target)


def _stands_in(entries: Iterable[Entry], result_id: str) -> bool:
    wanted = f'"{result_id}"'
    return any(one.event_type == ResultArrived.__name__ and wanted in one.payload for one in entries)
