"""Dense lung by attenuation, written as one ONNX graph over the lungs of `ct_lungs_graph`."""

from __future__ import annotations

from typing import Any

import numpy as np
from ct_lungs_graph import (
    counted,
    inputs,
    lungs_of_scan,
    numbered,
    shares,
    side,
    write_volumes,
)
from onnx import ModelProto, TensorProto, ValueInfoProto
from onnx_floods import finished
from onnx_graph import Pen, value

DENSE_HU = -700.0  # well aerated lung ends here: Negroni et al. 2022, doi:10.1007/s10278-022-00593-z
CONSOLIDATION_HU = -300.0  # ground glass ends here: doi:10.1186/s12879-021-06556-z
CEILING_HU = 100.0  # ours: above lie contrast-filled vessels, calcium and bone
VESSEL = (1, 5, 5)  # 7.5 mm: dense things narrower than this in the slice are taken for vessels
GRADE_PERCENT = (5.0, 25.0, 50.0, 75.0)  # CT-0 ends at the first (ours, above the vessels of a healthy lung)


def build_model(name: str, version: str) -> ModelProto:
    """The whole graph; inputs and outputs are described on the package's card."""
    pen = Pen()
    fine, sides = lungs_of_scan(pen)
    dense, solid = dense_lung(pen, fine, sides)
    write_maps(pen, sides, dense, solid)
    write_figures(pen, sides, dense, solid)
    return finished(pen, name, version, inputs(), outputs())


def dense_lung(pen: Pen, fine: str, sides: str) -> tuple[str, str]:
    """Dense lung per side without vessels, and the part of it that is consolidation."""
    smooth = pen.node("AveragePool", fine, kernel_shape=[1, 3, 3], pads=[0, 1, 1] * 2, count_include_pad=0)
    dense = pen.both(pen.above(smooth, DENSE_HU), pen.below(smooth, CEILING_HU))
    opened = pen.both(pen.open(pen.both(sides, dense), VESSEL), sides)
    return opened, pen.both(opened, pen.above(smooth, CONSOLIDATION_HU))


def write_maps(pen: Pen, sides: str, dense: str, solid: str) -> None:
    """Maps under their public names; texture: 1 and 2 ground glass, 3 and 4 consolidation, right before left."""
    numbered(pen, sides, "lungs")
    numbered(pen, dense, "dense")
    glass = pen.node("Sub", dense, solid)
    parts = pen.node("Concat", glass, solid, axis=1)
    number = pen.constant(np.arange(1.0, 5.0).reshape(1, 4, 1, 1, 1))
    texture = pen.total(pen.node("Mul", parts, number), (1,), keep=True)
    pen.node("Cast", texture, out="texture", to=TensorProto.UINT8)
    both = pen.node("Max", side(pen, dense, 0), side(pen, dense, 1))
    pooling: dict[str, Any] = {
        "kernel_shape": [1, 4, 4],
        "strides": [1, 4, 4],
        "ceil_mode": 1,
        "count_include_pad": 0,
    }
    pen.node("AveragePool", both, out="heat", **pooling)


def write_figures(pen: Pen, sides: str, dense: str, solid: str) -> None:
    """Volumes, shares per lung and of both lungs together, and the grade by the worse lung and by both."""
    whole = write_volumes(pen, sides)
    dense_count, solid_count = counted(pen, dense), counted(pen, solid)
    share = shares(pen, dense_count, whole, "dense_percent")
    shares(pen, solid_count, whole, "solid_percent")
    shares(pen, pen.node("Sub", dense_count, solid_count), whole, "glass_percent")
    together = shares(pen, all_of(pen, dense_count), all_of(pen, whole), "both_percent")
    worse = pen.node("ReduceMax", share, pen.ints(0), keepdims=1, out="worse_percent")
    for percent, name in ((worse, "grade"), (together, "grade_both")):
        passed = pen.node("Greater", percent, pen.constant(np.array(GRADE_PERCENT, dtype=np.float32)))
        pen.node("ReduceSum", pen.as_float(passed), pen.ints(0), keepdims=1, out=name)


def all_of(pen: Pen, counts: str) -> str:
    """Both lungs together, one element."""
    return pen.node("ReduceSum", counts, pen.ints(0), keepdims=1)


def outputs() -> list[ValueInfoProto]:
    """Label maps on the fine grid, heat on every fourth voxel of it, figures as (right, left) or alone."""
    fine: list[int | str] = [1, 1, "slices", "fine_rows", "fine_columns"]
    maps = [value(name, TensorProto.UINT8, fine) for name in ("lungs", "dense", "texture")]
    heat = value("heat", TensorProto.FLOAT, [1, 1, "slices", "heat_rows", "heat_columns"])
    return [
        *maps,
        heat,
        *(value(name, TensorProto.FLOAT, [2]) for name in PAIRS),
        *(value(name, TensorProto.FLOAT, [1]) for name in SINGLE),
    ]


PAIRS = ("lung_ml", "dense_percent", "glass_percent", "solid_percent")
SINGLE = ("worse_percent", "both_percent", "grade", "grade_both", "lungs_found")
