"""Nodule candidates in both lungs by shape, as one ONNX graph: bright spots that are round, at five sizes.

The scan comes on cubes of 1.5 mm. What is not lung (closed by 9 mm, see `ct_lungs_graph`) is painted as lung, so that
the chest wall does not shine. At each size the picture is smoothed, and a voxel scores by how far it stands above both
its ends along the *worst* of 13 directions: a tube (vessel) has one direction along which it does not fall off, a
round spot has none. That is the smallest second difference, a cousin of the smallest curvature of a Hessian. Scores
are set so that a solid ball of the size on aerated lung gets 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
from ct_lungs_graph import aerated_lungs, air_in_body, filled, fine_lungs, side, write_volumes
from ct_windpipe_graph import windpipe_of
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, numpy_helper
from onnx_floods import finished, resize
from onnx_graph import Pen, value

GRID_MM = 1.5
LUNG_HU = -850.0  # what is painted over everything that is not lung
RADII_MM = (2.5, 4.0, 6.0, 9.0, 13.0)
COARSE_FROM_MM = 6.0  # from this radius on cubes of 3 mm are fine enough
SMOOTH_SHARE = 0.5  # deviation of the smoothing, of the radius
REACH_SHARE = 2.0  # how far away the ends are, of the radius
CONTRAST_HU = 890.0  # soft tissue (40 HU) on aerated lung
CROWD = 3.0  # ours: a third of a ring of soft tissue at the ends (hilum) leaves nothing of a score
PIPE_REACH = (
    7,
    7,
    7,
)  # 9 mm round trachea and main bronchi: what lies between them looks round, and is no lung
SPOT_HU = -650.0  # ours: what is part of a spot, after light smoothing


def directions() -> list[tuple[int, int, int]]:
    """The 13 lines through a voxel and its 26 neighbours."""
    steps = (-1, 0, 1)
    return [one for one in product(steps, steps, steps) if one > (0, 0, 0)]


def build_model(name: str, version: str) -> ModelProto:
    """From `hu` (1, 1, z, y, x) on cubes of 1.5 mm to every voxel's score, lung volumes, whether there are lungs."""
    pen = Pen()
    pen.constants.append(numpy_helper.from_array(np.full(3, GRID_MM, dtype=np.float32), "spacing_mm"))
    clipped = pen.node("Clip", "hu", pen.constant(-1024.0), pen.constant(200.0))
    half = pen.node(
        "AveragePool", clipped, kernel_shape=[2] * 3, strides=[2] * 3, ceil_mode=1, count_include_pad=0
    )
    whole_body, inner = air_in_body(pen, half)
    sides = fine_lungs(pen, clipped, filled(pen, aerated_lungs(pen, half, whole_body, inner)))
    beside_pipe = pen.grow(windpipe_of(pen, half, whole_body, inner), PIPE_REACH)
    write_volumes(pen, sides)
    lung = pen.node("Max", side(pen, sides, 0), side(pen, sides, 1))
    painted = pen.node("Where", pen.node("Cast", lung, to=TensorProto.BOOL), clipped, pen.constant(LUNG_HU))
    spots = [spots_of(pen, painted, radius) for radius in RADII_MM]
    soft = smooth(pen, painted, 0.7)
    away = pen.negate(pen.above(resize(pen, beside_pipe, pen.node("Shape", lung)), 0.5))
    body = pen.both(lung, pen.above(soft, SPOT_HU), away)
    best = pen.node("Mul", pen.node("Max", *spots), body)
    score = pen.node("Clip", best, pen.constant(0.0), pen.constant(1.0), out="score")
    pen.node("ReduceMax", score, pen.ints(1, 2, 3, 4), keepdims=0, out="top_score")
    pen.node("Cast", lung, out="lung", to=TensorProto.UINT8)
    whole: list[int | str] = [1, 1, "slices", "rows", "columns"]
    told = [
        value("score", TensorProto.FLOAT, whole),
        value("lung", TensorProto.UINT8, whole),
        value("lung_ml", TensorProto.FLOAT, [2]),
        value("lungs_found", TensorProto.FLOAT, [1]),
        value("top_score", TensorProto.FLOAT, [1]),
    ]
    return finished(pen, name, version, [value("hu", TensorProto.FLOAT, whole)], told)


def spots_of(pen: Pen, painted: str, radius_mm: float) -> str:
    """Score of spots of about this radius on the fine grid, spread over as much as such a spot covers."""
    coarse = radius_mm >= COARSE_FROM_MM
    step = GRID_MM * (2 if coarse else 1)
    grid = painted
    if coarse:
        grid = pen.node(
            "AveragePool", painted, kernel_shape=[2] * 3, strides=[2] * 3, ceil_mode=1, count_include_pad=0
        )
    size = radius_mm / step
    even = smooth(pen, grid, SMOOTH_SHARE * size)
    stands_out = worst_direction(pen, even, REACH_SHARE * size)
    score = pen.node("Div", stands_out, pen.constant(CONTRAST_HU * ball_response(size)))
    if coarse:
        shape = pen.node("Shape", painted)
        score = resize(pen, score, shape)
    width = 2 * max(round(0.5 * radius_mm / GRID_MM), 1) + 1
    return pen.grow(score, (width, width, width))


def worst_direction(pen: Pen, even: str, reach: float) -> str:
    """The smallest of what a voxel stands above the mean of its two ends, over all directions."""
    pad = max(round(reach), 1)
    wide = pen.node("Pad", even, pen.ints(*([0, 0] + [pad] * 3) * 2), mode="edge")
    falls = []
    for line in directions():
        steps = reach / np.linalg.norm(line)
        ends = [shifted(pen, wide, pad, [round(sign * steps * part) for part in line]) for sign in (-1, 1)]
        falls.append(pen.node("Add", *ends))
    largest = pen.node("Mul", pen.node("Max", *falls), pen.constant(0.5))
    mean = pen.node("Mul", pen.node("Sum", *falls), pen.constant(0.5 / len(falls)))
    crowd = pen.node("Mul", pen.node("Sub", mean, pen.constant(LUNG_HU)), pen.constant(CROWD / CONTRAST_HU))
    alone = pen.node("Clip", pen.node("Sub", pen.constant(1.0), crowd), pen.constant(0.0), pen.constant(1.0))
    return pen.node("Mul", pen.node("Sub", even, largest), alone)


def shifted(pen: Pen, wide: str, pad: int, offset: Sequence[int]) -> str:
    """A padded volume's inner part, moved by so many voxels."""
    starts = [pad + one for one in offset]
    ends = [one - pad if one != pad else 2**31 - 1 for one in offset]
    return pen.node("Slice", wide, pen.ints(*starts), pen.ints(*ends), pen.ints(2, 3, 4))


def smooth(pen: Pen, values: str, deviation: float) -> str:
    """Gaussian, one axis at a time, edges held."""
    curve = gaussian(deviation)
    pad = len(curve) // 2
    wide = pen.node("Pad", values, pen.ints(*([0, 0] + [pad] * 3) * 2), mode="edge")
    for axis in range(3):
        shape = [1, 1, 1, 1, 1]
        shape[axis + 2] = len(curve)
        wide = pen.node("Conv", wide, pen.constant(curve.reshape(shape)))
    return wide


def gaussian(deviation: float) -> NDArray[np.float64]:
    """Weights to 2.5 deviations, adding up to 1."""
    reach = max(int(np.ceil(2.5 * deviation)), 1)
    curve = np.exp(-0.5 * (np.arange(-reach, reach + 1) / deviation) ** 2)
    return np.asarray(curve / curve.sum())


def ball_response(size: float) -> float:
    """What a ball of contrast 1 and this radius in voxels gets at its centre: worked out on a small grid."""
    from scipy.ndimage import convolve1d

    reach = int(np.ceil(size * (REACH_SHARE + 1) + 4))
    axis = np.arange(-reach, reach + 1)
    away = np.sqrt(axis[:, None, None] ** 2 + axis[None, :, None] ** 2 + axis[None, None] ** 2)
    ball = np.clip(size - away + 0.5, 0, 1)
    for one in range(3):
        ball = convolve1d(ball, gaussian(SMOOTH_SHARE * size), axis=one, mode="nearest")
    ends = []
    for line in directions():
        steps = REACH_SHARE * size / np.linalg.norm(line)
        at = [reach + round(steps * part) for part in line]
        ends.append(ball[at[0], at[1], at[2]])
    return float(ball[reach, reach, reach] - max(ends))


def describe() -> dict[str, Any]:
    """Sizes and what each ball gets, for the tests."""
    return {
        str(radius): ball_response(radius / (3.0 if radius >= COARSE_FROM_MM else GRID_MM))
        for radius in RADII_MM
    }
