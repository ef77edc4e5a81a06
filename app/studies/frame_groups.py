"""Multi-frame files: where each frame lies, from the functional groups (PS3.3 C.7.6.16)."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING

from app.domain.calibration import pixel_size
from app.domain.errors import StudyUnreadableError
from app.domain.study import Instance, Pair, Triple
from app.studies.frames_apart import header_of
from app.studies.slow_headers import damage, first_item, read_dataset
from app.studies.stacking import FramePlace

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_STORAGE = "1.2.840.10008.5.1.4.1.1."
ENHANCED = frozenset(
    _STORAGE + end for end in ("2.1", "2.2", "4.1", "4.4", "130", "128.1", "12.1.1", "12.2.1", "13.1.3")
)


def frame_places(instance: Instance) -> list[FramePlace]:
    """One place per frame; frames without one are said to lie nowhere."""
    try:
        dataset = read_dataset(header_of(instance.path))
    except (StudyUnreadableError, OSError):
        return _nowhere(instance)
    if "PerFrameFunctionalGroupsSequence" not in dataset:
        return _nowhere(instance)
    shared = first_item(dataset, "SharedFunctionalGroupsSequence")
    groups = list(dataset.PerFrameFunctionalGroupsSequence or ())
    if len(groups) < instance.frames:
        return _nowhere(instance)
    return [
        _place(instance, number, (group, shared)) for number, group in enumerate(groups[: instance.frames], 1)
    ]


def enhanced_places(instance: Instance) -> list[FramePlace]:
    """The same for an enhanced object with a single frame; empty if it has no functional groups."""
    if instance.sop_class_uid not in ENHANCED or instance.position_lps_mm is not None:
        return []
    places = frame_places(instance)
    return places if places and places[0].position_lps_mm is not None else []


def _nowhere(instance: Instance) -> list[FramePlace]:
    return [
        FramePlace(instance, number, None, instance.orientation, instance.spacing_mm)
        for number in range(1, instance.frames + 1)
    ]


def _place(instance: Instance, number: int, groups: Iterable[Dataset | None]) -> FramePlace:
    groups = tuple(groups)
    position = _numbers(groups, "PlanePositionSequence", "ImagePositionPatient", 3)
    cosines = _numbers(groups, "PlaneOrientationSequence", "ImageOrientationPatient", 6)
    spacing = _numbers(groups, "PixelMeasuresSequence", "PixelSpacing", 2)
    placed: Triple | None = (position[0], position[1], position[2]) if position and cosines else None
    turned = (cosines[0], cosines[1], cosines[2], cosines[3], cosines[4], cosines[5]) if cosines else None
    sized: Pair | None = pixel_size(spacing or ()) or instance.spacing_mm
    return FramePlace(instance, number, placed, turned, sized, frame_marks(groups))


# Functional group, attribute in it, and the mark that it makes (PS3.3 C.7.6.16.2.2, C.8.13.5, C.8.15.3).
_MARKS = (
    ("FrameContentSequence", "StackID", "StackID"),
    ("FrameContentSequence", "TemporalPositionIndex", "TemporalPositionIdentifier"),
    ("FrameContentSequence", "FrameAcquisitionNumber", "AcquisitionNumber"),
    ("MREchoSequence", "EffectiveEchoTime", "EchoTime"),
    ("MRDiffusionSequence", "DiffusionBValue", "DiffusionBValue"),
    ("CardiacSynchronizationSequence", "NominalPercentageOfCardiacPhase", "CardiacPhase"),
    ("MRImageFrameTypeSequence", "FrameType", "ImageType"),
    ("CTImageFrameTypeSequence", "FrameType", "ImageType"),
)


def frame_marks(groups: tuple[Dataset | None, ...]) -> tuple[tuple[str, Hashable], ...]:
    """What tells a frame of an enhanced object from others of its place, as far as it is said."""
    marks: dict[str, Hashable] = {}
    for sequence, keyword, mark in _MARKS:
        said = _told(groups, sequence, keyword)
        if said is not None:
            marks[mark] = said
    return tuple(marks.items())


def _told(groups: tuple[Dataset | None, ...], sequence: str, keyword: str) -> Hashable | None:
    """A number, or words, of the frame's own group or else of the shared one."""
    for group in groups:
        item = None if group is None else first_item(group, sequence)
        try:
            value = None if item is None else item.get(keyword)
            if value is None or value == "":
                continue
            if keyword == "FrameType":
                return " ".join(str(part) for part in value[2:])
            return str(value) if isinstance(value, str) else float(value)
        except damage():
            continue
    return None


def _numbers(groups: Iterable[Dataset | None], sequence: str, keyword: str, count: int) -> tuple[float, ...]:
    """Values of the frame's own group, else of the shared one; empty if neither has them whole."""
    for group in groups:
        item = None if group is None else first_item(group, sequence)
        try:
            values = tuple(float(value) for value in (item.get(keyword) or ())) if item is not None else ()
        except damage():
            values = ()
        if len(values) == count:
            return values
    return ()
