"""`cxr-lungs-heart` as an ONNX graph, written from plain arrays: network, outlines, ratio, and whether to believe it.

film (any size, square) -> 160 x 160 -> standardise -> U-Net -> chances of right lung, left lung, heart
outline = the piece of (chance > 0.5, spurs dropped) round the place of the largest mean chance, its holes filled
ratio   = columns that the heart spans / columns that the lungs span
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from lungs_rules import BALANCE, HEART_SHARE, LUNG_SHARE, RATIO
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto
from onnx_floods import fill, finished, flood, resize
from onnx_graph import Pen, value

SIZE = 160
LEVELS = (12, 24, 32, 48, 64)
SPUR = 7  # pixels: what is narrower is no part of an outline, least of all where the chest's width is taken
UNSURE_SHARE = 0.25  # pixels between 0.2 and 0.8 of an outline's area: more is no outline


@dataclass(frozen=True, slots=True, eq=False)
class UnetWeights:
    """Convolutions with their normalisation folded in: down, up, and the head of 1 x 1."""

    kernels: tuple[NDArray[np.float32], ...]
    biases: tuple[NDArray[np.float32], ...]


def read_weights(path: Path) -> UnetWeights:
    """What `train_cxr_lungs.py` saved."""
    with np.load(path) as saved:
        places = range(sum(name.startswith("kernel_") for name in saved.files))
        return UnetWeights(
            tuple(saved[f"kernel_{place}"] for place in places),
            tuple(saved[f"bias_{place}"] for place in places),
        )


def build_model(weights: UnetWeights, name: str, version: str) -> ModelProto:
    """The whole graph, from a square film with bright bones to outlines, ratio and checks."""
    pen = Pen()
    small = resize(pen, "film", pen.ints(1, 1, SIZE, SIZE), antialias=1)
    chance = pen.node("Sigmoid", unet(pen, standardise(pen, small), weights), out="chance")
    pen.node("AveragePool", chance, kernel_shape=[16, 16], strides=[16, 16], out="chance_coarse")
    masks = outlines(pen, pen.node("Unsqueeze", chance, pen.ints(2)))
    flat = pen.node("Squeeze", masks, pen.ints(2))
    write_maps(pen, flat)
    write_figures(pen, flat, chance)
    shape = [1, 1, SIZE, SIZE]
    told = [
        value("lungs", TensorProto.UINT8, shape),
        value("heart", TensorProto.UINT8, shape),
        value("chance", TensorProto.FLOAT, [1, 3, SIZE, SIZE]),
        value("chance_coarse", TensorProto.FLOAT, [1, 3, SIZE // 16, SIZE // 16]),
        *(value(one, TensorProto.FLOAT, [1]) for one in ("ratio", "heart_percent", "chest_percent")),
        *(value(one, TensorProto.FLOAT, [1]) for one in ("lungs_ok", "heart_ok", "order_ok", "sure_ok")),
        value("area_percent", TensorProto.FLOAT, [3]),
    ]
    film = value("film", TensorProto.FLOAT, [1, 1, "rows", "columns"])
    return finished(pen, name, version, [film], told)


def standardise(pen: Pen, film: str) -> str:
    """As in training: mean 0 and deviation 1 over the film, cut at 3."""
    centred = pen.node("Sub", film, pen.node("ReduceMean", film, pen.ints(2, 3)))
    variance = pen.node("ReduceMean", pen.node("Mul", centred, centred), pen.ints(2, 3))
    # Training saw grey values of 0 to 1; the floor keeps an empty film from dividing by nothing, whatever its unit.
    spread = pen.node("Sqrt", pen.node("Max", variance, pen.constant(1e-6)))
    return pen.node("Clip", pen.node("Div", centred, spread), pen.constant(-3.0), pen.constant(3.0))


def unet(pen: Pen, film: str, weights: UnetWeights) -> str:
    """Logits of the three outlines."""
    pairs = iter(zip(weights.kernels, weights.biases, strict=True))
    kept = []
    for place in range(len(LEVELS)):
        if place:
            film = pen.node("MaxPool", film, kernel_shape=[2, 2], strides=[2, 2])
        for _ in range(2 if place else 1):
            film = convolve(pen, film, *next(pairs))
        kept.append(film)
    nearest: dict[str, Any] = {
        "mode": "nearest",
        "coordinate_transformation_mode": "asymmetric",
        "nearest_mode": "floor",
    }
    for place in range(len(LEVELS) - 2, -1, -1):
        sizes = pen.ints(1, LEVELS[place + 1], SIZE >> place, SIZE >> place)
        film = pen.node("Concat", pen.node("Resize", film, "", "", sizes, **nearest), kept[place], axis=1)
        film = convolve(pen, film, *next(pairs))
    kernel, bias = next(pairs)
    return pen.node("Conv", film, pen.constant(kernel), pen.constant(bias))


def convolve(pen: Pen, film: str, kernel: NDArray[np.float32], bias: NDArray[np.float32]) -> str:
    """A 3 x 3 convolution and ReLU."""
    return pen.node(
        "Relu", pen.node("Conv", film, pen.constant(kernel), pen.constant(bias), pads=[1, 1, 1, 1])
    )


def outlines(pen: Pen, chance: str) -> str:
    """One piece each, holes filled: (1, 3, 1, rows, columns)."""
    yes = pen.open(pen.above(chance, 0.5), (1, SPUR, SPUR))
    broad = pen.node("AveragePool", chance, kernel_shape=[1, 11, 11], pads=[0, 5, 5] * 2)
    top = pen.node("ReduceMax", broad, pen.ints(3, 4))
    seed = pen.as_float(pen.node("GreaterOrEqual", broad, top))
    return fill(pen, flood(pen, seed, yes, (1, 2), "piece_"), (1, 2), "hole_")


def channel(pen: Pen, masks: str, place: int) -> str:
    """One of right lung, left lung, heart."""
    return pen.node("Slice", masks, pen.ints(place), pen.ints(place + 1), pen.ints(1))


def write_maps(pen: Pen, masks: str) -> None:
    """Label maps: lungs 1 right, 2 left; heart 1."""
    right, left, heart = (channel(pen, masks, place) for place in range(3))
    second = pen.node("Mul", pen.both(left, pen.negate(right)), pen.constant(2.0))
    pen.node("Cast", pen.node("Add", right, second), out="lungs", to=TensorProto.UINT8)
    pen.node("Cast", heart, out="heart", to=TensorProto.UINT8)


def write_figures(pen: Pen, masks: str, chance: str) -> None:
    """Ratio, widths and areas, and the four checks (1 or 0)."""
    lungs = pen.either(channel(pen, masks, 0), channel(pen, masks, 1))
    chest = span(pen, lungs)
    heart = span(pen, channel(pen, masks, 2))
    ratio = pen.node("Div", heart, pen.node("Max", chest, pen.constant([1.0])), out="ratio")
    percent = pen.constant([100.0 / SIZE])
    pen.node("Mul", heart, percent, out="heart_percent")
    pen.node("Mul", chest, percent, out="chest_percent")
    area = pen.node("Squeeze", pen.node("ReduceMean", masks, pen.ints(2, 3), keepdims=0), pen.ints(0))
    pen.node("Mul", area, pen.constant(100.0), out="area_percent")
    right, left, third = (part(pen, area, place) for place in range(3))
    smaller, larger = pen.node("Min", right, left), pen.node("Max", right, left)
    balanced = pen.as_float(pen.node("Greater", smaller, pen.node("Mul", larger, pen.constant([BALANCE]))))
    pen.node(
        "Mul",
        pen.both(pen.above(smaller, LUNG_SHARE[0]), pen.below(larger, LUNG_SHARE[1])),
        balanced,
        out="lungs_ok",
    )
    fits = pen.both(pen.above(third, HEART_SHARE[0]), pen.below(third, HEART_SHARE[1]))
    pen.node("Mul", fits, pen.both(pen.above(ratio, RATIO[0]), pen.below(ratio, RATIO[1])), out="heart_ok")
    middles = [middle(pen, channel(pen, masks, place)) for place in range(3)]
    first = pen.as_float(pen.node("Less", middles[0], middles[2]))
    pen.node("Mul", first, pen.as_float(pen.node("Less", middles[2], middles[1])), out="order_ok")
    unsure = pen.both(pen.above(chance, 0.2), pen.below(chance, 0.8))
    doubt = pen.node("Squeeze", pen.node("ReduceMean", unsure, pen.ints(2, 3), keepdims=0), pen.ints(0))
    worst = pen.node(
        "ReduceMax", pen.node("Div", doubt, pen.node("Max", area, pen.constant(1e-4))), pen.ints(0)
    )
    pen.node("Identity", pen.below(worst, UNSURE_SHARE), out="sure_ok")


def part(pen: Pen, values: str, place: int) -> str:
    """One element as a one-element tensor."""
    return pen.node("Slice", values, pen.ints(place), pen.ints(place + 1), pen.ints(0))


def columns_of(pen: Pen, mask: str) -> str:
    """1 for every column that holds some of the mask: (columns,)."""
    return pen.node("ReduceMax", mask, pen.ints(0, 1, 2), keepdims=0)


def span(pen: Pen, mask: str) -> str:
    """Columns from the first to the last that hold some of the mask; 0 without any: (1,)."""
    held = columns_of(pen, mask)
    numbers = pen.constant(np.arange(1, SIZE + 1, dtype=np.float32))
    last = pen.node("ReduceMax", pen.node("Mul", held, numbers), pen.ints(0))
    back = pen.constant(np.arange(SIZE, 0, -1, dtype=np.float32))
    first = pen.node("ReduceMax", pen.node("Mul", held, back), pen.ints(0))
    width = pen.node("Sub", pen.node("Add", last, first), pen.constant([float(SIZE)]))
    return pen.node("Max", width, pen.constant([0.0]))


def middle(pen: Pen, mask: str) -> str:
    """Mean column of the mask: (1,)."""
    load = pen.total(mask, (0, 1, 2))
    numbers = pen.constant(np.arange(SIZE, dtype=np.float32))
    return pen.node(
        "Div",
        pen.total(pen.node("Mul", load, numbers), (0,), keep=True),
        pen.node("Max", pen.total(load, (0,), keep=True), pen.constant([1.0])),
    )
