"""One mammogram taken apart by brightness and shape, as an ONNX graph: breast, muscle, dense part, bright spots.

Nothing is trained. Breast and muscle are found on the `small` grid (`mg_breast_parts.py`), the maps are cut out of the
`middle` one, spots are looked for on the `fine` one (2048 cells a side). The maps are mirrored back.
"""

from __future__ import annotations

import numpy as np
from mg_breast_parts import (
    MIDDLE,
    RIM,
    SMALL,
    breast_of,
    cut,
    enlarged,
    level_within,
    levels_and_wall,
    muscle_of,
    one,
    picture,
    scaled,
    squared,
    turned,
    volume,
)
from onnx import ModelProto, TensorProto
from onnx_floods import finished, resize
from onnx_graph import Pen, value

FINE = 2048
DENSE_SHARE = 0.5  # ours: dense tissue begins half way from the fat level to the bright level of this breast
CLASSES = (25.0, 50.0, 75.0)  # cut-points of area percent in BI-RADS, fourth edition; the fifth has none
SPOT_DEVIATIONS = 5.0  # ours: how far a spot stands out of its surroundings
SPOT_SHARE = 0.02  # ours: and of the film's range, at least
CLUSTER = 101  # cells of 2048 in which spots are counted together: about 1 cm of a film of 20 to 24 cm
CLUSTER_SPOTS = 5  # ours
CLUSTER_SCORE = (CLUSTER_SPOTS - 0.5) / (2.0 * CLUSTER_SPOTS)  # a score of 1 is twice a cluster
FIGURES = (
    "cluster_score",
    "dense_percent",
    "density_class",
    "muscle_found",
    "spots",
    "largest_cluster",
    "breast_found",
    "breast_percent",
)


def build_model(name: str, version: str) -> ModelProto:
    """The whole graph; inputs and outputs are described on the package's card."""
    pen = Pen()
    dark, bright, on_right = levels_and_wall(pen, "film")
    square = squared(pen, turned(pen, "film", on_right), dark)
    even = scaled(pen, resize(pen, square, pen.ints(1, 1, SMALL, SMALL), antialias=1), dark, bright)
    breast = breast_of(pen, even)
    muscle, found = muscle_of(pen, breast, even)
    middle = scaled(pen, resize(pen, square, pen.ints(1, 1, MIDDLE, MIDDLE), antialias=1), dark, bright)
    fine = scaled(pen, resize(pen, square, pen.ints(1, 1, FINE, FINE), antialias=1), dark, bright)
    whole = enlarged(pen, breast, MIDDLE)
    part = pen.both(whole, pen.negate(enlarged(pen, muscle, MIDDLE)))
    dense = dense_of(pen, middle, part)
    spots, near = spots_of(pen, fine, part)
    write_maps(pen, (whole, part, dense, near), on_right)
    write_figures(pen, (part, dense, whole), (spots, near), found)
    shape: list[int | str] = [1, 1, "map_rows", "map_columns"]
    told = [value(one, TensorProto.UINT8, shape) for one in ("tissue", "clusters")]
    told.append(value("heat", TensorProto.FLOAT, shape))
    told += [value(one, TensorProto.FLOAT, [1]) for one in FIGURES]
    film = value("film", TensorProto.FLOAT, [1, 1, "rows", "columns"])
    return finished(pen, name, version, [film], told)


def dense_of(pen: Pen, even: str, part: str) -> str:
    """Brighter than half way from fat to the bright level, both taken from this breast under its rim."""
    inner = picture(pen, pen.shrink(volume(pen, part), (1, 2 * RIM + 1, 2 * RIM + 1)))
    soft = pen.node("AveragePool", even, kernel_shape=[5, 5], pads=[2, 2, 2, 2], count_include_pad=0)
    fat, full = level_within(pen, soft, inner, 0.1), level_within(pen, soft, inner, 0.98)
    limit = pen.node("Add", fat, pen.node("Mul", pen.node("Sub", full, fat), pen.constant(DENSE_SHARE)))
    bright = pen.as_float(pen.node("Greater", soft, limit))
    return pen.both(part, bright)


def spots_of(pen: Pen, fine: str, part: str) -> tuple[str, str]:
    """Middles of small bright spots on the fine grid, and on the middle grid how many lie within a square of 1 cm."""
    narrow, wide = blurred(pen, fine, 1.2), blurred(pen, fine, 3.0)
    stands = pen.node("Sub", narrow, wide)
    square = pen.node("AveragePool", pen.node("Mul", stands, stands), kernel_shape=[4, 4], strides=[4, 4])
    around = pen.node("AveragePool", square, kernel_shape=[17, 17], pads=[8] * 4, count_include_pad=0)
    noise = pen.node("Sqrt", resize(pen, around, pen.ints(1, 1, FINE, FINE)))
    limit = pen.node("Max", pen.node("Mul", noise, pen.constant(SPOT_DEVIATIONS)), pen.constant(SPOT_SHARE))
    peak = pen.node("MaxPool", stands, kernel_shape=[7, 7], pads=[3] * 4)
    alone = pen.as_float(pen.node("GreaterOrEqual", stands, peak))
    away_from_skin = picture(pen, pen.shrink(volume(pen, part), (1, RIM, RIM)))
    inside = enlarged(pen, away_from_skin, FINE)
    spots = pen.both(alone, pen.as_float(pen.node("Greater", stands, limit)), inside)
    quarter = pen.node("AveragePool", spots, kernel_shape=[4, 4], strides=[4, 4])
    width = CLUSTER // 4
    near = pen.node("AveragePool", quarter, kernel_shape=[width] * 2, pads=[width // 2] * 4)
    return spots, pen.node("Mul", near, pen.constant(16.0 * width * width))


def blurred(pen: Pen, values: str, deviation: float) -> str:
    """Gaussian, rows then columns."""
    reach = int(np.ceil(3 * deviation))
    curve = np.exp(-0.5 * (np.arange(-reach, reach + 1) / deviation) ** 2)
    curve /= curve.sum()
    wide = pen.node("Pad", values, pen.ints(0, 0, reach, reach, 0, 0, reach, reach), mode="edge")
    down = pen.node("Conv", wide, pen.constant(curve.reshape(1, 1, -1, 1)))
    return pen.node("Conv", down, pen.constant(curve.reshape(1, 1, 1, -1)))


def write_maps(pen: Pen, masks: tuple[str, str, str, str], on_right: str) -> None:
    """tissue: 1 breast, 2 dense part, 3 muscle; clusters: 1; heat: spots within 1 cm, 1 at twice a cluster."""
    whole, part, dense, near = masks
    muscle = pen.node("Mul", pen.node("Sub", whole, part), pen.constant(3.0))
    tissue = pen.node("Sum", part, dense, muscle)
    pen.node("Cast", turned(pen, cut(pen, tissue, "film"), on_right), out="tissue", to=TensorProto.UINT8)
    crowded = pen.both(part, pen.above(near, CLUSTER_SPOTS - 0.5))
    pen.node("Cast", turned(pen, cut(pen, crowded, "film"), on_right), out="clusters", to=TensorProto.UINT8)
    raised = pen.node("Div", near, pen.constant(2.0 * CLUSTER_SPOTS))
    heat = pen.both(part, pen.node("Clip", raised, pen.constant(0.0), pen.constant(1.0)))
    pen.node("Identity", turned(pen, cut(pen, heat, "film"), on_right), out="heat")


def write_figures(pen: Pen, masks: tuple[str, str, str], counted: tuple[str, str], found: str) -> None:
    """Percent density and its quarter, spots, and whether this looks like one breast on a film."""
    part, dense, whole = masks
    spots, near = counted
    area = one(pen, part, "ReduceSum")
    ratio = pen.node("Div", one(pen, dense, "ReduceSum"), pen.node("Max", area, pen.constant(1.0)))
    percent = pen.node("Mul", ratio, pen.constant(100.0), out="dense_percent")
    passed = pen.as_float(pen.node("Greater", percent, pen.constant(np.array(CLASSES, dtype=np.float32))))
    quarter = pen.node("ReduceSum", passed, pen.ints(0), keepdims=1)
    pen.node("Add", quarter, pen.constant(1.0), out="density_class")
    pen.node("Identity", found, out="muscle_found")
    pen.node("Identity", one(pen, spots, "ReduceSum"), out="spots")
    most = one(pen, pen.node("Mul", near, part), "ReduceMax")
    pen.node("Identity", most, out="largest_cluster")
    score = pen.node("Div", most, pen.constant(2.0 * CLUSTER_SPOTS))
    pen.node("Clip", score, pen.constant(0.0), pen.constant(1.0), out="cluster_score")
    share = one(pen, whole, "ReduceMean")
    pen.node("Mul", share, pen.constant(100.0), out="breast_percent")
    wall = pen.node("Slice", whole, pen.ints(2), pen.ints(10), pen.ints(3))
    touches = pen.above(one(pen, wall, "ReduceMean"), 0.15)
    pen.node("Mul", pen.both(pen.above(share, 0.03), pen.below(share, 0.7)), touches, out="breast_found")
