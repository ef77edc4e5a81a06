"""Lungs and dense lung by attenuation, written as one ONNX graph. Why each step is there stands beside it.

Three grids, all covering the same box: the scan itself; `fine`, its slices with pixels of 1.5 mm, on which
everything is measured; and `coarse`, cubes of 3 mm, on which lungs are told from everything else. So every kernel
below has its size in mm, whatever the scan's pixel spacing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import ModelProto, TensorProto, ValueInfoProto, helper
from onnx_graph import IR_VERSION, OPSET, Pen, value

FINE_MM = 1.5
COARSE_MM = 3.0
TISSUE_HU = -400.0  # ours: half way between lung (about -850) and soft tissue (about 40)
GAS_HU = -975.0  # ours: the trachea lies below, even emphysema above
CORE_HU = -945.0  # ours: stomach and bowel gas lie below; a lung begins from tissue denser than that
DENSE_HU = -700.0  # well aerated lung ends here: Negroni et al. 2022, doi:10.1007/s10278-022-00593-z
CONSOLIDATION_HU = -300.0  # ground glass ends here: doi:10.1186/s12879-021-06556-z
CEILING_HU = 100.0  # ours: above lie contrast-filled vessels, calcium and bone
WALL_VOXELS = (
    3.0  # tissue that a ray out of the lung must cross to each side: 9 mm of chest wall, not a table's shell
)
CORE = (5, 5, 5)  # 15 mm: lungs are thicker somewhere, bronchi and fat pockets are not
BULK = (7, 9, 9)  # 21 x 27 mm: what never gets so thick (bowel, a table's foam) is no lung
MIDDLE_MM = 12.0  # cores nearer to the midline than this do not choose a side, they are reached from one
REGROW_STEPS = 12  # 36 mm from the core: reaches apex and recesses, not the trachea
CLOSING = (
    1,
    13,
    13,
)  # 9 mm to each side (13 px at 0.7 mm): keeps pleural masses and consolidation up to that in
VESSEL = (1, 5, 5)  # 7.5 mm: dense things narrower than this in the slice are taken for vessels
FLOOD_CAP = 600  # rounds of two voxels: 3.6 m of winding way
MINIMUM_ML = 800.0  # ours: both lungs together; less is a head, an abdomen with lung bases, or no lungs
MINIMUM_BALANCE = (
    0.5  # ours: a lung under half the other's size has lost its dense part to the chest wall, or is gone
)
GRADE_PERCENT = (5.0, 25.0, 50.0, 75.0)  # CT-0 ends at the first (ours, above the vessels of a healthy lung)


def build_model(name: str, version: str) -> ModelProto:
    """The whole graph; inputs and outputs are described on the package's card."""
    pen = Pen()
    fine, coarse = grids(pen)
    lungs = find_lungs(pen, coarse)
    sides = fine_lungs(pen, fine, lungs)
    dense, solid = dense_lung(pen, fine, sides)
    write_outputs(pen, sides, dense, solid)
    graph = helper.make_graph(pen.nodes, name, inputs(), outputs(), pen.constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="overread")
    model.ir_version = IR_VERSION
    helper.set_model_props(model, {"package": name, "package_version": version})
    return model


def grids(pen: Pen) -> tuple[str, str]:
    """HU on the fine grid (own slices, 1.5 mm pixels) and on cubes of 3 mm, both covering the scan's box."""
    clipped = pen.node("Clip", "hu", pen.constant(-1024.0), pen.constant(1000.0))
    shape = pen.node("Slice", pen.node("Shape", "hu"), pen.ints(2), pen.ints(5))
    slices = pen.node("Slice", shape, pen.ints(0), pen.ints(1))
    extent = pen.node("Mul", pen.as_float(shape), "spacing_mm")
    pixels = pen.node("Slice", cells(pen, extent, FINE_MM), pen.ints(1), pen.ints(3))
    fine = resize(pen, clipped, pen.node("Concat", pen.ints(1, 1), slices, pixels, axis=0), antialias=1)
    cubes = pen.node("Concat", pen.ints(1, 1), cells(pen, extent, COARSE_MM), axis=0)
    return fine, resize(pen, fine, cubes, antialias=1)


def cells(pen: Pen, extent_mm: str, size_mm: float) -> str:
    """How many cells of a size fit each extent best, 8 at least."""
    count = pen.node("Round", pen.node("Div", extent_mm, pen.constant(size_mm)))
    return pen.node("Cast", pen.node("Max", count, pen.constant(8.0)), to=TensorProto.INT64)


def resize(pen: Pen, values: str, sizes: str, antialias: int = 0) -> str:
    """Linear, both grids covering the same box; antialias averages over what a larger cell covers."""
    how: dict[str, Any] = {
        "mode": "linear",
        "coordinate_transformation_mode": "half_pixel",
        "antialias": antialias,
    }
    return pen.node("Resize", values, "", "", sizes, **how)


def find_lungs(pen: Pen, hu: str) -> str:
    """Right and left lung on the coarse grid as two channels, dense parts inside them filled."""
    air = pen.below(hu, TISSUE_HU)
    tissue = pen.negate(air)
    outside = flood(pen, frame(pen, air, (1, 2)), air, (1, 2), "out_")
    parenchyma = pen.both(air, pen.negate(outside), walled_in(pen, tissue), pen.above(hu, GAS_HU))
    firm = pen.both(parenchyma, pen.above(hu, CORE_HU))
    bulky = flood(pen, pen.shrink(firm, BULK), pen.shrink(firm, (3, 3, 3)), (0, 1, 2), "bulk_")
    core = pen.both(pen.shrink(firm, CORE), bulky)
    lungs = regrow(pen, split_sides(pen, core, pen.negate(outside)), parenchyma)
    closed = pen.close(lungs, (3, 5, 5))
    gaps = pen.negate(closed)
    return pen.negate(flood(pen, pen.both(frame(pen, gaps, (0, 1, 2)), gaps), gaps, (0, 1, 2), "gap_"))


def frame(pen: Pen, like: str, axes: tuple[int, ...]) -> str:
    """1 on the outermost voxels along the given axes."""
    pads = [0, 0, *(int(axis in axes) for axis in range(3))]
    whole = pen.node("Shape", like)
    inner = pen.node("Sub", whole, pen.ints(*(2 * pad for pad in pads)))
    zeros = pen.node(
        "ConstantOfShape", inner, value=helper.make_tensor("zero", TensorProto.FLOAT, [1], [0.0])
    )
    return pen.node("Pad", zeros, pen.ints(*pads, *pads), pen.constant(1.0))


def flood(pen: Pen, seed: str, mask: str, axes: tuple[int, ...], prefix: str) -> str:
    """Everything in the mask that the seed reaches along the axes: geodesic dilation until nothing changes."""
    inner = Pen(prefix)
    state, size = prefix + "state", prefix + "size"
    reached = inner.node("Mul", inner.cross_grow(state, axes), mask)
    reached = inner.node("Mul", inner.cross_grow(reached, axes), mask)
    new_size = inner.total(reached)
    go_on = inner.node("Greater", new_size, size)
    kept = inner.node("Identity", new_size)
    body = inner.body([state, size], go_on, [reached, kept])
    start = pen.node("Mul", seed, mask)
    return pen.loop(FLOOD_CAP, [start, pen.total(start)], body)[0]


def walled_in(pen: Pen, tissue: str) -> str:
    """1 where rays to the left, right, front and back all cross enough tissue: not on, in or under the table."""
    masks = []
    for axis in (3, 4):
        for reverse in (0, 1):
            crossed = pen.node("CumSum", tissue, pen.constant(axis, np.int64), reverse=reverse)
            masks.append(pen.above(crossed, WALL_VOXELS - 0.5))
    return pen.both(*masks)


def split_sides(pen: Pen, core: str, body: str) -> str:
    """Two channels of markers, right then left: the core to either side of the emptiest column near the middle."""
    columns = pen.node("Squeeze", pen.size_of(core, 4), pen.ints(0))
    index = pen.as_float(pen.node("Range", pen.constant(0, np.int64), columns, pen.constant(1, np.int64)))
    mass = pen.total(body, (0, 1, 2, 3))
    weight = pen.node("Max", pen.total(mass), pen.constant(1.0))
    middle = pen.node("Div", pen.total(pen.node("Mul", mass, index)), weight)
    away = pen.node("Abs", pen.node("Sub", index, middle))
    reach = pen.node("Mul", pen.total(pen.above(mass, 0.5)), pen.constant(0.12))
    far = pen.as_float(pen.node("Greater", away, reach))
    load = pen.node("Add", pen.total(core, (0, 1, 2, 3)), pen.node("Mul", away, pen.constant(0.5)))
    load = pen.node("Add", load, pen.node("Mul", far, pen.constant(1e9)))
    cut = pen.as_float(pen.node("ArgMin", load, axis=0, keepdims=0))
    margin = pen.constant(MIDDLE_MM / COARSE_MM)
    right = pen.as_float(pen.node("Less", index, pen.node("Sub", cut, margin)))
    left = pen.as_float(pen.node("Greater", index, pen.node("Add", cut, margin)))
    return pen.node("Concat", pen.node("Mul", core, right), pen.node("Mul", core, left), axis=1)


def regrow(pen: Pen, markers: str, mask: str) -> str:
    """Both markers grow at once through the mask, a limited number of steps; neither takes the other's voxels."""
    inner = Pen("grow_")
    grown = inner.node("Mul", inner.cross_grow("grow_state", (0, 1, 2)), mask)
    right, left = side(inner, "grow_state", 0), side(inner, "grow_state", 1)
    new_right = inner.node("Mul", side(inner, grown, 0), inner.negate(left))
    new_left = inner.node("Mul", side(inner, grown, 1), inner.negate(inner.either(right, new_right)))
    both = inner.node("Concat", new_right, new_left, axis=1)
    go_on = inner.node("Less", "iteration", inner.constant(REGROW_STEPS, np.int64))
    body = inner.body(["grow_state"], go_on, [both])
    return pen.loop(REGROW_STEPS, [markers], body)[0]


def side(pen: Pen, lungs: str, place: int) -> str:
    """One channel: 0 right, 1 left."""
    return pen.node("Slice", lungs, pen.ints(place), pen.ints(place + 1), pen.ints(1))


def fine_lungs(pen: Pen, fine: str, lungs: str) -> str:
    """Right and left lung on the fine grid: air near the coarse lung, its filled core, and the closing."""
    shape = pen.node(
        "Concat", pen.ints(1, 2), pen.node("Slice", pen.node("Shape", fine), pen.ints(2), pen.ints(5)), axis=0
    )
    near = pen.above(resize(pen, pen.grow(lungs, (3, 3, 3)), shape), 0.5)
    deep = pen.above(resize(pen, pen.shrink(lungs, (1, 3, 3)), shape), 0.5)
    aerated = pen.either(pen.both(near, pen.below(fine, TISSUE_HU)), deep)
    closed = pen.close(aerated, CLOSING)
    right = side(pen, closed, 0)
    left = pen.both(side(pen, closed, 1), pen.negate(right))
    return pen.node("Concat", right, left, axis=1)


def dense_lung(pen: Pen, fine: str, sides: str) -> tuple[str, str]:
    """Dense lung per side without vessels, and the part of it that is consolidation."""
    smooth = pen.node("AveragePool", fine, kernel_shape=[1, 3, 3], pads=[0, 1, 1] * 2, count_include_pad=0)
    dense = pen.both(pen.above(smooth, DENSE_HU), pen.below(smooth, CEILING_HU))
    opened = pen.both(pen.open(pen.both(sides, dense), VESSEL), sides)
    return opened, pen.both(opened, pen.above(smooth, CONSOLIDATION_HU))


def write_outputs(pen: Pen, sides: str, dense: str, solid: str) -> None:
    """Maps and figures under their public names."""
    number = pen.constant(np.array([1.0, 2.0]).reshape(1, 2, 1, 1, 1))
    for name, masks in (("lungs", sides), ("dense", dense)):
        pen.node(
            "Cast", pen.total(pen.node("Mul", masks, number), (1,), keep=True), out=name, to=TensorProto.UINT8
        )
    texture = pen.total(pen.node("Add", dense, solid), (1,), keep=True)
    pen.node("Cast", texture, out="texture", to=TensorProto.UINT8)
    both = pen.total(dense, (1,), keep=True)
    pooling: dict[str, Any] = {
        "kernel_shape": [1, 4, 4],
        "strides": [1, 4, 4],
        "ceil_mode": 1,
        "count_include_pad": 0,
    }
    pen.node("AveragePool", both, out="heat", **pooling)
    write_figures(pen, sides, dense, solid)


def write_figures(pen: Pen, sides: str, dense: str, solid: str) -> None:
    """Volumes, shares per lung, the worse lung's share and grade, and whether these are lungs at all."""
    box = pen.node("Slice", pen.node("Shape", "hu"), pen.ints(2), pen.ints(5))
    box_mm = pen.node("ReduceProd", pen.node("Mul", pen.as_float(box), "spacing_mm"), keepdims=0)
    voxels = pen.node("ReduceProd", pen.as_float(pen.node("Shape", sides)), keepdims=0)
    voxel_ml = pen.node("Div", pen.node("Mul", box_mm, pen.constant(2e-3)), voxels)  # two channels, mm3 to ml
    counts = [
        pen.node("Squeeze", pen.total(masks, (2, 3, 4)), pen.ints(0)) for masks in (sides, dense, solid)
    ]
    volume = pen.node("Mul", counts[0], voxel_ml, out="lung_ml")
    enough = pen.above(pen.node("ReduceSum", volume, pen.ints(0), keepdims=1), MINIMUM_ML)
    larger = pen.node("ReduceMax", volume, pen.ints(0), keepdims=1)
    smaller = pen.node("ReduceMin", volume, pen.ints(0), keepdims=1)
    pair = pen.above(pen.node("Div", smaller, pen.node("Max", larger, pen.constant(1.0))), MINIMUM_BALANCE)
    pen.node("Mul", enough, pair, out="lungs_found")
    whole = pen.node("Max", counts[0], pen.constant(1.0))
    hundred = pen.constant(100.0)
    share = pen.node("Mul", pen.node("Div", counts[1], whole), hundred, out="dense_percent")
    pen.node("Mul", pen.node("Div", counts[2], whole), hundred, out="solid_percent")
    worse = pen.node("ReduceMax", share, pen.ints(0), keepdims=1, out="worse_percent")
    passed = pen.as_float(pen.node("Greater", worse, pen.constant(np.array(GRADE_PERCENT, dtype=np.float32))))
    pen.node("ReduceSum", passed, pen.ints(0), keepdims=1, out="grade")


def inputs() -> list[ValueInfoProto]:
    """hu: the scan; columns run to the patient's left, rows to the back. spacing_mm: between slices, rows, columns."""
    return [
        value("hu", TensorProto.FLOAT, [1, 1, "slices", "rows", "columns"]),
        value("spacing_mm", TensorProto.FLOAT, [3]),
    ]


def outputs() -> list[ValueInfoProto]:
    """Label maps on the fine grid, heat on every fourth voxel of it, figures as (right, left) or alone."""
    fine: list[int | str] = [1, 1, "slices", "fine_rows", "fine_columns"]
    maps = [value(name, TensorProto.UINT8, fine) for name in ("lungs", "dense", "texture")]
    heat = value("heat", TensorProto.FLOAT, [1, 1, "slices", "heat_rows", "heat_columns"])
    pairs = [value(name, TensorProto.FLOAT, [2]) for name in ("lung_ml", "dense_percent", "solid_percent")]
    single = [value(name, TensorProto.FLOAT, [1]) for name in ("worse_percent", "grade", "lungs_found")]
    return [*maps, heat, *pairs, *single]
