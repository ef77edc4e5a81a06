"""Layers over grey: heat whose alpha follows its value, and the blend that Qt does too."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from viewers.colormaps import table
from viewers.types import HeatLayer

ALPHA_LIMIT = 0.6  # of the requirements, section 4.3: never cover more of the grey
OUTSIDE = -1e30  # value of heat where there is none; far from overflow in float32

Argb = NDArray[np.uint32]  # 0xAARRGGBB, colour already multiplied by alpha


def heat_table(layer: HeatLayer) -> Argb:
    """256 colours with alpha from 0 to the layer's maximum; the first is clear."""
    share = np.linspace(0.0, 1.0, 256)
    alpha = np.round(share * min(max(layer.max_alpha, 0.0), ALPHA_LIMIT) * 255)
    red, green, blue = np.round(table(layer.colormap).T * alpha / 255).astype(np.uint32)
    return np.asarray(alpha.astype(np.uint32) << 24 | red << 16 | green << 8 | blue, dtype=np.uint32)


def heat_levels(values: NDArray[np.float32], layer: HeatLayer) -> NDArray[np.uint8]:
    """Entry of the heat table for each value; 0 under the threshold, outside and where there is no number."""
    low, high = layer.value_range
    level = np.clip(values, np.float32(low), np.float32(high)) - np.float32(low)
    level *= np.float32(255.0 / max(high - low, 1e-12))
    shown = values >= layer.threshold
    return np.where(shown, np.nan_to_num(level), 0).astype(np.uint8)


def heat_picture(sampled: Sequence[NDArray[np.float32]], layers: Sequence[HeatLayer]) -> Argb:
    """One picture of all layers; where they overlap the more opaque one shows, so alpha keeps its limit."""
    picture = np.zeros(sampled[0].shape, dtype=np.uint32)
    for values, layer in zip(sampled, layers, strict=True):
        np.maximum(picture, np.take(heat_table(layer), heat_levels(values, layer)), out=picture)
    return picture


def blend(grey: NDArray[np.uint8], heat: Argb) -> NDArray[np.uint8]:
    """Colours (rows, columns, 3) of heat over a grey or colour picture; what the painter shows."""
    below = grey[..., np.newaxis] if grey.ndim == 2 else grey
    keep = 255 - (heat >> 24)[..., np.newaxis]
    over = np.stack([(heat >> shift) & 255 for shift in (16, 8, 0)], axis=-1)
    blended: NDArray[np.uint8] = np.minimum(over + (below * keep + 127) // 255, 255).astype(np.uint8)
    return blended
