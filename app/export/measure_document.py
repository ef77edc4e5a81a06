"""A reader's measurements as one structured report (TID 1500): each a group with its lines on its image."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from app.domain.codes import Code
from app.domain.measure_codes import CONCEPTS, PRIVATE_SCHEME, TOOL_USED
from app.domain.measurement import Measurement
from app.domain.study import Instance, Series
from app.export import codes
from app.export.dicom_object import concept, finish, line, own_arguments, valid_uid
from app.export.measure_graphics import graphic_of, parts_of
from app.export.sr_object import assemble, evidence_of
from app.export.sr_parts import comment, person_observer
from app.export.types import NOTICE, ExportSet, StudyExport
from app.export.words import file_text

if TYPE_CHECKING:
    from pydicom import Dataset

SERIES_NUMBER = 9300
ATTENUATION = Code("112031", "DCM", "Attenuation Coefficient")


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """What one report is made of: measurements of one reader on images of one series."""

    export_set: ExportSet
    study: StudyExport
    series: Series
    measurements: tuple[Measurement, ...]
    number: int


def build(page: Page) -> Dataset:
    """The report. The caller makes sure that every measured image is known."""
    from highdicom.sr import MeasurementReport, ObservationContext

    images = [image_of(page.series, one) for one in page.measurements]
    report = MeasurementReport(
        observation_context=ObservationContext(person_observer(page.measurements[0].reader)),
        procedure_reported=concept(codes.procedure_of(page.series.modality)),
        imaging_measurements=[
            _group(one, image) for one, image in zip(page.measurements, images, strict=True)
        ],
    )
    report[0].ContentSequence.append(comment(file_text("export.measure.notice", notice=NOTICE)))
    name = ("measurements", page.study.reading.study_instance_uid)
    unique = {image.sop_instance_uid: image for image in images}
    made = assemble(
        report,
        evidence_of(page.study, page.series, list(unique.values())),
        series_instance_uid=page.export_set.new_uid(*name),
        series_number=SERIES_NUMBER,
        sop_instance_uid=page.export_set.new_uid(*name, page.number),
        instance_number=page.number,
        **own_arguments(page.export_set, "Measurements"),
    )
    finish(made, page.export_set)
    return made


def image_of(series: Series, measurement: Measurement) -> Instance:
    """The image that was measured. Raises StopIteration if the series has no such image."""
    wanted = measurement.frame.sop_instance_uid
    return next(image for image in series.instances if image.sop_instance_uid == wanted)


def _group(measurement: Measurement, image: Instance) -> Any:
    """A region of the image with what was measured in it, or numbers that name the points they come from."""
    from highdicom.sr import (
        MeasurementsAndQualitativeEvaluations,
        PlanarROIMeasurementsAndQualitativeEvaluations,
        QualitativeEvaluation,
        SourceImageForMeasurementGroup,
        SourceImageForRegion,
        TrackingIdentifier,
    )

    tool = file_text(f"action.tool.{measurement.tool}")
    frames = [measurement.frame.frame] if image.frames > 1 else None
    kind, points = graphic_of(measurement)
    used = Code(measurement.tool, PRIVATE_SCHEME, tool)
    shared: dict[str, Any] = {
        "qualitative_evaluations": [QualitativeEvaluation(concept(TOOL_USED), concept(used))],
        "tracking_identifier": TrackingIdentifier(
            uid=valid_uid(measurement.measurement_id), identifier=line(measurement.label or tool, 255)
        ),
    }
    source = SourceImageForRegion(image.sop_class_uid, image.sop_instance_uid, frames)
    if measurement.graphic in {"POLYGON", "ELLIPSE", "CIRCLE", "POINT"} or not measurement.quantities:
        region = _region(measurement, kind, points, source)
        group: Any = PlanarROIMeasurementsAndQualitativeEvaluations(
            referenced_region=region, measurements=_numbers(measurement, ()), **shared
        )
    else:
        lines = [_line(measurement, kind, part, source) for part in parts_of(measurement, points)]
        whole = SourceImageForMeasurementGroup(image.sop_class_uid, image.sop_instance_uid, frames)
        group = MeasurementsAndQualitativeEvaluations(
            source_images=[whole], measurements=_numbers(measurement, lines), **shared
        )
    for words in _words_on(measurement, tool):
        group[0].ContentSequence.append(comment(words))
    return group


def _region(measurement: Measurement, kind: str, points: NDArray[np.float64], source: Any) -> Any:
    """On its image, or in the patient."""
    from highdicom.sr import ImageRegion, ImageRegion3D

    if measurement.on_plane:
        return ImageRegion3D(kind, points, measurement.frame_of_reference_uid)
    return ImageRegion(kind, points, source)


def _line(measurement: Measurement, kind: str, points: NDArray[np.float64], source: Any) -> Any:
    from highdicom.sr import CoordinatesForMeasurement, CoordinatesForMeasurement3D

    if measurement.on_plane:
        return CoordinatesForMeasurement3D(kind, points, measurement.frame_of_reference_uid)
    return CoordinatesForMeasurement(kind, points, source)


def _numbers(measurement: Measurement, lines: Sequence[Any]) -> list[Any]:
    """Every coded number; the two diameters each name the line of their own length."""
    from highdicom.sr import Measurement as Number

    made = []
    for one in measurement.quantities:
        is_hu = one.key == "value" and one.unit.value == "[hnsf'U]"
        name = ATTENUATION if is_hu else one.concept or CONCEPTS.get(one.key)
        if name is None or not math.isfinite(one.value):
            continue
        own = _lines_of(measurement, one.key, lines)
        value = float(f"{one.value:.7g}")
        made.append(
            Number(
                name=concept(name), value=value, unit=concept(one.unit), referenced_coordinates=own or None
            )
        )
    return made


def _lines_of(measurement: Measurement, key: str, lines: Sequence[Any]) -> list[Any]:
    """The lines that a number was read from; a volume comes from none of them."""
    if key in {"heart_width", "thorax_width"}:
        return [lines[0 if key == "heart_width" else 1]]
    if measurement.tool != "bidirectional":
        return list(lines)
    if key not in {"long_axis", "short_axis"}:
        return []
    points = np.asarray(measurement.points, dtype=np.float64)
    lengths = [float(np.linalg.norm(points[n + 1] - points[n])) for n in (0, 2)]
    longer = 0 if lengths[0] >= lengths[1] else 1
    return [lines[longer if key == "long_axis" else 1 - longer]]


def _words_on(measurement: Measurement, tool: str) -> Iterable[str]:
    yield file_text("export.measure.tool", tool=tool)
    if measurement.calibration:
        yield file_text("export.measure.calibration", note=measurement.calibration)
