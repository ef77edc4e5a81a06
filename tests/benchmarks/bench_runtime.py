"""What running a model through the child costs, beside bare onnxruntime on an array that is ready; same graph and run.

Aims: at most 10 % on top for a film, at most 15 % for a volume in sliding windows. The peer has the very tensors that
our preprocessing makes and does nothing else: no checks of the package, no child, no findings. Both alternate, and the
ratio is taken pair by pair. The networks are made up: convolutions as of a small classifier and a small segmenter.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from inference.bundle import Bundle, load_bundle
from inference.client import ModelClient
from inference.engine import Engine
from inference.sliding_window import Windows, slide
from inference.types import ModelInput
from tests.benchmarks._table import row
from tests.support.tiny_package import TinyPackage

CPU = ("CPUExecutionProvider",)
WARM_UP, ROUNDS = 2, 7
WINDOW, OVERLAP, BATCH = (32, 96, 96), 0.5, 2
Pair = tuple[Callable[[], Any], Callable[[], Any]]


def main() -> int:
    client = ModelClient()
    worst = 0
    try:
        with tempfile.TemporaryDirectory() as made:
            for name, aim, pair in (
                ("film, 1024 x 1024", 110.0, _film(Path(made) / "film", client)),
                ("volume, 64 x 192 x 192, sliding windows", 115.0, _volume(Path(made) / "volume", client)),
            ):
                ours, peer, ratio = _rounds(pair)
                row(f"{name}: through the child", 1000 * ours, 1000 * peer, "ms", "-")
                row(f"{name}: ours / bare, median over pairs", 100 * ratio, 100.0, "%", f"<= {aim:.0f}")
                worst |= 100 * ratio > aim
            ours, peer, _ = _rounds(_nothing(Path(made) / "nothing", client))
            row(
                "a graph that computes next to nothing: what every run pays",
                1000 * ours,
                1000 * peer,
                "ms",
                "-",
            )
    finally:
        client.close()
    return int(worst)


def _rounds(pair: Pair) -> tuple[float, float, float]:
    taken: list[tuple[float, float]] = []
    for number in range(WARM_UP + ROUNDS):
        ours, peer = _timed(pair[0]), _timed(pair[1])
        if number >= WARM_UP:
            taken.append((ours, peer))
    ratio = statistics.median(ours / peer for ours, peer in taken)
    return statistics.median(one for one, _ in taken), statistics.median(one for _, one in taken), ratio


def _timed(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _film(folder: Path, client: ModelClient) -> Pair:
    """Six layers of 24 channels on a film, as the first layers of a classifier."""
    model = _network(dimensions=2, layers=6, channels=24, outputs="score")
    bundle = load_bundle(TinyPackage(model=model, timeout_s=300, ram_mb=4096).write(folder))
    pixels = np.random.default_rng(1).integers(-1000, 1000, (1, 1024, 1024), dtype=np.int16)
    given = ModelInput(pixels, np.eye(4), attributes={"modality": "CT"})
    ready = ((pixels.astype(np.float32) + 1000) / 2000)[:, None]
    bare = Engine(requested=CPU).open(bundle.folder / "models/model.onnx")
    return lambda: client.run(bundle, given, providers=CPU), lambda: bare.run({"x": ready})


def _nothing(folder: Path, client: ModelClient) -> Pair:
    """A small picture and a graph of two nodes: checks of the package and the way to the child and back."""
    bundle = load_bundle(TinyPackage().write(folder))
    pixels = np.zeros((1, 64, 64), np.int16)
    given = ModelInput(pixels, np.eye(4), attributes={"modality": "CT"})
    bare = Engine(requested=CPU).open(bundle.folder / "models/model.onnx")
    ready = pixels.astype(np.float32)[:, None]
    return lambda: client.run(bundle, given, providers=CPU), lambda: bare.run({"x": ready})


def _volume(folder: Path, client: ModelClient) -> Pair:
    """Three layers of 8 channels in windows; the peer slides too, or it would not compute the same."""
    model = _network(dimensions=3, layers=3, channels=8, outputs="heat")
    changes: dict[str, Any] = {
        "network_data_format.outputs": {"heat": {"type": "image", "format": "segmentation"}},
        "viewer.kind": "regions",
        "viewer.inputs": [{"tensor": "x", "layout": "NCDHW"}],
        "viewer.inference": {
            "mode": "sliding_window",
            "roi_size": list(WINDOW),
            "overlap": OVERLAP,
            "batch": BATCH,
        },
        "viewer.postprocess": [{"op": "threshold", "args": {"at": 0.999}}],
        "viewer.outputs.0.score": None,
        "viewer.outputs.0.threshold": None,
        "viewer.outputs.0.heat": "",
        "viewer.outputs.0.region": {"map": "heat", "label": 0},
    }
    bundle: Bundle = load_bundle(
        TinyPackage(model=model, timeout_s=300, ram_mb=4096, changes=changes).write(folder)
    )
    pixels = np.random.default_rng(2).integers(-1000, 0, (64, 192, 192), dtype=np.int16)
    given = ModelInput(pixels, np.eye(4), attributes={"modality": "CT"})
    ready = (pixels.astype(np.float32) + np.float32(1000)) / np.float32(2000)
    bare = Engine(requested=CPU).open(bundle.folder / "models/model.onnx")

    def windows(values: NDArray[np.float32]) -> NDArray[np.float32]:
        found: NDArray[np.float32] = bare.run({"x": values[:, None]})["heat"]
        return found

    def peer() -> NDArray[np.float32]:
        return slide(ready, Windows(WINDOW, OVERLAP, BATCH), windows, lambda _share: None)

    return lambda: client.run(bundle, given, providers=CPU), peer


def _network(dimensions: int, layers: int, channels: int, outputs: str) -> onnx.ModelProto:
    """Convolutions of three to a side with random weights, then one number in (0, 1) for each pixel."""
    random = np.random.default_rng(3)
    nodes, weights = [], []
    width, last = 1, "x"
    for number in range(layers):
        out = 1 if number == layers - 1 else channels
        shape = (out, width, *(3,) * dimensions)
        weights.append(numpy_helper.from_array(random.normal(0, 0.2, shape).astype(np.float32), f"w{number}"))
        nodes.append(
            helper.make_node("Conv", [last, f"w{number}"], [f"c{number}"], pads=[1] * 2 * dimensions)
        )
        last, width = f"r{number}", out
        nodes.append(helper.make_node("Relu", [f"c{number}"], [last]))
    nodes.append(helper.make_node("Sigmoid", [last], ["heat"]))
    axes: list[str | int] = ["n", 1, *"drc"[3 - dimensions :]]
    made = [helper.make_tensor_value_info("heat", TensorProto.FLOAT, axes)]
    if outputs == "score":
        nodes.append(
            helper.make_node(
                "ReduceMax", ["heat"], ["score"], axes=list(range(1, 2 + dimensions)), keepdims=0
            )
        )
        made.append(helper.make_tensor_value_info("score", TensorProto.FLOAT, ["n"]))
    shown = helper.make_tensor_value_info("x", TensorProto.FLOAT, axes)
    graph = helper.make_graph(nodes, "made-up", [shown], made, weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


if __name__ == "__main__":
    sys.exit(main())
