"""A walk through a picture that is larger than its view at this scale: part by part, nothing left out."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from viewers.breast import Breast
from viewers.breast_fit import BreastBox
from viewers.geometry import Size, turn_matrix
from viewers.types import ViewState

OVERLAP = 0.12  # of the view: neighbouring parts share so much


def parts(one: BreastBox, state: ViewState, size_px: Size, scale: float) -> tuple[tuple[float, float], ...]:
    """Pans that show one part after the other: the upper row from the chest wall outwards, the next one back."""
    turn = turn_matrix(state)
    ends = np.array([turn @ one.low, turn @ one.high]) * scale
    low, high = ends.min(axis=0), ends.max(axis=0)
    across = _stops(float(low[0]), float(high[0]), size_px[0])
    if float((turn @ one.towards_chest)[0]) > 0:
        across = across[::-1]
    upright = _stops(float(low[1]), float(high[1]), size_px[1])
    found = []
    for number, y_px in enumerate(upright):
        row = across if number % 2 == 0 else across[::-1]
        found += [(-x_px, -y_px) for x_px in row]
    return tuple(found)


def with_tissue(
    stops: tuple[tuple[float, float], ...],
    breast: Breast,
    state: ViewState,
    size_px: Size,
    pixels_per_mm: tuple[float, float],
) -> tuple[tuple[float, float], ...]:
    """Those of the parts that show more than air. pixels_per_mm: of the picture, across and down."""
    tissue = ~breast.air
    rows, columns = (length * breast.step for length in tissue.shape)
    middle = np.array([columns / 2, rows / 2])
    back = turn_matrix(state).T / state.scale
    half = np.abs(back @ (np.asarray(size_px, dtype=np.float64) / 2)) * pixels_per_mm
    kept = []
    for stop in stops:
        here = middle + (back @ -np.asarray(stop)) * pixels_per_mm
        low, high = np.floor((here - half) / breast.step), np.ceil((here + half) / breast.step)
        left, top = (max(0, int(v)) for v in low)
        right, bottom = (max(0, int(v)) for v in high)
        if tissue[top:bottom, left:right].any():
            kept.append(stop)
    return tuple(kept)


def at_part(state: ViewState, pan_px: tuple[float, float], scale: float) -> ViewState:
    """The state that shows a part."""
    return replace(state, scale=scale, pan_px=pan_px, fitted=False)


def _stops(low: float, high: float, length: float) -> tuple[float, ...]:
    """Middles of the views that cover a stretch, evenly; one in its middle where it fits."""
    extent = high - low
    if extent <= length:
        return ((low + high) / 2,)
    count = math.ceil((extent - length) / (length * (1 - OVERLAP))) + 1
    step = (extent - length) / (count - 1)
    return tuple(low + length / 2 + number * step for number in range(count))
