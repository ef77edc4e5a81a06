"""Run a model package on one series, or on every series of a path that it fits; each run leaves a result."""

from __future__ import annotations

from collections.abc import Sequence
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
from app.analysis.run_views import Pictures, ViewPicture, run_views
from app.domain.errors import GeometryRefusedError, PixelsUnreadableError, StudyUnreadableError
from app.domain.finding import AnalysisResult, RunState
from app.domain.study import Study
from app.domain.volume import CancelToken, Progress, Volume
from app.studies.display_sets import DisplaySet, display_sets
from app.studies.load import load_volume
from app.support.i18n import text_with
from app.workflows.film_facts import breast_side, said_of_headers
from app.workflows.view_sets import (
    chosen_sets,
    front_set,
    is_upside_down,
    missing_views,
    said_of_views,
    takes_views,
)

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
        return replace(self, progress=_part(self.progress, first, last))


def _part(progress: Progress | None, first: float, last: float) -> Progress | None:
    """The same bar, running from first to last."""
    if progress is None:
        return None
    return lambda share, note: progress(first + share * (last - first), note)


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
    session: Session,
    study: Study,
    display_set: DisplaySet,
    volume: Volume | None = None,
    views: Pictures | None = None,
) -> tuple[AnalysisResult, Arrays]:
    """Read the pictures if need be, and run; nothing is saved. views: those of a package that takes several."""
    facts, notes = facts_of(session.bundle), RunNotes(session.providers)
    given = Given(display_set.series, study, volume, breast_side(display_set))
    notes.stamps.mark("pre_start")
    if takes_views(session.bundle):
        return _run_on_views(session, given, display_set, (views, notes))
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
    result, arrays = run_given(session.part(LOADED, 1.0), given, notes)
    said = said_of_headers(session.bundle, study, display_set)
    return replace(result, warnings=(*result.warnings, *said)), arrays


def _run_on_views(
    session: Session, front: Given, display_set: DisplaySet, more: tuple[Pictures | None, RunNotes]
) -> tuple[AnalysisResult, Arrays]:
    """All views of the study that the package takes, in one run."""
    facts, study, (views, notes) = facts_of(session.bundle), front.study, more
    assert study is not None
    unfit = why_not_run(session.bundle, study, display_set)
    if unfit is not None:
        return not_applicable(facts, front, notes, unfit), {}
    try:
        reading = session.part(0.0, LOADED)
        views = views or read_views(reading.bundle, study, reading.progress, reading.cancel)
    except GeometryRefusedError as error:
        return could_not_read(facts, front, notes, error, RunState.NOT_APPLICABLE), {}
    except (PixelsUnreadableError, StudyUnreadableError) as error:
        return could_not_read(facts, front, notes, error), {}
    within = session.part(LOADED, 1.0)
    within.cancel.check()
    run = run_in(within.client, within.bundle, within.providers, within.progress, within.cancel)
    result, arrays = run_views(run, facts, study, views, notes)
    return replace(result, warnings=(*result.warnings, *said_of_views(session.bundle, study))), arrays


def read_views(bundle: Bundle, study: Study, progress: Progress | None, cancel: CancelToken) -> Pictures:
    """Every film that the package takes of a study, by view. Raises what `load_volume` raises."""
    sets = chosen_sets(bundle, study)
    pictures: dict[str, ViewPicture] = {}
    for number, (view, one) in enumerate(sets.items()):
        part = _part(progress, number / len(sets), (number + 1) / len(sets))
        volume = load_volume(one, part, cancel)
        pictures[view] = ViewPicture(one.series, volume, is_upside_down(one))
    return pictures


def run_given(session: Session, given: Given, notes: RunNotes) -> tuple[AnalysisResult, Arrays]:
    """Run on pictures that have been read."""
    session.cancel.check()
    run = run_in(session.client, session.bundle, session.providers, session.progress, session.cancel)
    return run_package(run, facts_of(session.bundle), given, notes)


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
    if takes_views(bundle):
        named = _one_a_study(bundle, studies, named)
    fitting = [pair for pair in named if why_not_run(bundle, *pair) is None]
    return tuple(sorted(fitting or named, key=lambda pair: -len(pair[1].frames)))


def _one_a_study(
    bundle: Bundle, studies: Sequence[Study], named: Sequence[tuple[Study, DisplaySet]]
) -> list[tuple[Study, DisplaySet]]:
    """Views of a study go into one run: one film stands for all of them."""
    found: list[tuple[Study, DisplaySet]] = []
    for study in studies:
        front = front_set(bundle, study)
        found += [(study, front)] if front else [pair for pair in named if pair[0] is study][:1]
    return found


def why_not_run(bundle: Bundle, study: Study, display_set: DisplaySet) -> Misfit | None:
    """What is known before a picture is read to speak against a run, or None."""
    if takes_views(bundle):
        sets = chosen_sets(bundle, study).values()
        unfit = (_why_not_stack(bundle, study, one) for one in sets)
        first = next((one for one in unfit if one is not None), None)
        return first or missing_views(bundle, study)
    return _why_not_stack(bundle, study, display_set)


def _why_not_stack(bundle: Bundle, study: Study, display_set: DisplaySet) -> Misfit | None:
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
