"""Which template of TID 1410, 1411 or 1501 a finding's place needs, and the references in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.domain.finding import Judgement, Place, PlaceKind
from app.domain.source_image import SourceImage
from app.domain.study import Series
from app.domain.volume import Space
from app.export.regions import Drawn, draw_place
from app.export.segments import SegmentFile, place_of
from app.export.stacks import instances_of


def measurement_group(
    judgement: Judgement,
    series: Series,
    stack: Sequence[SourceImage],
    segment: tuple[SegmentFile, int] | None,
    shared: dict[str, Any],
) -> Any:
    """The group of one finding: with a segment, lines on one or more images, a point, or none (Any: highdicom's).

    stack: the images that the place can be drawn on; empty where they lie nowhere. shared: what every group takes.
    """
    from highdicom.sr import (
        ImageRegion3D,
        MeasurementsAndQualitativeEvaluations,
        PlanarROIMeasurementsAndQualitativeEvaluations,
        SourceImageForMeasurementGroup,
        VolumetricROIMeasurementsAndQualitativeEvaluations,
    )

    place = place_of(judgement)
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
    image = _image_of(place, stack or [SourceImage.of(instance) for instance in series.instances])
    source = SourceImageForMeasurementGroup(
        image.sop_class_uid, image.sop_instance_uid, _frames(place, image)
    )
    return MeasurementsAndQualitativeEvaluations(source_images=[source], **shared)


def _region(drawn: Drawn) -> Any:
    from highdicom.sr import ImageRegion, SourceImageForRegion

    image = drawn.image
    source = SourceImageForRegion(image.sop_class_uid, image.sop_instance_uid, image.frame_numbers)
    return ImageRegion("POINT" if drawn.is_point else "POLYLINE", drawn.points, source)


def _segment_reference(file: SegmentFile, number: int) -> Any:
    from highdicom.sr import ReferencedSegment, SourceImageForSegmentation
    from pydicom.uid import SegmentationStorage

    rows = (file.voxels == number).any(axis=(1, 2))
    frames: dict[str, list[int]] = {}
    for image, has_voxels in zip(file.stack, rows, strict=True):
        if has_voxels:
            frames.setdefault(image.sop_instance_uid, []).extend(image.frame_numbers or ())
    sources = [
        SourceImageForSegmentation(
            one.sop_class_uid, one.sop_instance_uid, sorted(frames[one.sop_instance_uid]) or None
        )
        for one in instances_of(file.stack)
        if one.sop_instance_uid in frames
    ]
    return ReferencedSegment(SegmentationStorage, file.sop_instance_uid, number, source_images=sources)


def _has_patient_point(place: Place, series: Series) -> bool:
    is_inside = place.space is Space.PATIENT and place.center is not None
    return is_inside and place.kind is not PlaceKind.STUDY and bool(series.frame_of_reference_uid)


def _as_array(place: Place) -> Any:
    import numpy as np

    return np.asarray([place.center], dtype=np.float64)


def _image_of(place: Place, stack: Sequence[SourceImage]) -> SourceImage:
    named = place.frame.sop_instance_uid if place.frame else ""
    return next((image for image in stack if image.sop_instance_uid == named), stack[0])


def _frames(place: Place, image: SourceImage) -> list[int] | None:
    """The frame that a place names; where it names none, all of the image is meant."""
    named = place.frame is not None and place.frame.sop_instance_uid == image.sop_instance_uid
    return [place.frame.frame] if named and place.frame and image.frames > 1 else None
