"""One package on a labelled collection: each case is read, run and let go; figures at the end."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.analysis.figures import COUNTED, Outcome, figures
from app.analysis.froc import Box, as_json, froc, marks_of
from app.analysis.labels import Case, Labels
from app.analysis.packages import facts_of
from app.analysis.plain_images import is_plain_image, read_plain_image, series_of_plain_image
from app.analysis.run_package import Given, RunNotes, reason_of
from app.analysis.shortcuts import glimpse
from app.domain.errors import GeometryRefusedError, PixelsUnreadableError, StudyUnreadableError
from app.domain.finding import AnalysisResult, RunState
from app.domain.volume import Volume
from app.studies.load import load_volume, open_path
from app.support.i18n import explain, text
from app.workflows.run_model import Session, fitting_sets, run_given

Boxes = Mapping[str, Sequence[Box]]
Document = dict[str, Any]  # Any: the nested lists and dictionaries that JSON holds


def evaluate(
    session: Session, labels: Labels, boxes: Boxes | None = None, by: Sequence[str] = ()
) -> Document:
    """Run on every case and return the figures; raises Cancelled, ModelRefusedError, StudyUnreadableError.

    boxes: what readers drew, by file; pictures called positive without a box are left out of the FROC. by: columns of
    the labels that part the collection.
    """
    check_columns(labels, by)
    facts = facts_of(session.bundle)
    outcomes = list(_run_all(session, labels, boxes or {}))
    found = figures(outcomes, by)
    if boxes is not None:
        marks = [one.marks for one in outcomes if one.marks is not None]
        found["froc"] = as_json(froc(marks))
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
        "notice": text("evaluate.notice"),
    }


def check_columns(labels: Labels, by: Sequence[str]) -> None:
    """Raises StudyUnreadableError where the labels have no such column."""
    known = sorted({name for case in labels.cases for name, _ in case.facts})
    for column in by:
        if column not in known:
            raise StudyUnreadableError("error.labels.no_such_column", column=column, known=", ".join(known))


def _run_all(session: Session, labels: Labels, boxes: Boxes) -> Iterator[Outcome]:
    for number, case in enumerate(labels.cases):
        session.cancel.check()
        within = session.part(number / len(labels.cases), (number + 1) / len(labels.cases))
        yield run_case(within, case, boxes.get(case.name, ()))


def run_case(session: Session, case: Case, boxes: Sequence[Box] = ()) -> Outcome:
    """One case; pictures that cannot be read are a failed outcome with its reason."""
    begun = time.monotonic()
    notes = RunNotes(session.providers)
    notes.stamps.mark("pre_start")
    try:
        given = read_case(session, case)
    except GeometryRefusedError as error:
        return Outcome(case, RunState.NOT_APPLICABLE, None, time.monotonic() - begun, explain(error))
    except (StudyUnreadableError, PixelsUnreadableError) as error:
        return Outcome(case, RunState.FAILED, None, time.monotonic() - begun, explain(error), defects=("a",))
    result, _ = run_given(replace(session, progress=None), given, notes)
    seconds = time.monotonic() - begun
    if session.progress is not None:
        session.progress(1.0, case.name)
    told = reason_of(result), result.provider
    outcome = Outcome(case, result.state, _score(result), seconds, *told, defects=result.defects)
    return outcome if given.volume is None else replace(outcome, **_seen(given.volume, case, result, boxes))


def _seen(volume: Volume, case: Case, result: AnalysisResult, boxes: Sequence[Box]) -> dict[str, Any]:
    """What the baselines are shown, and which boxes were met; of single grey pictures only."""
    if volume.pixels.ndim != 3 or len(volume.pixels) != 1:
        return {}
    grey = volume.values(0)
    ran = result.state in COUNTED and (boxes or not case.is_positive)
    return {
        "glimpse": glimpse(-grey if volume.inverted else grey),
        "marks": marks_of(result.findings, boxes, volume) if ran else None,
    }


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
