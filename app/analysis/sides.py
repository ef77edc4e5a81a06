"""Left and right of the patient, from the picture itself."""

from __future__ import annotations

import numpy as np

from app.domain.geometry import index_to_lps, lps_to_index
from app.domain.volume import Space, Volume

BODY_HU = -500.0  # ours: skin and everything denser; lungs and air around the body are left out
MIDLINE_DOUBT_MM = 15.0  # ours: nearer to the midline than this, no side is said
LEAST_BODY_VOXELS = 500


def side_of(volume: Volume, center: tuple[float, float, float]) -> str:
    """Which side of the body's middle ("left", "right") in that CT slice; "" where the picture does not tell.

    LPS x grows to the patient's left. Only CT is asked: elsewhere grey levels do not tell body from air.
    """
    middle = body_middle_x(volume, center)
    if middle is None or abs(center[0] - middle) < MIDLINE_DOUBT_MM:
        return ""
    return "left" if center[0] > middle else "right"


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
