"""One structured report per model run and reader: TID 1500, with a measurement group for each finding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain.finding import AnalysisResult, Judgement, Place, PlaceKind
from app.domain.study import Instance, Series
from app.domain.volume import Space
from app.export import codes
from app.export.dicom_object import (
    common_arguments,
    concept,
    device_uid,
    finish,
    line,
    paragraph,
    person_name,
    valid_uid,
)
from app.export.headers import analysed_series, header_of, stack_of
from app.export.regions import Drawn, draw_place
from app.export.segments import SegmentFile, place_of
from app.export.types import NOTICE, TOOL, ExportSet, StudyExport
from app.support.i18n import text

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
        report[0].ContentSequence.append(_comment(words))
    name = ("sr", document.title, document.study.reading.study_instance_uid)
    made = Comprehensive3DSR(
        evidence=[
            *(header_of(document.study, series, image) for image in stack),
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
        PersonObserverIdentifyingAttributes,
    )
    from pydicom.sr.codedict import codes as standard

    package = document.result.package
    name = line(package.name)
    reader = document.reader or text("export.unknown_reader")
    return ObservationContext(
        observer_person_context=ObserverContext(
            standard.DCM.Person, PersonObserverIdentifyingAttributes(name=person_name(reader))
        ),
        observer_device_context=ObserverContext(
            standard.DCM.Device,
            DeviceObserverIdentifyingAttributes(
                uid=device_uid(package), name=name, model_name=name, manufacturer_name=TOOL
            ),
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
    group = _placed(document, series, stack, judgement, shared)
    for words in _words_on(judgement):
        group[0].ContentSequence.append(_comment(words))
    return group


def _placed(
    document: Document,
    series: Series,
    stack: Sequence[Instance],
    judgement: Judgement,
    shared: dict[str, Any],
) -> Any:
    """The template that fits the place: a segment, lines on one or more images, a point, or none."""
    from highdicom.sr import (
        ImageRegion3D,
        MeasurementsAndQualitativeEvaluations,
        PlanarROIMeasurementsAndQualitativeEvaluations,
        SourceImageForMeasurementGroup,
        VolumetricROIMeasurementsAndQualitativeEvaluations,
    )

    place = place_of(judgement)
    segment = document.segments.get(judgement.finding.finding_id)
    if segment is not None:
        reference = _segment_reference(*segment)
        return VolumetricROIMeasurementsAndQualitativeEvaluations(referenced_segment=reference, **shared)
    drawn = draw_place(place, stack)
    if len(drawn) == 1:
        return PlanarROIMeasurementsAndQualitativeEvaluations(referenced_region=_region(drawn[0]), **shared)
    if drawn:
        regions = [_region(shape) for shape in drawn]
        return VolumetricROIMeasurementsAndQualitativeEvaluations(referenced_regions=regions, **shared)
    if _has_patient_point(place, series):
        point = ImageRegion3D("POINT", _as_array(place), series.frame_of_reference_uid)
        return PlanarROIMeasurementsAndQualitativeEvaluations(referenced_region=point, **shared)
    image = _image_of(place, stack or series.instances)
    source = SourceImageForMeasurementGroup(image.sop_class_uid, image.sop_instance_uid)
    return MeasurementsAndQualitativeEvaluations(source_images=[source], **shared)


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
    if result.not_for:
        said.append(text("export.sr.not_for", what="; ".join(result.not_for)))
    return said


def _comment(words: str) -> Any:
    from highdicom.sr import RelationshipTypeValues, TextContentItem

    return TextContentItem(
        name=concept(codes.COMMENT), value=paragraph(words), relationship_type=RelationshipTypeValues.CONTAINS
    )


def _region(drawn: Drawn) -> Any:
    from highdicom.sr import ImageRegion, SourceImageForRegion

    image = drawn.instance
    frames = [drawn.frame] if image.frames > 1 else None
    source = SourceImageForRegion(image.sop_class_uid, image.sop_instance_uid, frames)
    return ImageRegion("POINT" if drawn.is_point else "POLYLINE", drawn.points, source)


def _segment_reference(file: SegmentFile, number: int) -> Any:
    from highdicom.sr import ReferencedSegment, SourceImageForSegmentation
    from pydicom.uid import SegmentationStorage

    rows = (file.voxels == number).any(axis=(1, 2))
    sources = [
        SourceImageForSegmentation(image.sop_class_uid, image.sop_instance_uid)
        for image, has_voxels in zip(file.stack, rows, strict=True)
        if has_voxels
    ]
    return ReferencedSegment(SegmentationStorage, file.sop_instance_uid, number, source_images=sources)


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


def _has_patient_point(place: Place, series: Series) -> bool:
    is_inside = place.space is Space.PATIENT and place.center is not None
    return is_inside and place.kind is not PlaceKind.STUDY and bool(series.frame_of_reference_uid)


def _as_array(place: Place) -> Any:
    import numpy as np

    return np.asarray([place.center], dtype=np.float64)


def _image_of(place: Place, stack: Sequence[Instance]) -> Instance:
    named = place.frame.sop_instance_uid if place.frame else ""
    return next((image for image in stack if image.sop_instance_uid == named), stack[0])
