"""Low-attenuation lung (LAA-950) by attenuation, written as one ONNX graph over the lungs of `ct_lungs_graph`.

The share is measured twice: on the scan's own pixels, as the literature does, and on pixels of 1.5 mm that are means
of the scan's. Noise of a sharp kernel makes the first too large and hardly touches the second, so the score is the
second; a wide gap between them says that the first is noise.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from ct_lungs_graph import (
    aerated_lungs,
    air_in_body,
    counted,
    filled,
    fine_lungs,
    grids,
    inputs,
    numbered,
    regrow,
    shares,
    side,
    write_volumes,
)
from ct_windpipe_graph import windpipe_of
from onnx import ModelProto, TensorProto, ValueInfoProto
from onnx_floods import finished, resize
from onnx_graph import Pen, value

LOW_HU = -950.0  # Amaza et al. 2021, doi:10.2147/COPD.S284477
PRESENT_PERCENT = 5.0  # the same
PAIRS = ("lung_ml", "laa_percent", "laa_own_pixels_percent", "hu_15th")
SINGLE = ("worse_percent", "lungs_found")
SEARCH = (-1024.0, -500.0)  # the fifteenth percentile of any lung lies between
HALVINGS = 12  # to 0.13 HU
WINDPIPE_RIM_HU = -900.0  # ours: its rim on pixels of 1.5 mm; lung and wall are denser
DARK_STEPS = 30  # 90 mm from aerated lung: reaches through a bulla


def build_model(name: str, version: str) -> ModelProto:
    """The whole graph; inputs and outputs are described on the package's card."""
    pen = Pen()
    fine, coarse = grids(pen)
    lungs, windpipe = lungs_with_bullae(pen, coarse)
    sides = without_windpipe(pen, fine, fine_lungs(pen, fine, lungs), windpipe)
    low = pen.both(sides, pen.below(fine, LOW_HU))
    numbered(pen, sides, "lungs")
    numbered(pen, low, "low")
    both = pen.node("Max", side(pen, low, 0), side(pen, low, 1))
    pooling: dict[str, Any] = {
        "kernel_shape": [1, 4, 4],
        "strides": [1, 4, 4],
        "ceil_mode": 1,
        "count_include_pad": 0,
    }
    pen.node("AveragePool", both, out="heat", **pooling)
    whole = write_volumes(pen, sides)
    share = shares(pen, counted(pen, low), whole, "laa_percent")
    pen.node("ReduceMax", share, pen.ints(0), keepdims=1, out="worse_percent")
    write_own_pixels(pen, sides)
    write_percentile(pen, fine, sides, whole)
    return finished(pen, name, version, inputs(), outputs())


def lungs_with_bullae(pen: Pen, hu: str) -> tuple[str, str]:
    """On the coarse grid: both lungs with all darker air that they lead to, and the trachea with its main bronchi."""
    body, inner = air_in_body(pen, hu)
    aerated = aerated_lungs(pen, hu, body, inner)
    windpipe = pen.grow(windpipe_of(pen, hu, body, inner), (3, 5, 5))  # with its rim
    free = pen.both(inner, pen.negate(windpipe))
    known = pen.node("Max", side(pen, aerated, 0), side(pen, aerated, 1))
    lungs = regrow(pen, aerated, pen.either(free, known), DARK_STEPS, "dark_")
    return filled(pen, lungs), windpipe


def without_windpipe(pen: Pen, fine: str, sides: str, windpipe: str) -> str:
    """The lungs on the fine grid without the dark air of the trachea: closing had taken it in."""
    shape = pen.node("Slice", pen.node("Shape", fine), pen.ints(2), pen.ints(5))
    here = pen.above(resize(pen, windpipe, pen.node("Concat", pen.ints(1, 1), shape, axis=0)), 0.5)
    return pen.both(sides, pen.negate(pen.both(here, pen.below(fine, WINDPIPE_RIM_HU))))


def write_own_pixels(pen: Pen, sides: str) -> None:
    """The share on the scan's own pixels, the lungs carried over by the nearest voxel."""
    shape = pen.node("Slice", pen.node("Shape", "hu"), pen.ints(2), pen.ints(5))
    sizes = pen.node("Concat", pen.ints(1, 2), shape, axis=0)
    how: dict[str, Any] = {"mode": "nearest", "coordinate_transformation_mode": "half_pixel"}
    lungs = pen.node("Resize", sides, "", "", sizes, **how)
    low = pen.node("Mul", lungs, pen.below("hu", LOW_HU))
    shares(pen, counted(pen, low), counted(pen, lungs), "laa_own_pixels_percent")


def write_percentile(pen: Pen, fine: str, sides: str, whole: str) -> None:
    """The HU that 15 % of each lung lies below, by halving an interval."""
    inner = Pen("half_")
    half = inner.constant(0.5)
    middle = inner.node("Mul", inner.node("Add", "half_low", "half_high"), half)
    level = inner.node("Reshape", middle, inner.ints(1, 2, 1, 1, 1))
    below = inner.node("Mul", inner.as_float(inner.node("Less", fine, level)), sides)
    reached = counted(inner, below)
    wanted = inner.node("Mul", whole, inner.constant(0.15))
    too_low = inner.as_float(inner.node("Less", reached, wanted))
    keep = inner.negate(too_low)
    low = inner.node("Add", inner.node("Mul", middle, too_low), inner.node("Mul", "half_low", keep))
    high = inner.node("Add", inner.node("Mul", middle, keep), inner.node("Mul", "half_high", too_low))
    go_on = inner.node("Less", "iteration", inner.constant(HALVINGS, np.int64))
    body = inner.body(["half_low", "half_high"], go_on, [low, high])
    start = [pen.constant([edge, edge]) for edge in SEARCH]
    low, high = pen.loop(HALVINGS, start, body)
    pen.node("Mul", pen.node("Add", low, high), pen.constant(0.5), out="hu_15th")


def outputs() -> list[ValueInfoProto]:
    """Label maps on the fine grid, heat on every fourth voxel of it, figures as (right, left) or alone."""
    fine: list[int | str] = [1, 1, "slices", "fine_rows", "fine_columns"]
    return [
        *(value(name, TensorProto.UINT8, fine) for name in ("lungs", "low")),
        value("heat", TensorProto.FLOAT, [1, 1, "slices", "heat_rows", "heat_columns"]),
        *(value(name, TensorProto.FLOAT, [2]) for name in PAIRS),
        *(value(name, TensorProto.FLOAT, [1]) for name in SINGLE),
    ]
