"""The trachea with its main bronchi on the coarse grid of a chest CT, as a piece of an ONNX graph."""

from __future__ import annotations

import numpy as np
from ct_lungs_graph import COARSE_MM
from onnx_floods import flood
from onnx_graph import Pen

WINDPIPE_HU = -950.0  # ours, on cubes of 3 mm: dark air near the middle of the upper half is the trachea
ACROSS_MM, DEEP_MM = (
    21.0,
    45.0,
)  # to each side of the body's middle, and before and behind it: not far into a lung


def windpipe_of(pen: Pen, hu: str, body: str, inner: str) -> str:
    """Dark air near the middle of the body that the upper half of the scan leads to."""
    gas = pen.both(inner, pen.below(hu, WINDPIPE_HU), near_middle(pen, body, 4, ACROSS_MM))
    gas = pen.both(gas, near_middle(pen, body, 3, DEEP_MM))
    half = pen.node("Mul", pen.as_float(pen.size_of(gas, 2)), pen.constant(0.5))
    upper = pen.as_float(pen.node("Greater", along(pen, gas, 2), half))
    seed = pen.both(gas, pen.node("Reshape", upper, pen.ints(1, 1, -1, 1, 1)))
    return flood(pen, seed, gas, (0, 1, 2), "pipe_")


def near_middle(pen: Pen, body: str, axis: int, reach_mm: float) -> str:
    """1 near the body's centre of mass along one axis (3 or 4), to broadcast over the volume."""
    others = [one for one in range(5) if one != axis]
    mass = pen.total(body, others)
    weight = pen.node("Max", pen.total(mass), pen.constant(1.0))
    index = along(pen, body, axis)
    middle = pen.node("Div", pen.total(pen.node("Mul", mass, index)), weight)
    close = pen.below(pen.node("Abs", pen.node("Sub", index, middle)), reach_mm / COARSE_MM)
    shape = [1, 1, 1, 1, 1]
    shape[axis] = -1
    return pen.node("Reshape", close, pen.ints(*shape))


def along(pen: Pen, like: str, axis: int) -> str:
    """0, 1, 2 ... along one axis."""
    count = pen.node("Squeeze", pen.size_of(like, axis), pen.ints(0))
    steps = pen.node("Range", pen.constant(0, np.int64), count, pen.constant(1, np.int64))
    return pen.as_float(steps)
