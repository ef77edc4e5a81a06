"""What can happen to segmentations. Events with the same group are one deed: they are taken back together."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.masks import MaskHead, Segment


@dataclass(frozen=True, slots=True)
class SegmentationStarted:
    """A reader began a segmentation, or an edited copy of somebody else's."""

    study_instance_uid: str
    head: MaskHead
    segments: tuple[Segment, ...] = ()
    group: str = ""
    reader: str = ""


@dataclass(frozen=True, slots=True)
class SegmentSet:
    """A segment came, or has another name or colour now."""

    study_instance_uid: str
    segmentation_id: str
    segment: Segment
    group: str = ""
    reader: str = ""


@dataclass(frozen=True, slots=True)
class SegmentRemoved:
    """A segment was taken away with all its voxels."""

    study_instance_uid: str
    segmentation_id: str
    number: int
    group: str = ""
    reader: str = ""


@dataclass(frozen=True, slots=True)
class MaskEdited:
    """Voxels turned: `file` is the SHA-256 of what, see `app.support.mask_blocks`. what: brush, eraser, copied ..."""

    study_instance_uid: str
    segmentation_id: str
    file: str
    what: str
    group: str = ""
    reader: str = ""


MaskEvent = SegmentationStarted | SegmentSet | SegmentRemoved | MaskEdited
"""A deed on a segmentation."""
