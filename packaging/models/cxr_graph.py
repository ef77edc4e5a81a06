"""The opacity starter as an ONNX graph, written from plain arrays: no PyTorch, no exporter.

film (any size) -> 160 x 160 -> blur -> standardise -> blank border -> the encoder of `cxr-lungs-heart`, five levels
features = every channel of every level and its square, averaged down to the 10 x 10 grid
cam   = head . features + bias, per cell of the grid
logit = mean of cam over the grid                    (so the map adds up to the answer, exactly)
score = sigmoid(logit - operating point)             (so 0.5 is the operating point; not a probability)
heat  = (cam - operating point) / span, cut to 0..1  (the same scale on every film)
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto
from onnx_floods import finished, resize
from onnx_graph import Pen, value

SIZE = 160
CELLS = 10  # the grid of the deepest level
BORDER_PX = 9  # of 160: markers, collimator edges and printed text live there; the network never sees it
CLAMP = 3.0
DEPTHS = (1, 2, 2, 2, 2)  # convolutions per level of the encoder of `cxr-lungs-heart`
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """The encoder's convolutions, and a head over channels and squares of level 0, then those of level 1, and so on."""

    kernels: tuple[Floats, ...]
    biases: tuple[Floats, ...]
    head: Floats
    head_bias: float


@dataclass(frozen=True, slots=True)
class Scale:
    """operating_logit: where score is 0.5 and heat begins. top_logit: where heat is 1."""

    operating_logit: float = 0.0
    top_logit: float = 1.0


def read_weights(path: Path) -> Weights:
    """What `train_cxr_opacity.py` saved."""
    with np.load(path) as saved:
        places = range(sum(DEPTHS))
        kernels = tuple(saved[f"kernel_{place}"] for place in places)
        biases = tuple(saved[f"bias_{place}"] for place in places)
        return Weights(kernels, biases, saved["head"], float(saved["head_bias"]))


def build_model(weights: Weights, scale: Scale, name: str, version: str) -> ModelProto:
    """The whole graph, from modality values of a film with bright bones to score and heat."""
    pen = Pen()
    features = encode(pen, standardise(pen, shrink_film(pen)), weights)
    head = pen.constant(weights.head.reshape(1, -1, 1, 1))
    cam = pen.node("Conv", features, head, pen.constant([weights.head_bias]), out="cam")
    logit = pen.node("Squeeze", pen.node("GlobalAveragePool", cam), pen.ints(2, 3), out="logit")
    operating = pen.constant(scale.operating_logit)
    pen.node("Sigmoid", pen.node("Sub", logit, operating), out="score")
    span = pen.constant(scale.top_logit - scale.operating_logit)
    raised = pen.node("Div", pen.node("Sub", cam, operating), span)
    pen.node("Clip", raised, pen.constant(0.0), pen.constant(1.0), out="heat")
    maps = [value(key, TensorProto.FLOAT, [1, 1, CELLS, CELLS]) for key in ("heat", "cam")]
    scores = [value(key, TensorProto.FLOAT, [1, 1]) for key in ("score", "logit")]
    film = value("film", TensorProto.FLOAT, [1, 1, "rows", "columns"])
    return finished(pen, name, version, [film], [*scores, *maps])


def shrink_film(pen: Pen) -> str:
    """To the network's size, both sides on their own: it was trained on films squeezed to squares as well."""
    return resize(pen, "film", pen.ints(1, 1, SIZE, SIZE), antialias=1)


def standardise(pen: Pen, film: str) -> str:
    """The same steps as in training: blur, inner part to mean 0 and deviation 1, clamp, blank border."""
    row = np.array([1.0, 2.0, 1.0]) / 4.0
    blurred = pen.node("Conv", film, pen.constant(np.outer(row, row)[None, None]), pads=[1, 1, 1, 1])
    low, high = pen.ints(BORDER_PX, BORDER_PX), pen.ints(SIZE - BORDER_PX, SIZE - BORDER_PX)
    inner = pen.node("Slice", blurred, low, high, pen.ints(2, 3))
    centred = pen.node("Sub", inner, pen.node("ReduceMean", inner, pen.ints(2, 3)))
    variance = pen.node("ReduceMean", pen.node("Mul", centred, centred), pen.ints(2, 3))
    spread = pen.node("Sqrt", pen.node("Add", variance, pen.constant(1e-6)))
    scaled = pen.node("Clip", pen.node("Div", centred, spread), pen.constant(-CLAMP), pen.constant(CLAMP))
    frame = pen.ints(0, 0, BORDER_PX, BORDER_PX, 0, 0, BORDER_PX, BORDER_PX)
    return pen.node("Pad", scaled, frame)


def encode(pen: Pen, film: str, weights: Weights) -> str:
    """Every level: halve the grid, 3 x 3 convolutions with ReLU; channels and their squares on the common grid."""
    pairs, found = iter(zip(weights.kernels, weights.biases, strict=True)), []
    for level, depth in enumerate(DEPTHS):
        film = pen.node("MaxPool", film, kernel_shape=[2, 2], strides=[2, 2]) if level else film
        for _ in range(depth):
            kernel, bias = map(pen.constant, next(pairs))
            film = pen.node("Relu", pen.node("Conv", film, kernel, bias, pads=[1, 1, 1, 1]))
        both = pen.node("Concat", film, pen.node("Mul", film, film), axis=1)
        found.append(on_grid(pen, both, SIZE >> level))
    return pen.node("Concat", *found, axis=1)


def on_grid(pen: Pen, features: str, size: int) -> str:
    """A square of features averaged down to the common grid, which leaves the mean over the film as it is."""
    step = size // CELLS
    if step == 1:
        return features
    return pen.node("AveragePool", features, kernel_shape=[step, step], strides=[step, step])
