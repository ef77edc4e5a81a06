"""The voxels of a written segmentation, by pydicom alone: another way than the one that wrote it, and a quicker one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import ExportRefusedError
from app.domain.source_image import SourceImage
from app.domain.volume import FrameRef

if TYPE_CHECKING:
    from pydicom import Dataset


def read_voxels(file: Path, stack: Sequence[SourceImage]) -> NDArray[np.uint8]:
    """Segment numbers (image of the stack, row, column) of a BINARY or LABELMAP object; 0 where there is none.

    Raises ExportRefusedError where it lies on other images, has damaged pixels, or gives a voxel to two segments.
    """
    from pydicom import dcmread

    try:
        return _voxels(dcmread(file), {image.ref: number for number, image in enumerate(stack)})
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise ExportRefusedError("error.export.differs", file=file.name) from error


def _voxels(made: Dataset, places: Mapping[FrameRef, int]) -> NDArray[np.uint8]:
    voxels = np.zeros((len(places), made.Rows, made.Columns), dtype=np.uint8)
    for frame, group in zip(_frames(made), made.PerFrameFunctionalGroupsSequence, strict=True):
        source = _said(made, group, "DerivationImageSequence").SourceImageSequence[0]
        named = FrameRef(str(source.ReferencedSOPInstanceUID), int(source.get("ReferencedFrameNumber", 1)))
        target = voxels[places[named]]
        if (target[frame > 0] > 0).any():
            raise ValueError("two segments lie on one voxel")
        target += frame * _segment_number(made, group)
    return voxels


def _segment_number(made: Dataset, group: Dataset) -> np.uint8:
    """What a one in a frame stands for; in a label map the values stand for themselves."""
    if made.SegmentationType == "LABELMAP":
        return np.uint8(1)
    return np.uint8(_said(made, group, "SegmentIdentificationSequence").ReferencedSegmentNumber)


def _said(made: Dataset, group: Dataset, keyword: str) -> Dataset:
    """The item that holds for a frame: its own, or the one that all frames share (PS3.3 C.7.6.16)."""
    own = group if keyword in group else made.SharedFunctionalGroupsSequence[0]
    item: Dataset = own[keyword].value[0]
    return item


def _frames(made: Dataset) -> NDArray[np.uint8]:
    """Uncompressed frames; those of one bit follow each other without a gap, lowest bit first (PS3.5 8.1.1)."""
    shape = (int(made.NumberOfFrames), made.Rows, made.Columns)
    count = int(np.prod(shape))
    values = np.frombuffer(made.PixelData, dtype=np.uint8)
    if made.BitsAllocated == 1:
        values = np.unpackbits(values, bitorder="little")
    elif made.BitsAllocated != 8:
        raise ValueError("neither bits nor bytes")
    return values[:count].reshape(shape)
