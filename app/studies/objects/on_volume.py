"""Whether a plane of an object lies on the voxels of a volume: only then may it be drawn there as it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import GeometryRefusedError
from app.domain.geometry import lps_to_index
from app.domain.objects import ObjectFrame, ObjectHead, ParametricMap, SegmentationObject
from app.domain.volume import Space, Volume
from app.studies.objects.geometry import plane_of

NEAR_SHARE = 0.05  # of a voxel: how far a corner may lie from a voxel's centre (ours)


@dataclass(frozen=True, slots=True)
class Fit:
    """Where a plane lies in a volume: its slice, and the row and column of its first pixel."""

    slice_index: int
    row: int
    column: int


def check_frame_of_reference(head: ObjectHead, volume: Volume) -> None:
    """Raise GeometryRefusedError unless object and volume share their frame of reference.

    Where neither names one, the object must refer to the volume's own series.
    """
    named = {reference.series_instance_uid for reference in head.references}
    same = head.frame_of_reference_uid == volume.frame_of_reference_uid
    if not same or (not head.frame_of_reference_uid and volume.series_instance_uid not in named):
        raise GeometryRefusedError("error.objects.other_frame", file=head.path.name)


def fit_plane(owner: SegmentationObject | ParametricMap, frame: ObjectFrame, volume: Volume) -> Fit | None:
    """The place of a frame, None where it lies beyond the first or last slice.

    Raises GeometryRefusedError where its pixels are no voxels of the volume.
    """
    name = owner.head.path.name
    if frame.position_lps_mm is None:
        return _by_source(owner, frame, volume)
    if volume.space is not Space.PATIENT:
        raise GeometryRefusedError("error.objects.other_frame", file=name)
    plane = plane_of(frame, 1.0, name)
    last = (owner.rows - 1, owner.columns - 1)
    corners = np.asarray([(0, 0, 0), (0, last[0], 0), (0, 0, last[1]), (0, *last)], dtype=np.float64)
    points = corners @ plane[:3, :3].T + plane[:3, 3]
    found = lps_to_index(volume.affine, points)
    whole = np.rint(found)
    turned = whole[0] + corners  # rows to rows, columns to columns, no step lost on the way
    if not np.allclose(found, turned, atol=NEAR_SHARE):
        raise GeometryRefusedError("error.objects.other_grid", file=name, what=_why(found, turned))
    place = int(whole[0, 0])
    if not 0 <= place < volume.pixels.shape[0]:
        return None
    return Fit(place, int(whole[0, 1]), int(whole[0, 2]))


def _why(found: NDArray[np.float64], turned: NDArray[np.float64]) -> str:
    """The kind of misfit, in a few words."""
    steps, wanted = found - found[0], turned - turned[0]
    if not np.allclose(steps, wanted, atol=NEAR_SHARE):
        return "other directions or pixel size"
    return "between slices" if abs(found[0, 0] - turned[0, 0]) > NEAR_SHARE else "shifted by part of a pixel"


def _by_source(owner: SegmentationObject | ParametricMap, frame: ObjectFrame, volume: Volume) -> Fit | None:
    """A frame without place belongs onto the image that it names, if that has the same pixels."""
    name = owner.head.path.name
    named = {(source.sop_instance_uid, source.frames or (1,)) for source in frame.sources}
    if (owner.rows, owner.columns) != volume.pixels.shape[1:3] or len(named) != 1:
        raise GeometryRefusedError("error.objects.no_plane", file=name)
    for index, image in enumerate(volume.frames):
        if (image.sop_instance_uid, (image.frame,)) in named:
            return Fit(index, 0, 0)
    return None
