"""Layers over grey: heat whose alpha follows its value, and the blend that Qt does too."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from viewers.colormaps import table
from viewers.types import HeatLayer

ALPHA_LIMIT = 0.6  # of the requirements, section 4.3: never cover more of the grey
OUTSIDE = -1e30  # value of heat where there is none
_FINE = 65535  # steps of a table that is looked up by value

Argb = NDArray[np.uint32]  # 0xAARRGGBB, colour already multiplied by alpha


def heat_table(layer: HeatLayer, steps: int = 256) -> Argb:
    """Colours over the layer's range, with alpha from 0 to its maximum; the first is clear."""
    return _ramp(layer.colormap, min(max(layer.max_alpha, 0.0), ALPHA_LIMIT), steps).copy()


def heat_picture(sampled: Sequence[NDArray[np.float32]], layers: Sequence[HeatLayer]) -> Argb:
    """One picture of all layers; where they overlap the more opaque one shows, so alpha keeps its limit.

    Clear under each layer's threshold (to 1/65535 of its range), outside, and where there is no number.
    """
    picture = _colored(sampled[0], layers[0])
    for values, layer in zip(sampled[1:], layers[1:], strict=True):
        np.maximum(picture, _colored(values, layer), out=picture)
    return picture


@lru_cache(maxsize=16)
def _ramp(colormap: str, max_alpha: float, steps: int) -> Argb:
    share = np.linspace(0.0, 1.0, steps)
    alpha = np.round(share * max_alpha * 255)
    colors = table(colormap)[np.round(share * 255).astype(int)]
    red, green, blue = np.round(colors.T * alpha / 255).astype(np.uint32)
    return np.asarray(alpha.astype(np.uint32) << 24 | red << 16 | green << 8 | blue, dtype=np.uint32)


def _colored(values: NDArray[np.float32], layer: HeatLayer) -> Argb:
    colors = heat_table(layer, _FINE + 1)
    first = int(_steps(np.array([layer.threshold], dtype=np.float32), layer)[0])
    colors[: first if layer.threshold <= layer.value_range[1] else _FINE + 1] = 0
    colors[0] = 0
    return np.asarray(np.take(colors, _steps(values, layer), mode="clip"), dtype=np.uint32)


def _steps(values: NDArray[np.float32], layer: HeatLayer) -> NDArray[np.int32]:
    """Place of each value in the fine table; what is no number lies before it, which is clear."""
    low, high = layer.value_range
    steps = values - np.float32(low)
    with np.errstate(over="ignore", invalid="ignore"):
        steps *= np.float32(_FINE / max(high - low, 1e-12))
        np.clip(steps, -1.0, _FINE, out=steps)
        return steps.astype(np.int32)


def blend(grey: NDArray[np.uint8], heat: Argb) -> NDArray[np.uint8]:
    """Colours (rows, columns, 3) of heat over a grey or colour picture; what the painter shows."""
    below = grey[..., np.newaxis] if grey.ndim == 2 else grey
    keep = 255 - (heat >> 24)[..., np.newaxis]
    over = np.stack([(heat >> shift) & 255 for shift in (16, 8, 0)], axis=-1)
    blended: NDArray[np.uint8] = np.minimum(over + (below * keep + 127) // 255, 255).astype(np.uint8)
    return blended
