"""Edges made stronger for the eye: an unsharp mask on the picture of a view, never on values that are measured."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

GAIN = 1.5  # how much of the difference from the blurred picture is added (ours)
BLUR_MM = 2.0  # half the width of the blur on the body: vessels and fissures, not whole ribs (ours)
BLUR_PX = (1, 24)  # least and most half width, in pixels of the screen


def blur_px(mm_per_px: float) -> int:
    """Half the width of the blur in pixels of the screen, so that zooming does not change what is enhanced."""
    return int(np.clip(round(BLUR_MM / max(mm_per_px, 1e-9)), *BLUR_PX))


def sharpened(
    values: NDArray[Any], half_px: int, keep: NDArray[np.bool_] | None = None, gain: float = GAIN
) -> NDArray[Any]:
    """Values (rows, columns) plus gain times their difference from a blur, in the same type, clipped to it.

    keep: what is no image and stays as it is; it does not bleed into what is.
    """
    real: NDArray[np.float32] = values.astype(np.float32)
    if keep is not None and keep.any():
        weight = (~keep).astype(np.float32)
        share = np.maximum(_blurred(weight, half_px), np.float32(1e-6))
        soft = (_blurred(real * weight, half_px) / share).astype(np.float32)
    else:
        soft = _blurred(real, half_px)
    strong: NDArray[Any] = real + np.float32(gain) * (real - soft)
    if np.issubdtype(values.dtype, np.integer):
        limits = np.iinfo(values.dtype)
        strong = np.clip(np.rint(strong), limits.min, limits.max)
    made: NDArray[Any] = strong.astype(values.dtype)
    if keep is not None:
        made[keep] = values[keep]
    return made


def _blurred(values: NDArray[np.float32], half_px: int) -> NDArray[np.float32]:
    """Means over squares of 2 * half_px + 1, twice: near a Gaussian; edges repeat their last value."""
    for _ in range(2):
        for axis in (0, 1):
            values = _means(values, half_px, axis)
    return values


def _means(values: NDArray[np.float32], half_px: int, axis: int) -> NDArray[np.float32]:
    wide = [(0, 0), (0, 0)]
    wide[axis] = (half_px + 1, half_px)
    total = np.cumsum(np.pad(values, wide, mode="edge"), axis=axis, dtype=np.float64)
    count = 2 * half_px + 1
    size = values.shape[axis]
    ahead, behind = np.arange(count, count + size), np.arange(size)
    sums = np.take(total, ahead, axis=axis) - np.take(total, behind, axis=axis)
    made: NDArray[np.float32] = (sums / count).astype(np.float32)
    return made
