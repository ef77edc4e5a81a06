"""Left and right of the patient, from the picture itself."""

from __future__ import annotations

import numpy as np

from app.domain.geometry import index_to_lps, lps_to_index
from app.domain.volume import Space, Volume
from inference.types import LabelMap

BODY_HU = -500.0  # ours: skin and everything denser; lungs and air around the body are left out
MIDLINE_DOUBT_MM = 15.0  # ours: nearer to the midline than this, no side is said
LEAST_BODY_VOXELS = 500
LEAST_SHARE = 0.05  # ours: a region with less than this on a side is not said to lie there
LEAST_VOXELS = 8  # ours: nor one with a few stray voxels there


def side_of(volume: Volume, center: tuple[float, float, float]) -> str:
    """Which side of the body's middle ("left", "right") in that CT slice; "" where the picture does not tell.

    LPS x grows to the patient's left. Only CT is asked: elsewhere grey levels do not tell body from air.
    """
    middle = body_middle_x(volume, center)
    if middle is None or abs(center[0] - middle) < MIDLINE_DOUBT_MM:
        return ""
    return "left" if center[0] > middle else "right"


def is_on_both_sides(
    volume: Volume, region: LabelMap, label: int, center: tuple[float, float, float]
) -> bool:
    """Whether a share of a region's voxels lies on either side of the middle of the body."""
    middle = body_middle_x(volume, center)
    if middle is None:
        return False
    right, left, total = 0, 0, 0
    for slice_, labels in enumerate(
        region.values
    ):  # slice by slice: all places of a lung at once are gigabytes
        index = np.argwhere(labels == label)
        whole = np.column_stack((np.full(len(index), slice_), index))
        x = index_to_lps(region.affine, whole)[:, 0] - middle
        right += int(np.count_nonzero(x < -MIDLINE_DOUBT_MM))
        left += int(np.count_nonzero(x > MIDLINE_DOUBT_MM))
        total += len(index)
    return min(right, left) >= max(LEAST_SHARE * total, LEAST_VOXELS)


def body_middle_x(volume: Volume, center: tuple[float, float, float]) -> float | None:
    """LPS x of the middle of the body around a point, or None where it cannot be told."""
    if volume.space is not Space.PATIENT or volume.modality != "CT" or volume.pixels.ndim != 3:
        return None
    slice_, row, column = (round(float(v)) for v in lps_to_index(volume.affine, center))
    if not all(0 <= at < size for at, size in zip((slice_, row, column), volume.pixels.shape, strict=True)):
        return None
    if abs(volume.affine[0, 0]) > max(abs(volume.affine[0, 1]), abs(volume.affine[0, 2])):
        return None  # sagittal slices: one slice does not reach from side to side
    body = np.argwhere(volume.values(slice_) > BODY_HU)
    if len(body) < LEAST_BODY_VOXELS:
        return None
    index = np.column_stack((np.full(len(body), slice_), body))
    x = index_to_lps(volume.affine, index)[:, 0]
    low, high = np.percentile(x, (2.0, 98.0))
    return float(low + high) / 2
