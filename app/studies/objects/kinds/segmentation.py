"""SEG and label map SEG (PS3.3 A.51, C.8.20)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.domain.errors import StudyUnreadableError
from app.domain.objects import (
    Algorithm,
    Notice,
    ObjectFrame,
    ObjectHead,
    ObjectKind,
    Segment,
    SegmentationObject,
    SegmentationType,
)
from app.studies.objects.fields import code_of, codes_of, item_of, items_of, text_of, whole_of
from app.studies.objects.frames import placing_notices, read_frames, slice_spacing_mm
from app.studies.objects.head import algorithm_in
from app.studies.objects.mappings import color_of
from app.studies.objects.object_types import ObjectReader

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

BINARY_OR_FRACTIONAL = "1.2.840.10008.5.1.4.1.1.66.4"
LABEL_MAP = "1.2.840.10008.5.1.4.1.1.66.7"
MOST_SEGMENTS = 65_535


def read_segmentation(head: ObjectHead, dataset: Dataset) -> SegmentationObject:
    """Segments and the place of every frame; no pixels."""
    name = head.path.name
    segments = tuple(_segment(item) for item in items_of(dataset, "SegmentSequence"))
    if not segments:
        raise StudyUnreadableError("error.objects.no_segments", file=name)
    if len(segments) > MOST_SEGMENTS:
        raise StudyUnreadableError("error.objects.damaged", file=name)
    kind = _kind(text_of(dataset, "SegmentationType"), head.sop_class_uid, name)
    frames = read_frames(head, dataset)
    algorithms = tuple(dict.fromkeys(s.algorithm for s in segments if s.algorithm.name))
    maker = replace(head.maker, algorithms=(*head.maker.algorithms, *algorithms))
    notices = (*head.notices, *placing_notices(dataset, frames), *_unnamed(kind, segments, frames))
    return SegmentationObject(
        head=replace(
            head, maker=maker, title=text_of(dataset, "ContentDescription") or head.title, notices=notices
        ),
        segmentation_type=kind,
        fractional_type=text_of(dataset, "SegmentationFractionalType"),
        maximum_fraction=whole_of(dataset, "MaximumFractionalValue"),
        rows=whole_of(dataset, "Rows"),
        columns=whole_of(dataset, "Columns"),
        segments=segments,
        frames=frames,
        background=whole_of(dataset, "PixelPaddingValue"),
        slice_spacing_mm=slice_spacing_mm(dataset),
    )


def _kind(written: str, sop_class_uid: str, name: str) -> SegmentationType:
    if sop_class_uid == LABEL_MAP:
        return SegmentationType.LABELMAP
    try:
        return SegmentationType(written)
    except ValueError:
        raise StudyUnreadableError("error.objects.segmentation_type", file=name) from None


def _segment(item: Dataset) -> Segment:
    identified = algorithm_in(item_of(item, "SegmentationAlgorithmIdentificationSequence"))
    anatomy = item_of(item, "AnatomicRegionSequence")
    kind = item_of(item, "SegmentedPropertyTypeCodeSequence")
    algorithm = identified or Algorithm(text_of(item, "SegmentAlgorithmName"))
    return Segment(
        number=whole_of(item, "SegmentNumber"),
        label=text_of(item, "SegmentLabel"),
        description=text_of(item, "SegmentDescription"),
        category=code_of(item, "SegmentedPropertyCategoryCodeSequence"),
        property_type=code_of(item, "SegmentedPropertyTypeCodeSequence"),
        property_modifiers=()
        if kind is None
        else codes_of(kind, "SegmentedPropertyTypeModifierCodeSequence"),
        anatomy=code_of(item, "AnatomicRegionSequence"),
        anatomy_modifiers=() if anatomy is None else codes_of(anatomy, "AnatomicRegionModifierSequence"),
        algorithm=replace(algorithm, kind=text_of(item, "SegmentAlgorithmType")),
        color_rgb=color_of(item, "RecommendedDisplayCIELabValue"),
        tracking_id=text_of(item, "TrackingID"),
        tracking_uid=text_of(item, "TrackingUID"),
    )


def _unnamed(
    kind: SegmentationType, segments: tuple[Segment, ...], frames: tuple[ObjectFrame, ...]
) -> tuple[Notice, ...]:
    """Frames of a segment that is not described are left out, and said."""
    if kind is SegmentationType.LABELMAP or not any(frame.segment for frame in frames):
        return ()  # a label map, or tiles of a slide whose order names the segment
    known = {segment.number for segment in segments}
    lost = sum(frame.segment not in known for frame in frames)
    return (Notice("objects.notice.unknown_segments", (("frames", lost),)),) if lost else ()


READER = ObjectReader(
    ObjectKind.SEGMENTATION, frozenset({BINARY_OR_FRACTIONAL, LABEL_MAP}), read_segmentation
)
