"""Labels at the pixels of a screen as colours: a thin line along the voxels' own edges over a faint fill."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Argb = NDArray[np.uint32]
Color = tuple[int, int, int]

FILL = 0.28  # of full opacity: grey values stay readable under it
STRONG_FILL = 0.40  # of the segment that is being worked on


def color_tables(colors: Mapping[int, Color], chosen: int = 0, *, fills: bool = True) -> tuple[Argb, Argb]:
    """(fill, line) of each label 0 to 255, multiplied by alpha; a label without a colour is clear."""
    fill, line = np.zeros(256, dtype=np.uint32), np.zeros(256, dtype=np.uint32)
    for number, color in colors.items():
        share = (STRONG_FILL if number == chosen else FILL) if fills else 0.0
        fill[number], line[number] = _premultiplied(color, share), _premultiplied(color, 1.0)
    return fill, line


def colored(labels: NDArray[np.uint8], tables: tuple[Argb, Argb], thickness: int = 1) -> Argb:
    """The picture (rows, columns) of labels; lines are drawn inside of each region, so many pixels thick."""
    fill, line = tables
    picture: Argb = fill[labels]
    if not labels.any():
        return picture
    edge = _edges(labels)
    for _ in range(thickness - 1):
        edge = _widened(edge)
    edge &= labels > 0
    at = np.flatnonzero(edge)
    picture.ravel()[at] = line[labels.ravel()[at]]
    return picture


def _edges(labels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    edge = np.zeros(labels.shape, dtype=np.bool_)
    across, upright = labels[:, 1:] != labels[:, :-1], labels[1:] != labels[:-1]
    edge[:, 1:] |= across
    edge[:, :-1] |= across
    edge[1:] |= upright
    edge[:-1] |= upright
    return edge


def _widened(edge: NDArray[np.bool_]) -> NDArray[np.bool_]:
    wide = edge.copy()
    wide[:, 1:] |= edge[:, :-1]
    wide[:, :-1] |= edge[:, 1:]
    wide[1:] |= edge[:-1]
    wide[:-1] |= edge[1:]
    return wide


def _premultiplied(color: Color, share: float) -> int:
    alpha = round(255 * share)
    red, green, blue = (round(part * share) for part in color)
    return alpha << 24 | red << 16 | green << 8 | blue
