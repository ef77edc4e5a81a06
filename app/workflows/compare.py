"""The result sets of a study, and two of them held against each other: models, versions, readers, earlier studies."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from app.analysis.map_files import MapArray, read_map
from app.domain.comparison import Comparison, ResultSet, SetKind, SetMark
from app.domain.errors import OverreadError
from app.domain.finding import AnalysisResult, Gate, Reading, Verdict
from app.findings.latest import latest_per_package
from app.findings.matching import GetMask, Mask, compare
from app.findings.order import margin
from app.findings.set_marks import mark_of
from app.settings.schema import Settings
from app.support.i18n import text
from app.workflows.compare_readers import readings_by_reader
from app.workflows.showing import reader_of, seen_with

if TYPE_CHECKING:
    from app.findings.chain import Entry
    from app.findings.journal import Journal

STANDING = (Verdict.ACCEPTED, Verdict.EDITED)


def sets_of_study(
    journal: Journal, settings: Settings, study_instance_uid: str, priors: Iterable[str] = ()
) -> tuple[ResultSet, ...]:
    """Every set that this reader may see now: one for each model version, reader, and earlier study with findings.

    Before the own first look is committed there is none: other readers' marks are withheld as AI's are. Raises
    JournalError.
    """
    entries = list(journal.entries(study_instance_uid))
    seen = _seen(entries, settings, study_instance_uid)
    if seen.gate is not Gate.OPEN:
        return ()
    found = [*_of_models(seen), *_of_readers(entries, study_instance_uid, seen)]
    for uid in priors:
        prior = _seen(list(journal.entries(uid)), settings, uid)
        marks = tuple(mark_of(prior, one.finding, one) for one in prior.judgements if one.verdict in STANDING)
        if marks and prior.gate is Gate.OPEN:
            title = text("compare.prior", uid=uid[-12:])
            found.append(ResultSet(f"prior:{uid}", SetKind.PRIOR, title, uid, marks))
    return tuple(found)


def compare_sets(
    sets: Iterable[ResultSet], left_id: str, right_id: str, results: Path, readings: Iterable[Reading]
) -> Comparison:
    """Match two of the sets. results: where maps are kept. Raises OverreadError for a set that is not among them."""
    known = {one.set_id: one for one in sets}
    for wanted in (left_id, right_id):
        if wanted not in known:
            raise OverreadError("error.compare.no_set", set=wanted, known=", ".join(known) or "-")
    return compare(known[left_id], known[right_id], masks_from(results, readings))


def masks_from(results: Path, readings: Iterable[Reading]) -> GetMask:
    """Masks of findings that are regions of a label map; a map that cannot be read leaves the box to speak."""
    runs = {result.result_id: result for reading in readings for result in reading.results}
    kept: dict[tuple[str, str], MapArray | None] = {}

    def get(mark: SetMark) -> Mask | None:
        place, run = mark.place, runs.get(mark.result_id)
        if run is None or not place.label_map:
            return None
        key = (mark.result_id, place.label_map)
        if key not in kept:
            kept[key] = _array(results, run, place.label_map)
        array = kept[key]
        return None if array is None else Mask(array.values == place.label, array.affine)

    return get


def _array(results: Path, run: AnalysisResult, key: str) -> MapArray | None:
    ref = next((one for one in run.maps if one.key == key and one.kind == "labels"), None)
    if ref is None:
        return None
    try:
        return read_map(results / run.result_id, ref.file)
    except OverreadError:
        return None


def _seen(entries: list[Entry], settings: Settings, uid: str) -> Reading:
    from app.findings.replay import replay

    return seen_with(settings, replay(entries, uid, reader_of(settings)))


def _of_models(reading: Reading) -> Iterable[ResultSet]:
    """The latest run of each version: versions are what is compared, so an older one is not left out."""
    versions: dict[tuple[str, str], list[AnalysisResult]] = {}
    for result in reading.results:
        versions.setdefault((result.package.name, result.package.version), []).append(result)
    for (name, version), every in versions.items():
        runs = reversed(latest_per_package(tuple(every)))
        marks = tuple(
            mark_of(reading, finding)
            for run in runs
            for finding in run.findings
            if finding.place.center is not None and (margin(finding) or 0.0) >= 0
        )
        title = f"{name} {version}"
        yield ResultSet(f"model:{name}@{version}", SetKind.MODEL, title, reading.study_instance_uid, marks)


def _of_readers(entries: list[Entry], uid: str, seen: Reading) -> Iterable[ResultSet]:
    """What each reader marked, accepted or edited, by that reader's own entries alone."""
    kept = {result.result_id for result in seen.results}
    for reader, reading in readings_by_reader(entries, uid).items():
        marks = tuple(
            mark_of(reading, one.finding, one)
            for one in reading.judgements
            if one.verdict in STANDING and (one.finding.is_readers or one.finding.result_id in kept)
        )
        if marks:
            yield ResultSet(f"reader:{reader}", SetKind.READER, reader, uid, marks)
