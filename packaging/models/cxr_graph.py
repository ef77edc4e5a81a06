"""The opacity starter as an ONNX graph, written from plain arrays: no PyTorch, no exporter.

film (any size) -> 224 x 224 -> blur -> standardise -> blank border -> convolutions -> features (96, 14, 14)
cam   = head . features + bias, per cell of the 14 x 14 grid
logit = mean of cam over the grid                    (so the map adds up to the answer, exactly)
score = sigmoid(logit - operating point)             (so 0.5 is the operating point; not a probability)
heat  = (cam - operating point) / span, cut to 0..1  (the same scale on every film)
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, helper
from onnx_graph import IR_VERSION, OPSET, Pen, value

SIZE = 224
CELLS = 14
BORDER_PX = 12  # of 224: markers, collimator edges and printed text live there; the network never sees it
CLAMP = 3.0
STRIDES = (2, 2, 1, 2, 1, 2, 1)


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """What inference needs: convolutions with their normalisation folded in, and the linear unit."""

    kernels: tuple[NDArray[np.float32], ...]
    biases: tuple[NDArray[np.float32], ...]
    head: NDArray[np.float32]
    head_bias: float


@dataclass(frozen=True, slots=True)
class Scale:
    """operating_logit: where score is 0.5 and heat begins. top_logit: where heat is 1."""

    operating_logit: float = 0.0
    top_logit: float = 1.0


def read_weights(path: Path) -> Weights:
    """What `train_cxr_opacity.py` saved."""
    with np.load(path) as saved:
        places = range(len(STRIDES))
        kernels = tuple(saved[f"kernel_{place}"] for place in places)
        biases = tuple(saved[f"bias_{place}"] for place in places)
        return Weights(kernels, biases, saved["head"], float(saved["head_bias"]))


def build_model(weights: Weights, scale: Scale, name: str, version: str) -> ModelProto:
    """The whole graph, from modality values of a film with bright bones to score and heat."""
    pen = Pen()
    features = convolve(pen, standardise(pen, shrink_film(pen)), weights)
    head = pen.constant(weights.head.reshape(1, -1, 1, 1))
    bias = pen.constant(np.array([weights.head_bias], dtype=np.float32))
    cam = pen.node("Conv", features, head, bias, out="cam")
    logit = pen.node("Squeeze", pen.node("GlobalAveragePool", cam), pen.ints(2, 3), out="logit")
    operating = pen.constant(scale.operating_logit)
    pen.node("Sigmoid", pen.node("Sub", logit, operating), out="score")
    span = pen.constant(scale.top_logit - scale.operating_logit)
    raised = pen.node("Div", pen.node("Sub", cam, operating), span)
    pen.node("Clip", raised, pen.constant(0.0), pen.constant(1.0), out="heat")
    maps = [value(key, TensorProto.FLOAT, [1, 1, CELLS, CELLS]) for key in ("heat", "cam")]
    scores = [value(key, TensorProto.FLOAT, [1, 1]) for key in ("score", "logit")]
    film = value("film", TensorProto.FLOAT, [1, 1, "rows", "columns"])
    graph = helper.make_graph(pen.nodes, name, [film], [*scores, *maps], pen.constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="overread")
    model.ir_version = IR_VERSION
    helper.set_model_props(model, {"package": name, "package_version": version})
    return model


def shrink_film(pen: Pen) -> str:
    """To 224 x 224, both sides on their own: the network was trained on films squeezed to squares as well."""
    how: dict[str, Any] = {"mode": "linear", "coordinate_transformation_mode": "half_pixel", "antialias": 1}
    return pen.node("Resize", "film", "", "", pen.ints(1, 1, SIZE, SIZE), **how)


def standardise(pen: Pen, film: str) -> str:
    """The same steps as in training: blur, inner part to mean 0 and deviation 1, clamp, blank border."""
    row = np.array([1.0, 4.0, 6.0, 4.0, 1.0]) / 16.0
    blur = pen.constant(np.outer(row, row)[None, None])
    blurred = pen.node("Conv", film, blur, pads=[2, 2, 2, 2])
    low, high = pen.ints(BORDER_PX, BORDER_PX), pen.ints(SIZE - BORDER_PX, SIZE - BORDER_PX)
    inner = pen.node("Slice", blurred, low, high, pen.ints(2, 3))
    centred = pen.node("Sub", inner, pen.node("ReduceMean", inner, pen.ints(2, 3)))
    variance = pen.node("ReduceMean", pen.node("Mul", centred, centred), pen.ints(2, 3))
    spread = pen.node("Sqrt", pen.node("Add", variance, pen.constant(1e-6)))
    scaled = pen.node("Clip", pen.node("Div", centred, spread), pen.constant(-CLAMP), pen.constant(CLAMP))
    frame = pen.ints(0, 0, BORDER_PX, BORDER_PX, 0, 0, BORDER_PX, BORDER_PX)
    return pen.node("Pad", scaled, frame)


def convolve(pen: Pen, film: str, weights: Weights) -> str:
    """Seven convolutions with ReLU."""
    for kernel, bias, stride in zip(weights.kernels, weights.biases, STRIDES, strict=True):
        how: dict[str, Any] = {"pads": [1, 1, 1, 1], "strides": [stride, stride]}
        film = pen.node("Relu", pen.node("Conv", film, pen.constant(kernel), pen.constant(bias), **how))
    return film
