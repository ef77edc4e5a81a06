"""Run a model package on one series, or on every series of a path that it fits; each run leaves a result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.analysis.applicability import Headers, Misfit, misfit
from app.analysis.packages import facts_of, run_in
from app.analysis.result_files import save_result
from app.analysis.run_package import (
    Arrays,
    Given,
    RunNotes,
    could_not_read,
    not_applicable,
    run_package,
)
from app.domain.errors import GeometryRefusedError, PixelsUnreadableError, StudyUnreadableError
from app.domain.finding import AnalysisResult, RunState
from app.domain.study import Study
from app.domain.volume import CancelToken, Progress, Volume
from app.studies.display_sets import DisplaySet, display_sets
from app.studies.load import load_volume
from app.support.i18n import text_with

if TYPE_CHECKING:
    from inference.bundle import Bundle
    from inference.client import ModelClient

PROVIDERS = ("CUDAExecutionProvider", "CPUExecutionProvider")
LOADED = 0.25  # share of the progress bar that reading the pictures takes
Found = tuple[AnalysisResult, Path]


@dataclass(frozen=True, slots=True, eq=False)
class Session:
    """Which package runs where, and who is told; the same for every series of a call."""

    client: ModelClient
    bundle: Bundle
    providers: tuple[str, ...] = PROVIDERS
    progress: Progress | None = None
    cancel: CancelToken = field(default_factory=CancelToken)

    def part(self, first: float, last: float) -> Session:
        """The same, its progress running from first to last."""
        told = self.progress
        if told is None:
            return self
        return replace(self, progress=lambda share, note: told(first + share * (last - first), note))


def run_model(  # noqa: PLR0913 - the seam of the window: everything of one run, by name
    client: ModelClient,
    bundle: Bundle,
    study: Study,
    display_set: DisplaySet,
    volume: Volume | None = None,
    *,
    results_dir: Path,
    progress: Progress | None = None,
    cancel: CancelToken | None = None,
    providers: tuple[str, ...] = PROVIDERS,
) -> Found:
    """Run and save; returns the result and its folder, results_dir / result_id.

    volume spares reading the pictures again. Not applicable and failed are results too. Raises Cancelled,
    ModelRefusedError if the package does not pass its checks, OSError if the result cannot be written.
    """
    session = Session(client, bundle, providers, progress, cancel or CancelToken())
    result, arrays = run_on(session, study, display_set, volume)
    return result, save_result(results_dir / result.result_id, result, arrays)


def run_on(
    session: Session, study: Study, display_set: DisplaySet, volume: Volume | None = None
) -> tuple[AnalysisResult, Arrays]:
    """Read the pictures if need be, and run; nothing is saved."""
    facts, notes = facts_of(session.bundle), RunNotes(session.providers)
    given = Given(display_set.series, study, volume)
    notes.stamps.mark("pre_start")
    unfit = why_not_run(session.bundle, study, display_set)
    if unfit is not None:
        return not_applicable(facts, given, notes, unfit), {}
    try:
        if volume is None:
            reading = session.part(0.0, LOADED)
            given = replace(given, volume=load_volume(display_set, reading.progress, session.cancel))
    except GeometryRefusedError as error:
        return could_not_read(facts, given, notes, error, RunState.NOT_APPLICABLE), {}
    except (PixelsUnreadableError, StudyUnreadableError) as error:
        return could_not_read(facts, given, notes, error), {}
    return run_given(session.part(LOADED, 1.0), given, notes)


def run_given(session: Session, given: Given, notes: RunNotes) -> tuple[AnalysisResult, Arrays]:
    """Run on pictures that have been read."""
    session.cancel.check()
    run = run_in(session.client, session.bundle, session.providers, session.progress, session.cancel)
    return run_package(run, facts_of(session.bundle), given, notes)


def run_on_studies(
    session: Session, studies: Sequence[Study], results_dir: Path, series: str = ""
) -> Iterator[Found]:
    """Run on every series that the package fits and save each result as it comes.

    Where it fits none, every series gets a result that says why. series: only those whose UID begins so. Raises
    StudyUnreadableError if there is nothing to run on, and what `run_model` raises.
    """
    chosen = fitting_sets(session.bundle, studies, series)
    for number, (study, display_set) in enumerate(chosen):
        within = session.part(number / len(chosen), (number + 1) / len(chosen))
        result, arrays = run_on(within, study, display_set)
        yield result, save_result(results_dir / result.result_id, result, arrays)


def fitting_sets(
    bundle: Bundle, studies: Sequence[Study], series: str = ""
) -> tuple[tuple[Study, DisplaySet], ...]:
    """What a package fits by its headers, the largest stacks first; all there is if it fits none of them."""
    every = [(study, one) for study in studies for one in display_sets(study)]
    named = [pair for pair in every if pair[1].series.series_instance_uid.startswith(series)]
    if not named and series:
        raise StudyUnreadableError("error.run.no_such_series", series=series)
    if not named:
        raise StudyUnreadableError("error.run.no_pictures")
    fitting = [pair for pair in named if why_not_run(bundle, *pair) is None]
    return tuple(sorted(fitting or named, key=lambda pair: -len(pair[1].frames)))


def why_not_run(bundle: Bundle, study: Study, display_set: DisplaySet) -> Misfit | None:
    """What is known before a picture is read to speak against a run, or None."""
    if display_set.affine is None:
        why = text_with(display_set.why_no_volume or "geometry.no_position", dict(display_set.why_facts))
        return Misfit("error.geometry.not_a_volume", (("title", display_set.title), ("why", why)))
    headers = Headers(
        study,
        display_set.series,
        display_set.frames[0].instance,
        len(display_set.frames),
        display_set.affine,
        display_set.space,
        display_set.remarks,
    )
    return misfit(bundle, headers)
