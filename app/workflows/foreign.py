"""Objects of other makers: opened, described, and their AI results entered in the journal to be judged like our own.

An object is entered once, however often it is opened: its result has a name made from the object's own UID.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.analysis.map_files import MapArray
from app.analysis.result_files import save_result
from app.domain.errors import OverreadError, StudyUnreadableError
from app.domain.finding import AnalysisResult, RunState
from app.domain.objects import (
    ImageReference,
    ObjectKind,
    ParametricMap,
    Row,
    SegmentationObject,
)
from app.domain.presentation import PresentationState
from app.domain.reports import StructuredReport
from app.domain.study import Instance, Study
from app.findings.events import Event, ResultArrived
from app.studies.objects.describe import describe
from app.studies.objects.findings.draft import Draft, uid_from
from app.studies.objects.findings.ground import Ground
from app.studies.objects.findings.of_cad import draft_of as draft_of_cad
from app.studies.objects.findings.of_others import draft_of_map, draft_of_presentation
from app.studies.objects.findings.of_report import draft_of as draft_of_report
from app.studies.objects.findings.of_report import is_by_machine
from app.studies.objects.findings.of_segmentation import draft_of as draft_of_segmentation
from app.studies.objects.object_types import AnyObject
from app.studies.objects.read import is_object, kind_of, read_object
from app.workflows.foreign_result import check_belongs, result_of

if TYPE_CHECKING:
    from app.findings.chain import Entry
    from app.findings.journal import Journal

# Reports first: they name their segmentations, which bring score and region of a finding together.
_ORDER = (
    ObjectKind.REPORT,
    ObjectKind.SEGMENTATION,
    ObjectKind.PARAMETRIC_MAP,
    ObjectKind.PRESENTATION,
)


@dataclass(frozen=True, slots=True)
class OpenedObject:
    """An object for the reader: rows for a sheet, and whether it is a machine's result that can be taken over."""

    found: AnyObject
    rows: tuple[Row, ...]
    is_ai_result: bool


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one object. result is None where nothing new was in it; refusal says why it was not taken."""

    instance: Instance
    result: AnalysisResult | None = None
    refusal: OverreadError | None = None


def look_at(study: Study, path: Path) -> OpenedObject:
    """Read and describe one object of a study; of another patient's its rows say so first.

    Raises StudyUnreadableError, OSError.
    """
    found = read_object(path)
    rows = describe(found)
    try:
        check_belongs(found.head, study)
    except OverreadError as error:
        from app.support.i18n import explain

        return OpenedObject(found, (Row(0, explain(error), is_warning=True), *rows), is_ai_result=False)
    return OpenedObject(found, rows, is_ai_result(found))


def is_ai_result(found: AnyObject) -> bool:
    """Whether a machine's result is in it: by algorithm type, named algorithms, an observing device, or its class."""
    if isinstance(found, SegmentationObject):
        return any(segment.is_by_machine for segment in found.segments)
    if isinstance(found, StructuredReport):
        return found.cad is not None or (bool(found.groups) and is_by_machine(found))
    if isinstance(found, PresentationState):
        return bool(found.head.maker.algorithms)
    return isinstance(found, ParametricMap)


def import_object(
    journal: Journal,
    results: Path,
    study: Study,
    path: Path,
    *,
    reader: str = "",
    on_request: bool = False,
) -> AnalysisResult | None:
    """Enter an AI result in the journal; None if all of it was there before.

    on_request: the marks of a CAD report that are shown only when asked for. Raises StudyUnreadableError where the
    object is no AI result or belongs to another patient or study, GeometryRefusedError where it lies in another frame
    of reference or makes no grid, PixelsUnreadableError, JournalError, OSError.
    """
    found = read_object(path)
    check_belongs(found.head, study)
    if not is_ai_result(found):
        raise StudyUnreadableError("error.foreign.not_by_machine", file=path.name)
    draft = _draft(found, Ground(study), on_request=on_request)
    result = result_of(found.head, study, draft, _result_id(found, on_request=on_request))
    return _enter(journal, results, result, draft, reader)


def import_all(journal: Journal, results: Path, study: Study, *, reader: str = "") -> tuple[Imported, ...]:
    """Every AI result among the objects of a study; what is none is passed by, what is refused says why."""
    return tuple(_import_each(journal, results, study, reader))


def _import_each(journal: Journal, results: Path, study: Study, reader: str) -> Iterator[Imported]:
    ordered = sorted(objects_of(study), key=lambda instance: _rank(instance.sop_class_uid))
    for instance in ordered:
        if kind_of(instance.sop_class_uid) not in _ORDER:
            continue
        try:
            if not is_ai_result(read_object(instance.path)):
                continue
            made = import_object(journal, results, study, instance.path, reader=reader)
            yield Imported(instance, made)
        except OverreadError as error:
            yield Imported(instance, refusal=error)


def objects_of(study: Study) -> tuple[Instance, ...]:
    """Instances that are no pictures, in the order of the study."""
    return tuple(
        instance
        for series in study.series
        for instance in series.instances
        if is_object(instance.sop_class_uid, instance.frames)
    )


def _rank(sop_class_uid: str) -> int:
    kind = kind_of(sop_class_uid)
    return _ORDER.index(kind) if kind in _ORDER else len(_ORDER)


def _draft(found: AnyObject, ground: Ground, *, on_request: bool) -> Draft:
    if isinstance(found, SegmentationObject):
        return draft_of_segmentation(found, ground)
    if isinstance(found, StructuredReport) and found.cad is not None:
        return draft_of_cad(found, ground, on_request=on_request)
    if isinstance(found, StructuredReport):
        return draft_of_report(found, ground, lambda reference: _segmentation(reference, ground))
    if isinstance(found, PresentationState):
        return draft_of_presentation(found, ground)
    assert isinstance(found, ParametricMap)
    return draft_of_map(found, ground)


def _segmentation(reference: ImageReference, ground: Ground) -> SegmentationObject | None:
    """A SEG that a report names, if the study has it; its patient must be the study's as well."""
    path = ground.files.get(reference.sop_instance_uid)
    if path is None:
        return None
    found = read_object(path)
    check_belongs(found.head, ground.study)
    return found if isinstance(found, SegmentationObject) else None


def _result_id(found: AnyObject, *, on_request: bool) -> str:
    return uid_from("foreign", found.head.sop_instance_uid, "on request" if on_request else "shown")


def _enter(
    journal: Journal, results: Path, result: AnalysisResult, draft: Draft, reader: str
) -> AnalysisResult | None:
    """Maps first, then the journal; findings that another result brought before are not brought again."""
    entries = journal.entries(result.study_instance_uid)
    fresh = _without_known(result, list(entries))
    if fresh is None:
        return None
    folder = results / fresh.result_id
    if not folder.exists():
        arrays = {one.key: MapArray(one.values, one.affine) for one in draft.arrays}
        save_result(folder, fresh, arrays)

    def decide(now: list[Entry]) -> Event | None:
        still = _without_known(result, now)
        return None if still is None else ResultArrived(still, reader)

    entry = journal.append_if(decide, result.study_instance_uid)
    return None if entry is None else fresh


def _without_known(result: AnalysisResult, entries: list[Entry]) -> AnalysisResult | None:
    """None if the result, or every finding of it, is in the journal."""
    from dataclasses import replace

    from app.findings.replay import replay

    reading = replay(entries, result.study_instance_uid)
    if any(one.result_id == result.result_id for one in reading.results):
        return None
    known = {judgement.finding.finding_id for judgement in reading.judgements}
    left = tuple(finding for finding in result.findings if finding.finding_id not in known)
    says_more = result.state is not RunState.IMPORTED or (not result.findings and result.maps)
    return replace(result, findings=left) if left or (says_more and not result.findings) else None
