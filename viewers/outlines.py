"""Outlines of regions as a picture: borders two pixels wide over a dark edge, at the pixels of the screen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Argb = NDArray[np.uint32]
Mask = NDArray[np.bool_]

_SHADE = 0xA0000000  # black, for lines on white bone


def outline_picture(regions: Sequence[tuple[Mask, tuple[int, int, int]]], widening: int = 0) -> Argb:
    """Borders of regions in their colours, the rest clear; all regions have the same shape.

    A border lies half inside, half outside. widening: so many pixels more on either side, for fine screens.
    """
    picture = np.zeros(regions[0][0].shape, dtype=np.uint32)
    lines = [(_widened(_border(region), widening), color) for region, color in regions]
    for line, _ in lines:
        np.putmask(picture, _widened(line, 1), np.uint32(_SHADE))
    for line, (red, green, blue) in lines:
        np.putmask(picture, line, np.uint32(0xFF000000 | red << 16 | green << 8 | blue))
    return picture


def _border(region: Mask) -> Mask:
    """Pixels on both sides of the region's edge."""
    border = np.zeros_like(region)
    across, upright = region[:, 1:] != region[:, :-1], region[1:] != region[:-1]
    border[:, 1:] |= across
    border[:, :-1] |= across
    border[1:] |= upright
    border[:-1] |= upright
    return border


def _widened(mask: Mask, pixels: int) -> Mask:
    for _ in range(pixels):
        wider = mask.copy()
        wider[:, 1:] |= mask[:, :-1]
        wider[:, :-1] |= mask[:, 1:]
        wider[1:] |= mask[:-1]
        wider[:-1] |= mask[1:]
        mask = wider
    return mask
