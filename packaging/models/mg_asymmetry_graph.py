"""Two breasts laid over each other, as an ONNX graph: where has one side more dense tissue than the other.

Nothing is trained. Each film is taken apart as in `mg_breast_parts.py`, its chest wall on the left, so one side of a
pair is mirrored. Both breasts are then laid on one `common` grid: across from the chest wall to the skin, down from the
upper end of the outline to the lower one. Dense tissue is smoothed there, and what one side has more of than the other
has anywhere near that place is laid back over its own film, by the inverse of the way it came.
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
from mg_common_grid import Laid, laid_back, laid_on, outline_of
from onnx import ModelProto, TensorProto, ValueInfoProto, helper
from onnx_floods import finished, resize
from onnx_graph import Pen, value

PAIRS = {"cc": ("RCC", "LCC"), "mlo": ("RMLO", "LMLO")}
VIEWS = tuple(view for pair in PAIRS.values() for view in pair)
LEAST_SPAN = 0.3  # ours: dense tissue is brighter than fat by this share of fat's own brightness, at least
SPAN_SHARE = 0.7  # ours: and by this share of what it is in the other breast
DENSE_FROM, DENSE_TO = (
    0.35,
    0.65,
)  # of the way from fat to the bright level: no dense tissue, all dense tissue
BLUR = (5.0, 8.0)  # cells of the common grid down and across: about 5 % of the breast's depth
REACH = (9, 13)  # ours: cells within which the other breast may have its tissue instead
THIN = 17  # cells of the middle grid: what is narrower is no breast, such as light along a film's edge
HEAT_FROM = 0.3  # ours: a map is drawn from here
MARKED_SHARE = 0.01  # ours: the score is what this share of the compared breast exceeds
OUTLINE_DICE = 0.85  # ours: outlines that overlap less are not compared
SHAPE_RATIO = 0.75  # ours: nor are breasts whose height over depth is less than this share of the other's
DENSE_LEAST = 0.02  # of the compared breast: with less dense tissue on both sides together there is no index
OF_VIEW = ("score",)
OF_PAIR = ("ok", "outline", "marked", "index", "index_known", "dense_cm2", "cm2_known")


def build_model(name: str, version: str) -> ModelProto:
    """The whole graph; inputs and outputs are described on the package's card."""
    pen = Pen()
    for pair, views in PAIRS.items():
        sides = [Side(pen, view.lower()) for view in views]
        compare(pen, pair, sides)
    scores = [f"{view.lower()}_score" for view in VIEWS]
    pen.node("Max", *scores, out="asymmetry_score")
    pen.node("Max", *(f"{pair}_ok" for pair in PAIRS), out="pair_found")
    return finished(pen, name, version, inputs(), outputs())


def inputs() -> list[ValueInfoProto]:
    """A film of each view and its spacing (slice, row, column) in mm, zeros where there is none."""
    films = [
        value(view.lower(), TensorProto.FLOAT, [1, 1, f"{view}_rows", f"{view}_columns"]) for view in VIEWS
    ]
    return films + [value(f"{view.lower()}_mm", TensorProto.FLOAT, [3]) for view in VIEWS]


def figures() -> tuple[str, ...]:
    """Names of all outputs that are one number."""
    of_views = [f"{view.lower()}_{what}" for view in VIEWS for what in OF_VIEW]
    of_pairs = [f"{pair}_{what}" for pair in PAIRS for what in OF_PAIR]
    return (*of_views, *of_pairs, "asymmetry_score", "pair_found")


def outputs() -> list[ValueInfoProto]:
    """Heat and compared part of each view, then the numbers."""
    told = []
    for view in VIEWS:
        shape: list[int | str] = [1, 1, f"{view}_map_rows", f"{view}_map_columns"]
        told.append(value(f"{view.lower()}_heat", TensorProto.FLOAT, shape))
        told.append(value(f"{view.lower()}_compared", TensorProto.UINT8, shape))
    return told + [value(name, TensorProto.FLOAT, [1]) for name in figures()]


class Side:
    """One film taken apart on the middle grid, its chest wall on the left."""

    def __init__(self, pen: Pen, view: str) -> None:
        self.view = view
        dark, bright, self.on_right = levels_and_wall(pen, view)
        square = squared(pen, turned(pen, view, self.on_right), dark)
        even = scaled(pen, resize(pen, square, pen.ints(1, 1, SMALL, SMALL), antialias=1), dark, bright)
        breast = breast_of(pen, even, f"{view}_")
        muscle, _ = muscle_of(pen, breast, even)
        middle = scaled(pen, resize(pen, square, pen.ints(1, 1, MIDDLE, MIDDLE), antialias=1), dark, bright)
        self.whole = enlarged(pen, breast, MIDDLE)
        self.part = pen.both(self.whole, pen.negate(enlarged(pen, muscle, MIDDLE)))
        inner = pen.shrink(volume(pen, self.part), (1, 2 * RIM + 1, 2 * RIM + 1))
        self.inner = picture(pen, pen.open(inner, (1, THIN, THIN)))
        self.soft = pen.node(
            "AveragePool", middle, kernel_shape=[5, 5], pads=[2, 2, 2, 2], count_include_pad=0
        )
        self.fat = pen.node("Max", level_within(pen, self.soft, self.inner, 0.1), pen.constant(0.02))
        full = level_within(pen, self.soft, self.inner, 0.98)
        self.span = pen.node("Div", pen.node("Sub", full, self.fat), self.fat)
        self.found = is_breast(pen, self.whole)
        self.outline = outline_of(pen, self.whole)


def is_breast(pen: Pen, whole: str) -> str:
    """Whether this looks like one breast at an edge of the film: (1,)."""
    share = one(pen, whole, "ReduceMean")
    wall = pen.node("Slice", whole, pen.ints(2), pen.ints(10), pen.ints(3))
    touches = pen.above(one(pen, wall, "ReduceMean"), 0.15)
    return pen.both(pen.above(share, 0.03), pen.below(share, 0.7), touches)


def dense_of(pen: Pen, side: Side, other: Side) -> str:
    """How far a place is dense tissue, 0 to 1: by this breast's own brightness, held against the other's."""
    against = pen.node("Mul", other.span, pen.constant(SPAN_SHARE))
    span = pen.node("Max", side.span, against, pen.constant(LEAST_SPAN))
    above_fat = pen.node("Sub", pen.node("Div", side.soft, side.fat), pen.constant(1.0))
    way = pen.node("Div", above_fat, span)
    raised = pen.node("Sub", way, pen.constant(DENSE_FROM))
    share = pen.node("Div", raised, pen.constant(DENSE_TO - DENSE_FROM))
    return pen.node("Mul", pen.node("Clip", share, pen.constant(0.0), pen.constant(1.0)), side.part)


def compare(pen: Pen, pair: str, sides: list[Side]) -> None:
    """Everything that is told of one pair of films, right before left."""
    dense = [dense_of(pen, side, other) for side, other in zip(sides, sides[::-1], strict=True)]
    laid = [
        laid_on(pen, side.outline, (tissue, side.inner, side.whole))
        for side, tissue in zip(sides, dense, strict=True)
    ]
    both = pen.both(*(pen.above(one_side.inner, 0.5) for one_side in laid))
    area = one(pen, both, "ReduceSum")
    outline = overlap(pen, laid)
    ok = pen.both(*(side.found for side in sides), pen.above(outline, OUTLINE_DICE), alike(pen, sides))
    pen.node("Identity", ok, out=f"{pair}_ok")
    pen.node("Mul", outline, pen.constant(100.0), out=f"{pair}_outline")
    smooth = [smoothed(pen, one_side.dense, both) for one_side in laid]
    more = [
        pen.both(excess(pen, own, other, area), both, pen.node("Reshape", ok, pen.ints(1, 1, 1, 1)))
        for own, other in zip(smooth, smooth[::-1], strict=True)
    ]
    for side, heat in zip(sides, more, strict=True):
        tell_view(pen, side, heat, (both, area, ok))
    marked = one(pen, pen.above(pen.node("Max", *more), HEAT_FROM), "ReduceSum")
    share = pen.node("Div", marked, pen.node("Max", area, pen.constant(1.0)))
    pen.node("Mul", share, pen.constant(100.0), out=f"{pair}_marked")
    tell_index(pen, pair, smooth, area)
    tell_areas(pen, pair, sides, dense)


def alike(pen: Pen, sides: list[Side]) -> str:
    """1 where neither breast is much taller for its depth than the other, as where one film is cut off: (1,)."""
    shapes = [pen.node("Div", side.outline.height, side.outline.depth) for side in sides]
    ratio = pen.node("Div", *shapes)
    return pen.both(pen.above(ratio, SHAPE_RATIO), pen.below(ratio, 1 / SHAPE_RATIO))


def overlap(pen: Pen, laid: list[Laid]) -> str:
    """Dice of the two outlines on the common grid: (1,)."""
    masks = [pen.above(one_side.whole, 0.5) for one_side in laid]
    shared = one(pen, pen.both(*masks), "ReduceSum")
    sizes = pen.node("Add", *(one(pen, mask, "ReduceSum") for mask in masks))
    doubled = pen.node("Mul", shared, pen.constant(2.0))
    return pen.node("Div", doubled, pen.node("Max", sizes, pen.constant(1.0)))


def smoothed(pen: Pen, dense: str, both: str) -> str:
    """The share of dense tissue round each place, of what is compared there."""
    held = blurred(pen, pen.node("Mul", dense, both))
    weight = pen.node("Max", blurred(pen, both), pen.constant(0.05))
    return pen.node("Mul", pen.node("Div", held, weight), both)


def blurred(pen: Pen, values: str) -> str:
    """Gaussian, rows then columns; beyond the grid lies nothing."""
    for axis, deviation in enumerate(BLUR):
        reach = int(np.ceil(3 * deviation))
        curve = np.exp(-0.5 * (np.arange(-reach, reach + 1) / deviation) ** 2)
        shape = (1, 1, -1, 1) if axis == 0 else (1, 1, 1, -1)
        pads = [reach, 0, reach, 0] if axis == 0 else [0, reach, 0, reach]
        values = pen.node("Conv", values, pen.constant((curve / curve.sum()).reshape(shape)), pads=pads)
    return values


def excess(pen: Pen, own: str, other: str, area: str) -> str:
    """What one side has more of than the other has anywhere within reach, beyond what the whole breast has more of.

    Exposure and processing differ from film to film and shift the whole breast: that is told as a number, not as a map.
    """
    kernel = [2 * reach + 1 for reach in REACH]
    near = pen.node("MaxPool", other, kernel_shape=kernel, pads=[*REACH, *REACH])
    whole = one(pen, pen.node("Sub", own, other), "ReduceSum")
    shift = pen.node("Relu", pen.node("Div", whole, pen.node("Max", area, pen.constant(1.0))))
    return pen.node("Relu", pen.node("Sub", pen.node("Sub", own, near), shift))


def tell_view(pen: Pen, side: Side, more: str, compared: tuple[str, str, str]) -> None:
    """Score, heat and compared part of one film."""
    both, area, ok = compared
    count = pen.node("Ceil", pen.node("Mul", area, pen.constant(MARKED_SHARE)))
    count = pen.node("Cast", pen.node("Max", count, pen.constant(1.0)), to=TensorProto.INT64)
    names = [pen.name("most"), pen.name("most_at") + "_at"]
    flat = pen.node("Reshape", more, pen.ints(-1))
    pen.nodes.append(helper.make_node("TopK", [flat, count], names, axis=0, largest=1))
    pen.node("ReduceMin", names[0], keepdims=1, out=f"{side.view}_score")
    heat = pen.node("Mul", laid_back(pen, side.outline, more), side.part)
    pen.node("Identity", turned(pen, cut(pen, heat, side.view), side.on_right), out=f"{side.view}_heat")
    there = pen.both(pen.above(laid_back(pen, side.outline, both), 0.5), side.part)
    there = pen.node("Mul", there, pen.node("Reshape", ok, pen.ints(1, 1, 1, 1)))
    mask = turned(pen, cut(pen, there, side.view), side.on_right)
    pen.node("Cast", mask, out=f"{side.view}_compared", to=TensorProto.UINT8)


def tell_index(pen: Pen, pair: str, smooth: list[str], area: str) -> None:
    """Of all dense tissue of both sides, what has none at its mirrored place, in per cent."""
    apart = one(pen, pen.node("Abs", pen.node("Sub", *smooth)), "ReduceSum")
    together = one(pen, pen.node("Add", *smooth), "ReduceSum")
    index = pen.node("Div", apart, pen.node("Max", together, pen.constant(1.0)))
    pen.node("Mul", index, pen.constant(100.0), out=f"{pair}_index")
    least = pen.node("Max", pen.node("Mul", area, pen.constant(DENSE_LEAST)), pen.constant(1.0))
    pen.node("Cast", pen.node("Greater", together, least), out=f"{pair}_index_known", to=TensorProto.FLOAT)


def tell_areas(pen: Pen, pair: str, sides: list[Side], dense: list[str]) -> None:
    """Dense area of the right breast less that of the left one, in square centimetres."""
    areas, known = [], []
    for side, tissue in zip(sides, dense, strict=True):
        down, across = (pen.node("Gather", f"{side.view}_mm", pen.ints(axis)) for axis in (1, 2))
        shape = pen.as_float(pen.node("Slice", pen.node("Shape", side.view), pen.ints(2), pen.ints(4)))
        cell = pen.node(
            "Div", pen.node("ReduceMax", shape, pen.ints(0), keepdims=1), pen.constant(float(MIDDLE))
        )
        square = pen.both(cell, cell, down, across, pen.constant(0.01))
        areas.append(pen.node("Mul", one(pen, pen.above(tissue, 0.5), "ReduceSum"), square))
        known += [pen.above(down, 0.0), pen.above(across, 0.0)]
    pen.node("Sub", *areas, out=f"{pair}_dense_cm2")
    pen.node("Identity", pen.both(*known), out=f"{pair}_cm2_known")
