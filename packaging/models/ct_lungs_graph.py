"""Both lungs of a chest CT by attenuation, as a piece of an ONNX graph. Why each step is there stands beside it.

Three grids, all covering the same box: the scan itself; `fine`, its slices with pixels of 1.5 mm, on which most is
measured; and `coarse`, cubes of 3 mm, on which lungs are told from everything else. So every kernel below has its size
in mm, whatever the scan's pixel spacing.
"""

from __future__ import annotations

import numpy as np
from onnx import TensorProto, ValueInfoProto
from onnx_floods import cells, fill, flood, frame, resize
from onnx_graph import Pen, value

FINE_MM = 1.5
COARSE_MM = 3.0
TISSUE_HU = -400.0  # ours: half way between lung (about -850) and soft tissue (about 40)
GAS_HU = -975.0  # ours: the trachea lies below, even emphysema above
CORE_HU = -945.0  # ours: stomach and bowel gas lie below; a lung begins from tissue denser than that
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
MINIMUM_ML = 800.0  # ours: both lungs together; less is a head, an abdomen with lung bases, or no lungs
MINIMUM_BALANCE = (
    0.5  # ours: a lung under half the other's size has lost its dense part to the chest wall, or is gone
)


def lungs_of_scan(pen: Pen) -> tuple[str, str]:
    """(1, 1, slices, rows, columns) HU on the fine grid, and right and left lung there as two channels."""
    fine, coarse = grids(pen)
    return fine, fine_lungs(pen, fine, find_lungs(pen, coarse))


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


def find_lungs(pen: Pen, hu: str) -> str:
    """Right and left lung on the coarse grid as two channels, dense parts inside them filled."""
    body, inner = air_in_body(pen, hu)
    return filled(pen, aerated_lungs(pen, hu, body, inner))


def air_in_body(pen: Pen, hu: str) -> tuple[str, str]:
    """The body with all its air, and the air in it that the chest wall surrounds."""
    air = pen.below(hu, TISSUE_HU)
    outside = flood(pen, frame(pen, air, (1, 2)), air, (1, 2), "out_")
    body = pen.negate(outside)
    return body, pen.both(air, body, walled_in(pen, pen.negate(air)))


def aerated_lungs(pen: Pen, hu: str, body: str, inner: str) -> str:
    """Right and left lung without trachea and bowel: cores that are thick enough, regrown so far."""
    parenchyma = pen.both(inner, pen.above(hu, GAS_HU))
    firm = pen.both(parenchyma, pen.above(hu, CORE_HU))
    bulky = flood(pen, pen.shrink(firm, BULK), pen.shrink(firm, (3, 3, 3)), (0, 1, 2), "bulk_")
    core = pen.both(pen.shrink(firm, CORE), bulky)
    return regrow(pen, split_sides(pen, core, body), parenchyma)


def filled(pen: Pen, lungs: str) -> str:
    """Gaps closed and holes filled: vessels, nodules, consolidation inside."""
    return fill(pen, pen.close(lungs, (3, 5, 5)), (0, 1, 2), "gap_")


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


def regrow(pen: Pen, markers: str, mask: str, steps: int = REGROW_STEPS, prefix: str = "grow_") -> str:
    """Both markers grow at once through the mask, a limited number of steps; neither takes the other's voxels."""
    inner, state = Pen(prefix), prefix + "state"
    grown = inner.node("Mul", inner.cross_grow(state, (0, 1, 2)), mask)
    right, left = side(inner, state, 0), side(inner, state, 1)
    new_right = inner.node("Mul", side(inner, grown, 0), inner.negate(left))
    new_left = inner.node("Mul", side(inner, grown, 1), inner.negate(inner.either(right, new_right)))
    both = inner.node("Concat", new_right, new_left, axis=1)
    go_on = inner.node("Less", "iteration", inner.constant(steps, np.int64))
    body = inner.body([state], go_on, [both])
    return pen.loop(steps, [markers], body)[0]


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


def numbered(pen: Pen, masks: str, out: str) -> None:
    """A label map under its public name: 1 right, 2 left."""
    number = pen.constant(np.array([1.0, 2.0]).reshape(1, 2, 1, 1, 1))
    labels = pen.total(pen.node("Mul", masks, number), (1,), keep=True)
    pen.node("Cast", labels, out=out, to=TensorProto.UINT8)


def counted(pen: Pen, masks: str) -> str:
    """Voxels of each channel: (channels,)."""
    return pen.node("Squeeze", pen.total(masks, (2, 3, 4)), pen.ints(0))


def shares(pen: Pen, some: str, whole: str, out: str) -> str:
    """Percent of the whole, per channel, under a public name."""
    ratio = pen.node("Div", some, pen.node("Max", whole, pen.constant(1.0)))
    return pen.node("Mul", ratio, pen.constant(100.0), out=out)


def write_volumes(pen: Pen, sides: str) -> str:
    """`lung_ml` (right, left) and `lungs_found`; returns voxels per side."""
    box = pen.node("Slice", pen.node("Shape", "hu"), pen.ints(2), pen.ints(5))
    box_mm = pen.node("ReduceProd", pen.node("Mul", pen.as_float(box), "spacing_mm"), keepdims=0)
    voxels = pen.node("ReduceProd", pen.as_float(pen.node("Shape", sides)), keepdims=0)
    voxel_ml = pen.node("Div", pen.node("Mul", box_mm, pen.constant(2e-3)), voxels)  # two channels, mm3 to ml
    count = counted(pen, sides)
    volume = pen.node("Mul", count, voxel_ml, out="lung_ml")
    enough = pen.above(pen.node("ReduceSum", volume, pen.ints(0), keepdims=1), MINIMUM_ML)
    larger = pen.node("ReduceMax", volume, pen.ints(0), keepdims=1)
    smaller = pen.node("ReduceMin", volume, pen.ints(0), keepdims=1)
    pair = pen.above(pen.node("Div", smaller, pen.node("Max", larger, pen.constant(1.0))), MINIMUM_BALANCE)
    pen.node("Mul", enough, pair, out="lungs_found")
    return count


def inputs() -> list[ValueInfoProto]:
    """hu: the scan; columns run to the patient's left, rows to the back. spacing_mm: between slices, rows, columns."""
    return [
        value("hu", TensorProto.FLOAT, [1, 1, "slices", "rows", "columns"]),
        value("spacing_mm", TensorProto.FLOAT, [3]),
    ]
