"""The place of each frame of a segmentation or map, from the frames' own functional groups (PS3.3 C.7.6.16)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.calibration import pixel_size
from app.domain.errors import StudyUnreadableError
from app.domain.objects import Cosines, ImageReference, Notice, ObjectFrame, ObjectHead, RealWorldMapping
from app.domain.study import Pair, Triple
from app.studies.limits import FRAMES_IN_A_FILE
from app.studies.objects.fields import item_of, items_of, numbers_of, reference_in, whole_of
from app.studies.objects.mappings import mapping_in

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


def read_frames(head: ObjectHead, dataset: Dataset) -> tuple[ObjectFrame, ...]:
    """One for each frame of the file. Raises StudyUnreadableError if frames and their groups do not match."""
    count = max(whole_of(dataset, "NumberOfFrames", 1), 1)
    shared = item_of(dataset, "SharedFunctionalGroupsSequence")
    own = items_of(dataset, "PerFrameFunctionalGroupsSequence")
    if count > FRAMES_IN_A_FILE:
        raise StudyUnreadableError("error.study.too_many_frames", file=head.path.name, limit=FRAMES_IN_A_FILE)
    if own and len(own) != count:
        raise StudyUnreadableError(
            "error.objects.frames_differ", file=head.path.name, frames=count, groups=len(own)
        )
    groups: tuple[Dataset | None, ...] = own or (None,) * count
    return tuple(_frame(index, group, shared, dataset) for index, group in enumerate(groups))


def placing_notices(dataset: Dataset, frames: tuple[ObjectFrame, ...]) -> tuple[Notice, ...]:
    """Why frames cannot be drawn in the patient, if so."""
    if "TotalPixelMatrixRows" in dataset:
        return (Notice("objects.notice.on_a_slide"),)
    if any(frame.position_lps_mm is None for frame in frames):
        return (Notice("objects.notice.no_position"),)
    return ()


def _frame(index: int, own: Dataset | None, shared: Dataset | None, dataset: Dataset) -> ObjectFrame:
    position = _numbers("PlanePositionSequence", "ImagePositionPatient", own, shared)
    orientation = _numbers("PlaneOrientationSequence", "ImageOrientationPatient", own, shared)
    spacing = _numbers("PixelMeasuresSequence", "PixelSpacing", own, shared)
    segment = _group("SegmentIdentificationSequence", own, shared)
    mapping = _group("RealWorldValueMappingSequence", own, shared)
    return ObjectFrame(
        index=index,
        segment=whole_of(segment, "ReferencedSegmentNumber") if segment is not None else 0,
        position_lps_mm=_triple(position or numbers_of(dataset, "ImagePositionPatient")),
        orientation=_six(orientation or numbers_of(dataset, "ImageOrientationPatient")),
        spacing_mm=_pair(spacing or numbers_of(dataset, "PixelSpacing")),
        sources=_sources(own, shared),
        mapping=_mapping(mapping),
    )


def _mapping(item: Dataset | None) -> RealWorldMapping | None:
    return None if item is None else mapping_in(item)


def _group(keyword: str, own: Dataset | None, shared: Dataset | None) -> Dataset | None:
    for holder in (own, shared):
        item = None if holder is None else item_of(holder, keyword)
        if item is not None:
            return item
    return None


def _numbers(sequence: str, keyword: str, own: Dataset | None, shared: Dataset | None) -> tuple[float, ...]:
    item = _group(sequence, own, shared)
    return () if item is None else numbers_of(item, keyword)


def _sources(own: Dataset | None, shared: Dataset | None) -> tuple[ImageReference, ...]:
    """The images that a frame was made from (PS3.3 C.7.6.16.2.6)."""
    found: dict[ImageReference, None] = {}
    for holder in (own, shared):
        if holder is None:
            continue
        for derivation in items_of(holder, "DerivationImageSequence"):
            for item in items_of(derivation, "SourceImageSequence"):
                if (reference := reference_in(item)) is not None:
                    found[reference] = None
    return tuple(found)


def _triple(numbers: tuple[float, ...]) -> Triple | None:
    return (numbers[0], numbers[1], numbers[2]) if len(numbers) == 3 else None


def _pair(numbers: tuple[float, ...]) -> Pair | None:
    return pixel_size(numbers)


def _six(numbers: tuple[float, ...]) -> Cosines | None:
    """Two unit vectors at a right angle, or nothing."""
    if len(numbers) != 6:
        return None
    a, b, c, d, e, f = numbers
    is_unit = abs(a * a + b * b + c * c - 1) < 0.02 and abs(d * d + e * e + f * f - 1) < 0.02
    return (a, b, c, d, e, f) if is_unit and abs(a * d + b * e + c * f) < 0.02 else None


def slice_spacing_mm(dataset: Dataset) -> float | None:
    """What the file says of the distance between its planes, else how thick they are; only ever a hint."""
    shared = item_of(dataset, "SharedFunctionalGroupsSequence")
    measures = None if shared is None else item_of(shared, "PixelMeasuresSequence")
    for keyword in ("SpacingBetweenSlices", "SliceThickness"):
        found = () if measures is None else numbers_of(measures, keyword)
        if found and found[0] > 0:
            return found[0]
    return None
