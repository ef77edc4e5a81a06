"""One grid for two breasts, and the way there and back.

Places on a film are shares of its square's side; on the common grid they are shares of the breast: across 0 at the
chest wall and 1 where all but the last of the outline's area lies before, down 0 and 1 where the first and the last
part of it lies. GridSample counts from -1 to 1 over the outer edges of a picture (align_corners = 0).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from mg_breast_parts import MIDDLE
from onnx_graph import Pen

COMMON = 192  # cells a side
ACROSS = (0.0, 1.15)  # the part of the breast's own measure that the grid covers
DOWN = (-0.1, 1.1)
ENDS = (0.02, 0.98)  # share of the outline's area before its upper end, and before its lower end and the skin


@dataclass(frozen=True, slots=True)
class Outline:
    """Names of (1,) tensors: how far the breast reaches from the chest wall, where it begins, and how tall it is."""

    depth: str
    top: str
    height: str


@dataclass(frozen=True, slots=True)
class Laid:
    """One breast on the common grid, each (1, 1, COMMON, COMMON)."""

    dense: str
    inner: str
    whole: str


def outline_of(pen: Pen, whole: str) -> Outline:
    """Measured on a mask of the middle grid whose chest wall is on the left."""
    depth = quantile(pen, whole, 2, ENDS[1])
    top, end = (quantile(pen, whole, 3, share) for share in ENDS)
    height = pen.node("Max", pen.node("Sub", end, top), pen.constant(0.02))
    return Outline(pen.node("Max", depth, pen.constant(0.02)), top, height)


def quantile(pen: Pen, mask: str, summed: int, share: float) -> str:
    """Where so much of the mask's area lies before, along the axis that is not summed, to a part of a cell."""
    profile = pen.node("Reshape", pen.total(mask, (0, 1, summed)), pen.ints(-1))
    reached = pen.node("CumSum", profile, pen.constant(0, np.int64))
    wanted = pen.node("Mul", pen.total(profile, keep=True), pen.constant(share))
    left = pen.node("Sub", wanted, pen.node("Sub", reached, profile))
    parts = pen.node("Div", left, pen.node("Max", profile, pen.constant(1e-6)))
    cells = pen.total(pen.node("Clip", parts, pen.constant(0.0), pen.constant(1.0)), (0,), keep=True)
    return pen.node("Mul", cells, pen.constant(1.0 / MIDDLE))


def laid_on(pen: Pen, outline: Outline, values: tuple[str, str, str]) -> Laid:
    """Pictures of the middle grid on the common one."""
    places = (np.arange(COMMON, dtype=np.float32) + 0.5) / COMMON
    across = pen.constant(ACROSS[0] + places * (ACROSS[1] - ACROSS[0]))
    down = pen.constant(DOWN[0] + places * (DOWN[1] - DOWN[0]))
    x = pen.node("Mul", across, outline.depth)
    y = pen.node("Add", pen.node("Mul", down, outline.height), outline.top)
    grid = sampling_grid(pen, x, y)
    dense, inner, whole = (sampled(pen, one, grid) for one in values)
    return Laid(dense, inner, whole)


def laid_back(pen: Pen, outline: Outline, values: str) -> str:
    """A picture of the common grid on the middle one: the exact inverse of `laid_on`."""
    places = pen.constant((np.arange(MIDDLE, dtype=np.float32) + 0.5) / MIDDLE)
    x = within(pen, pen.node("Div", places, outline.depth), ACROSS)
    y = within(pen, pen.node("Div", pen.node("Sub", places, outline.top), outline.height), DOWN)
    return sampled(pen, values, sampling_grid(pen, x, y))


def within(pen: Pen, values: str, ends: tuple[float, float]) -> str:
    """Shares of the breast as shares of the common grid's side."""
    moved = pen.node("Sub", values, pen.constant(ends[0]))
    return pen.node("Div", moved, pen.constant(ends[1] - ends[0]))


def sampling_grid(pen: Pen, x: str, y: str) -> str:
    """(1, rows, columns, 2) for GridSample from shares of a side: x of each column, y of each row."""
    across, down = (
        pen.node("Sub", pen.node("Mul", one, pen.constant(2.0)), pen.constant(1.0)) for one in (x, y)
    )
    rows, columns = pen.node("Shape", down), pen.node("Shape", across)
    shape = pen.node("Concat", rows, columns, axis=0)
    wide = pen.node("Expand", pen.node("Unsqueeze", across, pen.ints(0)), shape)
    tall = pen.node("Expand", pen.node("Unsqueeze", down, pen.ints(1)), shape)
    pairs = [pen.node("Unsqueeze", one, pen.ints(0, 3)) for one in (wide, tall)]
    return pen.node("Concat", *pairs, axis=3)


def sampled(pen: Pen, values: str, grid: str) -> str:
    """Linear; nothing beyond the edges."""
    return pen.node("GridSample", values, grid, mode="bilinear", padding_mode="zeros", align_corners=0)
