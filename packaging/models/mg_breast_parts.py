"""Pieces of graphs that look at mammograms: levels, chest wall, breast, muscle. Used by every `mg-` package.

A film comes as it is, any size. It is mirrored where the chest wall is on its right, and padded to a square on its
right and below, so that the chest wall is the left edge and the upper edge is the upper edge. On the `small` grid (256
cells a side) breast and muscle are found; maps are cut out of the `middle` one (512).
"""

from __future__ import annotations

import numpy as np
from onnx import TensorProto, helper
from onnx_floods import fill, flood, resize
from onnx_graph import Pen

SMALL, MIDDLE = 256, 512
EDGE_SHARE = 0.04  # ours: the breast begins this far from the dark level to the bright one
BORDER = 3  # cells of 256 at the film's edges, the chest wall's aside: bright lines of digitised films
RIM = 13  # cells of 512 under the skin that are neither fat nor dense: they are thinner
TOP_SHARE = 0.1  # ours: an oblique view reaches the film's upper edge over this much of its width, at least
LINE_TOPS = tuple(
    np.linspace(0.08, 0.62, 19)
)  # where the muscle's border meets the upper edge, share of the side
LINE_ENDS = tuple(np.linspace(0.2, 0.9, 18))  # where it meets the chest wall
STEEP = 1.1  # the border runs steeper than 45 degrees
STRIP = 0.035  # width of what is compared to each side of that border
MUSCLE_PART = 0.4  # ours: of the breast's area, at most
MARGIN = 0.012  # of the side: what lies so close to the muscle's border is neither
MUSCLE_STEP = 0.06  # ours: brightness over the border, of dark to bright, below which there is no muscle


def levels_and_wall(pen: Pen, film: str) -> tuple[str, str, str]:
    """The dark and the bright level of the film, (1,) each, and 1 where the chest wall is on its right (1, 1, 1, 1)."""
    small = resize(pen, film, pen.ints(1, 1, SMALL, SMALL), antialias=1)
    dark, bright = level(pen, small, 0.05), level(pen, small, 0.99)
    yes = pen.open(volume(pen, pen.above(scaled(pen, small, dark, bright), EDGE_SHARE)), (1, 15, 15))
    numbers = pen.constant(np.linspace(-1, 1, SMALL, dtype=np.float32).reshape(1, 1, 1, SMALL))
    lean = pen.total(pen.node("Mul", picture(pen, yes), numbers), (1, 2, 3), keep=True)
    return dark, bright, pen.above(lean, 0.0)


def level(pen: Pen, values: str, share: float) -> str:
    """The value that this share of a small picture lies below: (1,)."""
    count = round(SMALL * SMALL * min(share, 1 - share))
    flat = pen.node("Reshape", values, pen.ints(-1))
    top = pen.name("top")
    names = [top, top + "_at"]
    node = helper.make_node("TopK", [flat, pen.ints(count)], names, axis=0, largest=int(share > 0.5))
    pen.nodes.append(node)
    return pen.node("Slice", top, pen.ints(count - 1), pen.ints(count), pen.ints(0))


def squared(pen: Pen, film: str, dark: str) -> str:
    """Padded with the dark level on its right and below."""
    rows, columns = pen.size_of(film, 2), pen.size_of(film, 3)
    side = pen.node("Max", rows, columns)
    more = [pen.node("Sub", side, one) for one in (rows, columns)]
    pads = pen.node("Concat", pen.ints(0, 0, 0, 0, 0, 0), *more, axis=0)
    return pen.node("Pad", film, pads, pen.node("Squeeze", dark, pen.ints(0)))


def scaled(pen: Pen, values: str, dark: str, bright: str) -> str:
    """0 at the dark level, 1 at the bright one."""
    span = pen.node("Max", pen.node("Sub", bright, dark), pen.constant(1e-6))
    return pen.node("Div", pen.node("Sub", values, dark), span)


def volume(pen: Pen, picture: str) -> str:
    """A picture as a volume of one slice, which the pen's morphology works on."""
    return pen.node("Unsqueeze", picture, pen.ints(2))


def picture(pen: Pen, one_slice: str) -> str:
    """And back."""
    return pen.node("Squeeze", one_slice, pen.ints(2))


def breast_of(pen: Pen, even: str, prefix: str = "") -> str:
    """The piece of what is brighter than the air round it that holds the broadest bright place; labels are no part."""
    inner = np.zeros((1, 1, SMALL, SMALL), dtype=np.float32)
    inner[:, :, BORDER:-BORDER, :-BORDER] = 1.0
    yes = volume(pen, pen.both(pen.above(even, EDGE_SHARE), pen.constant(inner)))
    yes = pen.open(yes, (1, 7, 7))
    broad = yes
    for kernel in ([1, 61, 1], [1, 1, 61]):  # one axis after the other: the same mean, thirty times as fast
        pads = [size // 2 for size in kernel] * 2
        broad = pen.node("AveragePool", broad, kernel_shape=kernel, pads=pads, count_include_pad=0)
    seed = pen.as_float(pen.node("GreaterOrEqual", broad, pen.node("ReduceMax", broad, pen.ints(3, 4))))
    piece = flood(pen, seed, yes, (1, 2), prefix + "breast_")
    return picture(pen, fill(pen, piece, (1, 2), prefix + "hole_"))


def turned(pen: Pen, values: str, on_right: str) -> str:
    """Mirrored where the chest wall is on the right."""
    mirrored = pen.node("Slice", values, pen.ints(-1), pen.ints(-(2**31)), pen.ints(3), pen.ints(-1))
    there = pen.node("Mul", mirrored, on_right)
    return pen.node("Add", there, pen.node("Mul", values, pen.negate(on_right)))


def enlarged(pen: Pen, mask: str, side: int) -> str:
    """A mask on a finer grid."""
    return pen.above(resize(pen, mask, pen.ints(1, 1, side, side)), 0.5)


def muscle_of(pen: Pen, breast: str, even: str) -> tuple[str, str]:
    """The triangle beyond the straight border that brightness falls over most, and whether there is one: (1,).

    Looked for only where the breast reaches the film's upper edge, as it does in oblique views.
    """
    lines = np.array(
        [(top, end) for top in LINE_TOPS for end in LINE_ENDS if end > STEEP * top], dtype=np.float32
    )
    tops, ends = (pen.constant(lines[:, place].reshape(-1, 1, 1)) for place in (0, 1))
    places = (np.arange(64, dtype=np.float32) + 0.5) / 64
    across, down = pen.constant(places.reshape(1, 1, -1)), pen.constant(places.reshape(1, -1, 1))
    little = pen.node("AveragePool", even, kernel_shape=[4, 4], strides=[4, 4])
    little = pen.node("Squeeze", pen.node("Clip", little, pen.constant(0.0), pen.constant(1.2)), pen.ints(0))
    inside = pen.node(
        "Squeeze", pen.node("AveragePool", breast, kernel_shape=[4, 4], strides=[4, 4]), pen.ints(0)
    )
    away = distance(pen, (tops, ends), (across, down))
    means = []
    for low, high in ((-STRIP, 0.0), (0.0, STRIP)):
        strip = pen.both(pen.above(away, low), pen.below(away, high), pen.above(inside, 0.5))
        weight = pen.node("Max", pen.total(strip, (1, 2)), pen.constant(24.0))
        means.append(pen.node("Div", pen.total(pen.node("Mul", strip, little), (1, 2)), weight))
    fall = pen.node("Sub", *means)
    area = pen.node("Mul", pen.node("ReduceMean", breast, keepdims=0), pen.constant(MUSCLE_PART))
    small = pen.as_float(pen.node("Less", pen.constant(lines.prod(axis=1) / 2), area))
    possible = pen.both(fall, small)
    best = pen.node("ArgMax", possible, axis=0, keepdims=1)
    step = pen.node("Gather", possible, best)
    top_row = pen.node("Slice", breast, pen.ints(4), pen.ints(10), pen.ints(2))
    reach = pen.node("Reshape", pen.node("ReduceMean", top_row, pen.ints(0, 1, 2, 3)), pen.ints(1))
    found = pen.both(pen.above(step, MUSCLE_STEP), pen.above(reach, TOP_SHARE))
    fine = (np.arange(SMALL, dtype=np.float32) + 0.5) / SMALL
    grid = pen.constant(fine.reshape(1, 1, -1)), pen.constant(fine.reshape(1, -1, 1))
    chosen = [pen.node("Reshape", pen.node("Gather", one, best), pen.ints(1, 1, 1)) for one in (tops, ends)]
    beyond = pen.node(
        "Unsqueeze", pen.below(distance(pen, (chosen[0], chosen[1]), grid), MARGIN), pen.ints(0)
    )
    return pen.both(breast, beyond, pen.node("Reshape", found, pen.ints(1, 1, 1, 1))), found


def distance(pen: Pen, line: tuple[str, str], place: tuple[str, str]) -> str:
    """Signed distance from lines through (top, 0) and (0, end), below 0 on the side of the upper chest wall."""
    tops, ends = line
    across, down = place
    raw = pen.node(
        "Sub", pen.node("Add", pen.node("Div", across, tops), pen.node("Div", down, ends)), pen.constant(1.0)
    )
    squares = [pen.node("Div", pen.constant(1.0), pen.node("Mul", one, one)) for one in (tops, ends)]
    return pen.node("Div", raw, pen.node("Sqrt", pen.node("Add", *squares)))


def level_within(pen: Pen, values: str, mask: str, share: float) -> str:
    """The value that a share of the mask lies below, to 1/200 of the range from 0 to 2."""
    steps = np.linspace(0.0, 2.0, 201, dtype=np.float32).reshape(-1, 1, 1)
    quarter = pen.node(
        "Slice", values, pen.ints(1, 1), pen.ints(MIDDLE, MIDDLE), pen.ints(2, 3), pen.ints(4, 4)
    )
    held = pen.node("Slice", mask, pen.ints(1, 1), pen.ints(MIDDLE, MIDDLE), pen.ints(2, 3), pen.ints(4, 4))
    flat, inside = (pen.node("Squeeze", one, pen.ints(0)) for one in (quarter, held))
    below = pen.node("Mul", pen.as_float(pen.node("Less", flat, pen.constant(steps))), inside)
    reached = pen.total(below, (1, 2))
    wanted = pen.node("Mul", pen.total(inside), pen.constant(share))
    passed = pen.total(pen.as_float(pen.node("Less", reached, wanted)))
    return pen.node("Mul", passed, pen.constant(0.01))


def cut(pen: Pen, values: str, film: str) -> str:
    """The part of a square map on the middle grid that is film."""
    shape = pen.as_float(pen.node("Slice", pen.node("Shape", film), pen.ints(2), pen.ints(4)))
    side = pen.node("ReduceMax", shape, pen.ints(0), keepdims=1)
    cells = pen.node("Round", pen.node("Mul", pen.node("Div", shape, side), pen.constant(float(MIDDLE))))
    ends = pen.node("Cast", pen.node("Max", cells, pen.constant(1.0)), to=TensorProto.INT64)
    return pen.node("Slice", values, pen.ints(0, 0), ends, pen.ints(2, 3))


def one(pen: Pen, values: str, how: str) -> str:
    """All of a picture as one number: (1,)."""
    return pen.node("Reshape", pen.node(how, values, keepdims=0), pen.ints(1))
