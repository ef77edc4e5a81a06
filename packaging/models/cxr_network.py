"""How the opacity starter learns. Training only: the product runs the ONNX graph of `cxr_graph`.

Its convolutions are the encoder of `cxr-lungs-heart`, as they are: taught by drawn chests and never by a label, they
know lungs, heart and ribs. Of every channel at each of the five levels the mean and the mean square over the film go
to a logistic regression, which alone is learned here. Both are means over places, so the class activation map is exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from cxr_graph import DEPTHS, Weights
from cxr_looks import as_they_are, augment
from numpy.typing import NDArray
from onnx import numpy_helper
from sklearn.linear_model import LogisticRegression
from torch import nn

Tensor = Any  # torch brings no types to the product's environment
Floats = NDArray[np.float32]
BATCH = 32
STRENGTH = 0.1  # of the logistic regression: the inverse of its penalty


@dataclass(frozen=True, slots=True, eq=False)
class Encoder:
    """The convolutions of the encoder of `cxr-lungs-heart`."""

    kernels: tuple[Floats, ...]
    biases: tuple[Floats, ...]

    def means(self, films: Tensor) -> Tensor:
        """(films, 1, 160, 160) standardised -> means and mean squares of all channels, level by level."""
        layers, found = iter(zip(self.kernels, self.biases, strict=True)), []
        for level, depth in enumerate(DEPTHS):
            films = nn.functional.max_pool2d(films, 2) if level else films
            for _ in range(depth):
                kernel, bias = map(torch.tensor, next(layers))
                films = nn.functional.relu(nn.functional.conv2d(films, kernel, bias, padding=1))
            found += [films.mean((2, 3)), (films * films).mean((2, 3))]
        return torch.cat(found, 1)


def read_encoder(package: Path) -> Encoder:
    """The first convolutions of the graph of `cxr-lungs-heart`, which go down its levels."""
    graph = onnx.load(str(package / "models/model.onnx")).graph
    arrays = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    layers = [node for node in graph.node if node.op_type == "Conv"][: sum(DEPTHS)]
    return Encoder(
        tuple(arrays[node.input[1]] for node in layers), tuple(arrays[node.input[2]] for node in layers)
    )


def looks(encoder: Encoder, grey: NDArray[np.uint8], changed: int, seed: int) -> NDArray[np.float64]:
    """(1 + changed, films, means): every film as it is, then in so many augmented looks."""
    generator = torch.Generator().manual_seed(seed)
    parts = torch.from_numpy(grey).split(BATCH)
    with torch.no_grad():
        rounds = [[encoder.means(as_they_are(part)) for part in parts]]
        rounds += [[encoder.means(augment(part, generator)) for part in parts] for _ in range(changed)]
    return np.stack([torch.cat(one).numpy() for one in rounds]).astype(np.float64)


def regress(
    encoder: Encoder, means: NDArray[np.float64], labels: NDArray[np.int64], weights: NDArray[np.float64]
) -> Weights:
    """A logistic regression on (looks, films, means), its standardising melted into the head."""
    count = len(means)
    rows = means.reshape(-1, means.shape[2])
    centre, spread = rows.mean(0), rows.std(0) + 1e-6
    model = LogisticRegression(C=STRENGTH, max_iter=3000)
    model.fit((rows - centre) / spread, np.tile(labels, count), sample_weight=np.tile(weights, count) / count)
    head = model.coef_[0] / spread
    bias = float(model.intercept_[0] - (head * centre).sum())
    return Weights(encoder.kernels, encoder.biases, head.astype(np.float32), bias)
