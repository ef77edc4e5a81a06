"""Frames as sources of derived objects: each goes in as a single image, and comes out under its true name.

The library takes either images of one frame or a single file of many, and tells frames of such a file apart by their
place alone, which two phases share. So every frame of a larger file gets a stand-in with its own place, and in the
finished object all references to it are replaced by those to its file and frame number (PS3.3 10.3). Of the file's
functional groups nothing else is taken.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from app.domain.source_image import SourceImage
from app.domain.study import Series
from app.export.headers import image_header, write_identity
from app.export.types import StudyExport

if TYPE_CHECKING:
    from pydicom import Dataset

_STORAGE = "1.2.840.10008.5.1.4.1.1."
_SLICE, _FILM = _STORAGE + "2", _STORAGE + "1"  # CT and CR: classes of one frame, in the patient and not
# Classes that hold one frame by definition and need no stand-in: CR, DX, MG, IO, CT, MR, PET.
_OF_ONE_FRAME = frozenset(
    _STORAGE + end for end in ("1", "1.1", "1.1.1", "1.2", "1.2.1", "1.3", "1.3.1", "2", "4", "128")
)


def source_headers(
    study: StudyExport, series: Series, images: Sequence[SourceImage], slice_mm: float
) -> list[Dataset]:
    """Headers of the images of one object; the patient in the first alone, as it is taken from there.

    slice_mm: how thick what is written is, as the source's own slices are not the object's.
    """
    headers = [image_header(series, image) for image in images]
    write_identity(headers[0], study.patient_header)
    for header, image in zip(headers, images, strict=True):
        header.SliceThickness = float(f"{slice_mm:.10g}")
        stand_in(header, image)
    return headers


def stand_in(header: Dataset, image: SourceImage) -> None:
    """Make the header of an image that of its stand-in, where it needs one."""
    if needs_stand_in(image):
        header.pop("NumberOfFrames", None)
        header.SOPClassUID = _SLICE if "FrameOfReferenceUID" in header else _FILM
        header.SOPInstanceUID = stand_in_uid(image)


def needs_stand_in(image: SourceImage) -> bool:
    """Whether the library would not take its header as that of a single image."""
    return image.sop_class_uid not in _OF_ONE_FRAME


def stand_in_uid(image: SourceImage) -> str:
    """Made of file and frame; it never leaves."""
    return f"2.25.{uuid.uuid5(uuid.NAMESPACE_OID, f'{image.sop_instance_uid}/{image.frame}').int}"


def name_sources(made: Dataset, images: Sequence[SourceImage]) -> None:
    """Replace every reference to a stand-in by one to its file, and to its frame where the file has several."""
    known = {stand_in_uid(image): image for image in images if needs_stand_in(image)}
    if not known:
        return
    for item in _of_frames(made):
        _rename(item, known)
    made.SourceImageSequence = _once(made.SourceImageSequence, known)
    for series in made.ReferencedSeriesSequence:
        series.ReferencedInstanceSequence = _once(series.ReferencedInstanceSequence, known)
        for item in series.ReferencedInstanceSequence:
            item.pop("ReferencedFrameNumber", None)  # this one names whole objects (PS3.3 C.12.2)


def name_presented(made: Dataset, images: Sequence[SourceImage]) -> None:
    """The same in a presentation state, whose references all may name frames (PS3.3 C.11.11, C.10.4, C.10.5)."""
    known = {stand_in_uid(image): image for image in images if needs_stand_in(image)}
    parts = ("ReferencedSeriesSequence", "DisplayedAreaSelectionSequence", "GraphicAnnotationSequence")
    for item in (one for keyword in parts for one in made.get(keyword, ())):
        if known and "ReferencedImageSequence" in item:
            item.ReferencedImageSequence = _once(item.ReferencedImageSequence, known)


def _of_frames(made: Dataset) -> Iterator[Dataset]:
    """The sources of each frame, and those that all frames share; each item once, as frames may share one."""
    groups = (
        *made.get("SharedFunctionalGroupsSequence", ()),
        *made.get("PerFrameFunctionalGroupsSequence", ()),
    )
    items = (
        item
        for group in groups
        for derivation in group.get("DerivationImageSequence", ())
        for item in derivation.get("SourceImageSequence", ())
    )
    yield from {id(item): item for item in items}.values()


def _rename(item: Dataset, known: Mapping[str, SourceImage]) -> None:
    image = known.get(str(item.ReferencedSOPInstanceUID))
    if image is not None:
        item.ReferencedSOPClassUID = image.sop_class_uid
        item.ReferencedSOPInstanceUID = image.sop_instance_uid
        if image.frame_numbers:
            item.ReferencedFrameNumber = image.frame


def _once(items: Iterable[Dataset], known: Mapping[str, SourceImage]) -> list[Dataset]:
    """One item for each file, with the frames meant where they are not all of it."""
    from pydicom import Dataset

    listed: dict[str, Dataset] = {}
    frames: dict[str, list[int]] = {}
    for item in items:
        image = known.get(str(item.ReferencedSOPInstanceUID))
        uid = image.sop_instance_uid if image else str(item.ReferencedSOPInstanceUID)
        if uid not in listed:
            one = Dataset()
            one.ReferencedSOPClassUID = image.sop_class_uid if image else item.ReferencedSOPClassUID
            one.ReferencedSOPInstanceUID = uid
            listed[uid] = one
        if image is not None:
            frames.setdefault(uid, []).append(image.frame)
            if len(frames[uid]) < image.frames:
                listed[uid].ReferencedFrameNumber = sorted(frames[uid])
            else:
                listed[uid].pop("ReferencedFrameNumber", None)
    return list(listed.values())
