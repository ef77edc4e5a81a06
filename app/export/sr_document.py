"""One structured report per model run and reader: TID 1500, with a measurement group for each finding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain.finding import AnalysisResult, Judgement
from app.domain.study import Instance, Series
from app.export import codes
from app.export.dicom_object import (
    common_arguments,
    concept,
    device_uid,
    finish,
    line,
    valid_uid,
)
from app.export.headers import analysed_series, header_of, stack_of
from app.export.segments import SegmentFile
from app.export.sr_parts import comment, person_observer
from app.export.sr_places import measurement_group
from app.export.types import NOTICE, ExportSet, StudyExport
from app.support.i18n import text, text_with

if TYPE_CHECKING:
    from pydicom import Dataset

SERIES_NUMBER = 9200


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """What one report is made of. segments: finding id -> (its SEG object, segment number)."""

    export_set: ExportSet
    study: StudyExport
    result: AnalysisResult
    judgements: tuple[Judgement, ...]
    reader: str
    title: str
    number: int
    segments: Mapping[str, tuple[SegmentFile, int]]

    @property
    def series(self) -> Series | None:
        """The analysed series, if the study is known."""
        return next(iter(analysed_series(self.study.study, self.result)), None)


def build(document: Document) -> Dataset:
    """The report. The caller makes sure that the series is known and has images."""
    from highdicom.sr import Comprehensive3DSR, MeasurementReport

    series = document.series
    assert series is not None
    stack = stack_of(series, document.result)
    images = stack or series.instances
    report = MeasurementReport(
        observation_context=_observers(document),
        procedure_reported=concept(codes.procedure_of(series.modality)),
        imaging_measurements=[
            _group(document, series, stack, judgement) for judgement in document.judgements
        ],
    )
    for words in _statements(document):
        report[0].ContentSequence.append(comment(words))
    name = ("sr", document.title, document.study.reading.study_instance_uid)
    made = Comprehensive3DSR(
        evidence=[
            *(header_of(document.study, series, image) for image in images),
            *_segment_headers(document),
        ],
        content=report,
        series_instance_uid=document.export_set.new_uid(*name),
        series_number=SERIES_NUMBER,
        sop_instance_uid=document.export_set.new_uid(*name, document.number),
        instance_number=document.number,
        **common_arguments(document.export_set, document.result, document.title),
    )
    finish(made, document.export_set)
    return made


def _observers(document: Document) -> Any:  # Any: a template of highdicom
    from highdicom.sr import (
        DeviceObserverIdentifyingAttributes,
        ObservationContext,
        ObserverContext,
    )
    from pydicom.sr.codedict import codes as standard

    package = document.result.package
    name = line(package.name)
    return ObservationContext(
        observer_person_context=person_observer(document.reader),
        observer_device_context=ObserverContext(
            standard.DCM.Device,
            DeviceObserverIdentifyingAttributes(uid=device_uid(package), name=name, model_name=name),
        ),
    )


def _group(document: Document, series: Series, stack: Sequence[Instance], judgement: Judgement) -> Any:
    """One measurement group (Any: one of three templates of highdicom), with the reader's words as a comment."""
    from highdicom.sr import AlgorithmIdentification, FindingSite, TrackingIdentifier

    finding, package = judgement.finding, document.result.package
    site, side = codes.site_code(finding), codes.side_code(finding)
    shared: dict[str, Any] = {
        "tracking_identifier": TrackingIdentifier(
            uid=valid_uid(finding.finding_id), identifier=line(judgement.shown_label, 255)
        ),
        "finding_type": concept(codes.finding_code(judgement)),
        "finding_category": concept(codes.FINDING),
        "algorithm_id": AlgorithmIdentification(
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


def _measurements(judgement: Judgement) -> list[Any]:
    """Score, threshold and quantities (Any: highdicom's Measurement)."""
    import math

    from highdicom.sr import Measurement

    from app.domain.codes import NO_UNITS

    finding = judgement.finding
    numbers = [(codes.SCORE, finding.score, NO_UNITS), (codes.THRESHOLD, finding.threshold, NO_UNITS)]
    numbers += [(codes.quantity_code(q), q.value, q.unit) for q in finding.quantities]
    return [
        Measurement(name=concept(name), value=float(f"{value:.7g}"), unit=concept(unit))
        for name, value, unit in numbers
        if value is not None and math.isfinite(value)
    ]


def _evaluations(judgement: Judgement) -> list[Any]:
    from highdicom.sr import QualitativeEvaluation

    said = [(codes.ASSESSMENT, codes.assessment_code(judgement))]
    if judgement.reason is not None:
        said.append((codes.REJECT_REASON, codes.reason_code(judgement.reason)))
    return [QualitativeEvaluation(concept(name), concept(value)) for name, value in said]


def _words_on(judgement: Judgement) -> list[str]:
    """What codes cannot say of a finding: the reader's own words, and what the model had said."""
    words = []
    if judgement.label and judgement.label != judgement.finding.label:
        words.append(text("export.sr.renamed", now=judgement.label, model=judgement.finding.label))
    if judgement.place is not None:
        words.append(text("export.sr.moved"))
    return words


def _statements(document: Document) -> list[str]:
    """The plain sentences at the end of every report."""
    result = document.result
    score = "-" if result.study_score is None else f"{result.study_score:.3f}"
    said = [
        text("export.sr.notice", notice=NOTICE),
        text(
            "export.sr.run",
            name=result.package.name,
            version=result.package.version,
            state=text(f"state.{result.state.value}"),
            score=score,
            provider=result.provider or "-",
            seconds=f"{result.seconds:.1f}",
        ),
    ]
    if result.state_reason_key:
        said.append(text_with(result.state_reason_key, dict(result.state_reason_facts)))
    if result.not_for:
        said.append(text("export.sr.not_for", what="; ".join(result.not_for)))
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
