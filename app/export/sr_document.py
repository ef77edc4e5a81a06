"""One structured report per model run and reader: TID 1500, with a measurement group for each finding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain.finding import AnalysisResult, Judgement
from app.domain.outcome import outcome_of
from app.domain.source_image import SourceImage
from app.domain.study import Instance, Series
from app.export import codes
from app.export.dicom_object import (
    common_arguments,
    concept,
    device_uid,
    finish,
    line,
    own_arguments,
    valid_uid,
)
from app.export.headers import analysed_series
from app.export.own import is_own
from app.export.segments import SegmentFile, place_of
from app.export.sr_object import assemble, evidence_of
from app.export.sr_parts import comment, person_observer
from app.export.sr_places import measurement_group
from app.export.stacks import series_showing, stack_of
from app.export.types import ExportSet, StudyExport
from app.export.words import file_package_words, file_reason, file_text, notice_words

if TYPE_CHECKING:
    from pydicom import Dataset

SERIES_NUMBER = 9200


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """What one report is made of. segments: finding id -> (its SEG object, segment number).

    Without judgements it is the model's word alone: no person stands behind it.
    """

    export_set: ExportSet
    study: StudyExport
    result: AnalysisResult
    judgements: tuple[Judgement, ...]
    reader: str
    title: str
    number: int
    segments: Mapping[str, tuple[SegmentFile, int]]
    more: tuple[str, ...] = ()  # sentences at the end, of whoever ordered the report

    @property
    def series(self) -> Series | None:
        """The analysed series, if the study is known."""
        return next(iter(analysed_series(self.study.study, self.result)), None)


def build(document: Document) -> Dataset:
    """The report. The caller makes sure that the series is known and has images."""
    content, evidence, arguments = parts(document)
    made = assemble(content, evidence, **arguments)
    finish(made, document.export_set)
    return made


def parts(document: Document) -> tuple[Any, list[Dataset], dict[str, Any]]:
    """(content, evidence, other arguments) of the report, as highdicom's class takes them (Any: its types)."""
    from highdicom.sr import MeasurementReport

    series = document.series
    assert series is not None
    lying = [_lies_on(document, judgement) for judgement in document.judgements]
    report = MeasurementReport(
        observation_context=_observers(document),
        procedure_reported=concept(codes.procedure_of(series.modality)),
        imaging_measurements=[
            _group(document, on, stack, judgement)
            for (on, stack), judgement in zip(lying, document.judgements, strict=True)
        ]
        or [_nothing_found(document)],
    )
    for words in (*_statements(document), *document.more):
        report[0].ContentSequence.append(comment(words))
    looked_at = [(one, ()) for one in analysed_series(document.study.study, document.result)]
    evidence = _evidence(document, lying or looked_at)
    name = ("sr", document.title, document.study.reading.study_instance_uid)
    shared = (
        own_arguments(document.export_set, document.title)
        if is_own(document.result)
        else common_arguments(document.export_set, document.result, document.title)
    )
    return (
        report,
        [*evidence, *_segment_headers(document)],
        shared
        | {
            "series_instance_uid": document.export_set.new_uid(*name),
            "series_number": SERIES_NUMBER,
            "sop_instance_uid": document.export_set.new_uid(*name, document.number),
            "instance_number": document.number,
        },
    )


Lying = tuple[Series, tuple[SourceImage, ...]]


def _lies_on(document: Document, judgement: Judgement) -> Lying:
    """The series that shows a finding, and the images of it that it can be drawn on."""
    place, listed = place_of(judgement), analysed_series(document.study.study, document.result)
    series = series_showing(document.study, listed, document.result, place)
    assert series is not None
    return series, stack_of(document.study, series, document.result, place)


def _evidence(document: Document, lying: Sequence[Lying]) -> list[Dataset]:
    """The images that any finding lies on; all of a series where one lies on none that is told."""
    found: list[Dataset] = []
    for series in {on.series_instance_uid: on for on, _ in lying}.values():
        stacks = [stack for on, stack in lying if on is series]
        used: list[Instance | SourceImage] = [image for stack in stacks for image in stack]
        whole = used if used and all(stacks) else [*used, *series.instances]
        found += evidence_of(document.study, series, whole)
    return found


def _observers(document: Document) -> Any:  # Any: a template of highdicom
    from highdicom.sr import (
        DeviceObserverIdentifyingAttributes,
        ObservationContext,
        ObserverContext,
    )
    from pydicom.sr.codedict import codes as standard

    if is_own(document.result):
        return ObservationContext(observer_person_context=person_observer(document.reader))
    package = document.result.package
    name = line(package.name)
    return ObservationContext(
        observer_person_context=person_observer(document.reader) if document.judgements else None,
        observer_device_context=ObserverContext(
            standard.DCM.Device,
            DeviceObserverIdentifyingAttributes(uid=device_uid(package), name=name, model_name=name),
        ),
    )


def _group(document: Document, series: Series, stack: Sequence[SourceImage], judgement: Judgement) -> Any:
    """One measurement group (Any: one of three templates of highdicom), with the reader's words as a comment."""
    from highdicom.sr import AlgorithmIdentification, FindingSite, TrackingIdentifier

    finding, package = judgement.finding, document.result.package
    own = is_own(document.result)
    site, side = codes.site_code(finding), codes.side_code(finding)
    shared: dict[str, Any] = {
        "tracking_identifier": TrackingIdentifier(
            uid=valid_uid(finding.finding_id), identifier=line(judgement.shown_label, 255)
        ),
        "finding_type": concept(codes.finding_code(judgement)),
        "finding_category": concept(codes.FINDING),
        "algorithm_id": None
        if own
        else AlgorithmIdentification(
            line(package.name), line(package.version), [f"sha256 {line(package.sha256)}"]
        ),
        "measurements": _measurements(judgement),
        "qualitative_evaluations": _evaluations(judgement),
    }
    if site:
        shared["finding_sites"] = [FindingSite(concept(site), laterality=concept(side) if side else None)]
    segment = document.segments.get(finding.finding_id)
    group = measurement_group(judgement, series, stack, segment, shared)
    for words in _words_on(judgement):
        group[0].ContentSequence.append(comment(words))
    return group


def _nothing_found(document: Document) -> Any:
    """The group of a study in which a model found nothing (Any: a template of highdicom): TID 1501 wants one."""
    import math

    from highdicom.sr import (
        Measurement,
        MeasurementsAndQualitativeEvaluations,
        QualitativeEvaluation,
        TrackingIdentifier,
    )

    from app.domain.codes import NO_UNITS

    result = document.result
    score = result.study_score
    told = score is not None and math.isfinite(score)
    return MeasurementsAndQualitativeEvaluations(
        tracking_identifier=TrackingIdentifier(
            uid=document.export_set.new_uid("nothing", result.result_id), identifier=line(result.package.name)
        ),
        finding_type=concept(codes.TARGET),
        measurements=[
            Measurement(name=concept(codes.SCORE), value=float(f"{score:.7g}"), unit=concept(NO_UNITS))
        ]
        if told
        else None,
        qualitative_evaluations=[QualitativeEvaluation(concept(codes.TARGET), concept(codes.ABSENT))],
    )


def _measurements(judgement: Judgement) -> list[Any]:
    """Score, threshold and quantities (Any: highdicom's Measurement)."""
    import math

    from highdicom.sr import Measurement

    from app.domain.codes import NO_UNITS

    finding = judgement.finding
    numbers = [(codes.SCORE, finding.score, NO_UNITS), (codes.THRESHOLD, finding.threshold, NO_UNITS)]
    numbers += [(codes.quantity_code(q), q.value, q.unit) for q in judgement.shown_quantities]
    return [
        Measurement(name=concept(name), value=float(f"{value:.7g}"), unit=concept(unit))
        for name, value, unit in numbers
        if value is not None and math.isfinite(value)
    ]


def _evaluations(judgement: Judgement) -> list[Any]:
    from highdicom.sr import QualitativeEvaluation

    said = [(codes.ASSESSMENT, codes.assessment_code(judgement))]
    if judgement.finding.is_readers:
        said = [(codes.AI_RESULT, codes.AI_ABSENT)]
    if judgement.reason is not None:
        said.append((codes.REJECT_REASON, codes.reason_code(judgement.reason)))
    return [QualitativeEvaluation(concept(name), concept(value)) for name, value in said]


def _words_on(judgement: Judgement) -> list[str]:
    """What codes cannot say of a finding: the reader's own words, and what the model had said."""
    words = []
    if judgement.label and judgement.label != judgement.finding.label:
        words.append(file_text("export.sr.renamed", now=judgement.label, model=judgement.finding.label))
    if judgement.place is not None:
        words.append(file_text("export.sr.moved"))
    return words


def _statements(document: Document) -> list[str]:
    """The plain sentences at the end of every report."""
    result = document.result
    if is_own(result):
        return [file_text("export.sr.own", notice=notice_words())]
    score = "-" if result.study_score is None else f"{result.study_score:.3f}"
    said = [
        file_text("export.sr.notice", notice=notice_words()),
        file_text(
            "export.sr.run",
            name=result.package.name,
            version=result.package.version,
            state=file_text(f"state.{outcome_of(result)}"),
            score=score,
            provider=result.provider or "-",
            seconds=f"{result.seconds:.1f}",
        ),
    ]
    if result.state_reason_key:
        said.append(file_reason(result.state_reason_key, result.state_reason_facts))
    if result.not_for:
        said.append(file_text("export.sr.not_for", what="; ".join(map(file_package_words, result.not_for))))
    return said


def _segment_headers(document: Document) -> list[Dataset]:
    """Stand-ins for the SEG objects of the same export, as evidence."""
    from pydicom import Dataset
    from pydicom.uid import SegmentationStorage

    headers = []
    for file in {id(file): file for file, _ in document.segments.values()}.values():
        header = Dataset()
        header.StudyInstanceUID = document.study.reading.study_instance_uid
        header.SeriesInstanceUID = seg_series_uid(document.export_set, document.study)
        header.SOPClassUID, header.SOPInstanceUID = SegmentationStorage, file.sop_instance_uid
        headers.append(header)
    return headers


def seg_series_uid(export_set: ExportSet, study: StudyExport) -> str:
    """The series that all SEG objects of a study's export lie in."""
    return export_set.new_uid("seg-series", study.reading.study_instance_uid)
