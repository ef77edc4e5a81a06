"""YCbCr to RGB, and colour that lies plane after plane (PS3.3 C.7.6.3.1.2 and C.7.6.3.1.3)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

# ITU-R BT.601 as PS3.3 C.7.6.3.1.2 quotes it, turned round: Cr to red, Cb and Cr to green, Cb to blue.
_RED_CR, _GREEN_CB, _GREEN_CR, _BLUE_CB = 1.402, -0.114 * 1.772 / 0.587, -0.299 * 1.402 / 0.587, 1.772


def ybr_to_rgb(values: NDArray[Any]) -> NDArray[Any]:
    """Full-range YCbCr, shape (..., 3), 8 or 16 bits, to RGB of the same type, rounded to the nearest."""
    top = np.iinfo(values.dtype).max
    half = np.float32((top + 1) // 2)
    luma = values[..., 0].astype(np.float32)
    blue, red = values[..., 1].astype(np.float32) - half, values[..., 2].astype(np.float32) - half
    out = np.empty(values.shape, dtype=values.dtype)
    parts = (
        luma + np.float32(_RED_CR) * red,
        luma + np.float32(_GREEN_CB) * blue + np.float32(_GREEN_CR) * red,
        luma + np.float32(_BLUE_CB) * blue,
    )
    for channel, part in enumerate(parts):
        np.add(part, np.float32(0.5), out=part)
        out[..., channel] = np.clip(part, 0, top, out=part)  # what lies above zero is cut off downwards
    return out


def spread_422(values: NDArray[Any], rows: int, columns: int) -> NDArray[Any]:
    """Y1 Y2 Cb Cr for each pair of pixels to (rows, columns, 3); columns are even (PS3.3 C.7.6.3.1.2)."""
    pairs = values.reshape(rows, columns // 2, 4)
    out = np.empty((rows, columns, 3), dtype=values.dtype)
    out[:, 0::2, 0], out[:, 1::2, 0] = pairs[..., 0], pairs[..., 1]
    for channel in (1, 2):
        out[:, 0::2, channel] = out[:, 1::2, channel] = pairs[..., channel + 1]
    return out


def from_planes(values: NDArray[Any], rows: int, columns: int, samples: int) -> NDArray[Any]:
    """All of the first sample, then all of the second, to (rows, columns, samples)."""
    planes = values.reshape(samples, rows, columns)
    return np.ascontiguousarray(planes.transpose(1, 2, 0))
