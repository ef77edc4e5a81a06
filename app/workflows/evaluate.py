"""One package on a labelled collection: each case is read, run and let go; figures at the end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from app.analysis.figures import Outcome, figures
from app.analysis.labels import Case, Labels
from app.analysis.packages import facts_of
from app.analysis.plain_images import is_plain_image, read_plain_image, series_of_plain_image
from app.analysis.run_package import Given, RunNotes, reason_of
from app.analysis.shortcuts import Glimpse, glimpse
from app.domain.errors import GeometryRefusedError, PixelsUnreadableError, StudyUnreadableError
from app.domain.finding import AnalysisResult, RunState
from app.domain.volume import Volume
from app.studies.load import load_volume, open_path
from app.support.i18n import explain, text
from app.workflows.run_model import Session, fitting_sets, run_given

Document = dict[str, Any]  # Any: the nested lists and dictionaries that JSON holds


def evaluate(session: Session, labels: Labels) -> Document:
    """Run on every case and return the figures; raises Cancelled, ModelRefusedError."""
    facts = facts_of(session.bundle)
    outcomes = list(_run_all(session, labels))
    found = figures(outcomes)
    if any(is_plain_image(case.path) for case in labels.cases):
        found["warnings"].append(text("evaluate.warning.plain_images"))
    if not labels.has_patients:
        found["warnings"].append(text("evaluate.warning.no_patients"))
    package = facts.package
    return {
        "package": {"name": package.name, "version": package.version, "sha256": package.sha256},
        **found,
        "not_for": list(facts.not_for),
        "problems": list(labels.problems),
    }


def _run_all(session: Session, labels: Labels) -> Iterator[Outcome]:
    for number, case in enumerate(labels.cases):
        session.cancel.check()
        within = session.part(number / len(labels.cases), (number + 1) / len(labels.cases))
        yield run_case(within, case)


def run_case(session: Session, case: Case) -> Outcome:
    """One case; pictures that cannot be read are a failed outcome with its reason."""
    begun = time.monotonic()
    notes = RunNotes(session.providers)
    notes.stamps.mark("pre_start")
    try:
        given = read_case(session, case)
    except GeometryRefusedError as error:
        return Outcome(case, RunState.NOT_APPLICABLE, None, time.monotonic() - begun, explain(error))
    except (StudyUnreadableError, PixelsUnreadableError) as error:
        return Outcome(case, RunState.FAILED, None, time.monotonic() - begun, explain(error))
    result, _ = run_given(replace(session, progress=None), given, notes)
    seconds = time.monotonic() - begun
    if session.progress is not None:
        session.progress(1.0, case.name)
    seen = None if given.volume is None else _glimpse(given.volume)
    return Outcome(case, result.state, _score(result), seconds, reason_of(result), result.provider, seen)


def read_case(session: Session, case: Case) -> Given:
    """The pictures of a case: a radiograph without header, or the largest series that the package fits."""
    if is_plain_image(case.path):
        volume = read_plain_image(case.path)
        return Given(series_of_plain_image(case.path, volume, case.view), None, volume)
    studies = open_path(case.path)
    if not studies:
        raise StudyUnreadableError("error.run.no_study", path=case.path.name)
    study, display_set = fitting_sets(session.bundle, studies)[0]
    return Given(display_set.series, study, load_volume(display_set, None, session.cancel))


def _score(result: AnalysisResult) -> float | None:
    """The study's score, else that of its highest finding."""
    if result.study_score is not None:
        return result.study_score
    return max((finding.score for finding in result.findings if finding.score is not None), default=None)


def _glimpse(volume: Volume) -> Glimpse | None:
    """What the baselines see: single grey pictures only, air dark."""
    if volume.pixels.ndim != 3 or len(volume.pixels) != 1:
        return None
    grey = volume.values(0)
    return glimpse(-grey if volume.inverted else grey)
