"""A reader's measurements as one structured report (TID 1500): each a group with its lines on its image."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from app.domain.codes import Code
from app.domain.measurement import Measurement
from app.domain.study import Instance, Series
from app.export import codes
from app.export.dicom_object import concept, finish, line, own_arguments, valid_uid
from app.export.headers import header_of
from app.export.sr_parts import comment, person_observer
from app.export.types import NOTICE, ExportSet, StudyExport
from app.support.i18n import text

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
    from highdicom.sr import Comprehensive3DSR, MeasurementReport, ObservationContext

    images = [image_of(page.series, one) for one in page.measurements]
    report = MeasurementReport(
        observation_context=ObservationContext(person_observer(page.measurements[0].reader)),
        procedure_reported=concept(codes.procedure_of(page.series.modality)),
        imaging_measurements=[
            _group(one, image) for one, image in zip(page.measurements, images, strict=True)
        ],
    )
    report[0].ContentSequence.append(comment(text("export.measure.notice", notice=NOTICE)))
    name = ("measurements", page.study.reading.study_instance_uid)
    unique = {image.sop_instance_uid: image for image in images}
    made = Comprehensive3DSR(
        evidence=[header_of(page.study, page.series, image) for image in unique.values()],
        content=report,
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


def graphic_of(measurement: Measurement) -> tuple[str, NDArray[np.float64]]:
    """Graphic type and (column, row) from the corner of the first pixel (PS3.3 C.18.6.1.2).

    A polygon is a polyline that comes back to its first point; an ellipse has the ends of its longer axis first, a
    circle its middle and a point on it.
    """
    points = np.asarray(measurement.row_column, dtype=np.float64)[:, ::-1] + 0.5
    if measurement.graphic == "ELLIPSE":
        return "ELLIPSE", _axes(points)
    if measurement.tool == "rectangle":
        (x0, y0), (x1, y1) = points[:2]
        return "POLYLINE", np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)])
    if measurement.graphic == "POLYGON":
        return "POLYLINE", np.vstack([points, points[:1]])
    return measurement.graphic, points[:1] if measurement.graphic == "POINT" else points


def _axes(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    (x0, y0), (x1, y1) = corners.min(axis=0), corners.max(axis=0)
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    across, upright = [(x0, y), (x1, y)], [(x, y0), (x, y1)]
    return np.array([*across, *upright] if x1 - x0 >= y1 - y0 else [*upright, *across])


def _group(measurement: Measurement, image: Instance) -> Any:
    """A region of the image with what was measured in it, or numbers that name the points they come from."""
    from highdicom.sr import (
        CoordinatesForMeasurement,
        ImageRegion,
        MeasurementsAndQualitativeEvaluations,
        PlanarROIMeasurementsAndQualitativeEvaluations,
        SourceImageForMeasurementGroup,
        SourceImageForRegion,
        TrackingIdentifier,
    )

    tool = text(f"action.tool.{measurement.tool}")
    frames = [measurement.frame.frame] if image.frames > 1 else None
    kind, points = graphic_of(measurement)
    shared: dict[str, Any] = {
        "tracking_identifier": TrackingIdentifier(
            uid=valid_uid(measurement.measurement_id), identifier=line(measurement.label or tool, 255)
        )
    }
    source = SourceImageForRegion(image.sop_class_uid, image.sop_instance_uid, frames)
    if measurement.graphic in {"POLYGON", "ELLIPSE", "CIRCLE", "POINT"} or not measurement.quantities:
        region = ImageRegion(kind, points, source)
        group: Any = PlanarROIMeasurementsAndQualitativeEvaluations(
            referenced_region=region, measurements=_numbers(measurement, ()), **shared
        )
    else:
        lines = [CoordinatesForMeasurement(kind, part, source) for part in _parts(measurement, points)]
        whole = SourceImageForMeasurementGroup(image.sop_class_uid, image.sop_instance_uid, frames)
        group = MeasurementsAndQualitativeEvaluations(
            source_images=[whole], measurements=_numbers(measurement, lines), **shared
        )
    for words in _words_on(measurement, tool):
        group[0].ContentSequence.append(comment(words))
    return group


def _parts(measurement: Measurement, points: NDArray[np.float64]) -> Sequence[NDArray[np.float64]]:
    """Two lines of two points where the tool draws two; they need not meet."""
    return (points[:2], points[2:4]) if measurement.tool in {"bidirectional", "cobb"} else (points,)


def _numbers(measurement: Measurement, lines: Sequence[Any]) -> list[Any]:
    """Every coded number; the two diameters each name the line of their own length."""
    from highdicom.sr import Measurement as Number

    made = []
    for one in measurement.quantities:
        name = one.concept or (ATTENUATION if one.unit.value == "[hnsf'U]" else None)
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
    if measurement.tool != "bidirectional":
        return list(lines)
    points = np.asarray(measurement.points, dtype=np.float64)
    lengths = [float(np.linalg.norm(points[n + 1] - points[n])) for n in (0, 2)]
    longer = 0 if lengths[0] >= lengths[1] else 1
    return [lines[longer if key == "long_axis" else 1 - longer]]


def _words_on(measurement: Measurement, tool: str) -> Iterable[str]:
    yield text("export.measure.tool", tool=tool)
    if measurement.calibration:
        yield text("export.measure.calibration", note=measurement.calibration)
