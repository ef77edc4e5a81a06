"""A graph run once in the child, on inputs that are given or made up from a seed: the answer becomes a golden test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.engine import Engine
from inference.errors import Problem, RunRefusedError
from inference.sandbox import limit_to_package

KEPT_VALUES = 4096  # of one output; evenly spread where there are more
LOOSE_SIZE = 32  # of an axis that a graph leaves open
FIRST_AXIS = 1  # the batch
MOST_VALUES = 64 * 1024 * 1024
_NUMPY: dict[str, type[np.generic]] = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
    "tensor(uint8)": np.uint8,
}


def try_graph(
    content: dict[str, Any], arrays: list[NDArray[Any]]
) -> tuple[dict[str, Any], tuple[NDArray[Any], ...]]:
    """Feeds and answers of one run, inputs first. Raises RunRefusedError.

    content: folder, model, ram_mb, providers, seed, inputs: names of the arrays given (none: made up), ranges: lowest
    and highest value of an input by name, sizes: lengths of axes by input, where the graph leaves them open.
    """
    limit_to_package(int(content["ram_mb"]))
    engine = Engine(requested=list(content["providers"]))
    session = engine.open(Path(content["folder"]) / str(content["model"]))
    feeds = (
        dict(zip(content["inputs"], arrays, strict=True)) if content["inputs"] else _made_up(session, content)
    )
    answers = session.run(feeds)
    told = {"provider": engine.provider, "inputs": list(feeds), "outputs": list(answers)}
    return told, (*feeds.values(), *(_plain(values) for values in answers.values()))


def expected_of(outputs: dict[str, NDArray[Any]]) -> dict[str, Any]:
    """The document of a golden test's answer, as `inference.golden` reads it."""
    return {"outputs": {name: _kept(values) for name, values in outputs.items()}}


def _kept(values: NDArray[Any]) -> dict[str, Any]:
    flat = values.ravel().astype(np.float64)
    if flat.size <= KEPT_VALUES:
        return {"shape": list(values.shape), "values": flat.tolist()}
    at = np.linspace(0, flat.size - 1, KEPT_VALUES).astype(np.int64)
    return {"shape": list(values.shape), "at": at.tolist(), "values": flat[at].tolist()}


def _made_up(session: Any, content: dict[str, Any]) -> dict[str, NDArray[Any]]:
    """Smooth random pictures: like noise alone they have no meaning, but edges and flat places a network reacts to."""
    random = np.random.default_rng(int(content["seed"]))
    feeds: dict[str, NDArray[Any]] = {}
    for entry in session.inner.get_inputs():
        shape = _shape(entry, dict(content["sizes"]))
        low, high = dict(content["ranges"]).get(entry.name, (0.0, 1.0))
        values = random.random(shape)
        for axis in range(max(len(shape) - 2, 0), len(shape)):
            values = (values + np.roll(values, 1, axis) + np.roll(values, 2, axis)) / 3
        feeds[entry.name] = (low + (high - low) * values).astype(_NUMPY.get(entry.type, np.float32))
    return feeds


def _shape(entry: Any, sizes: dict[str, list[int]]) -> tuple[int, ...]:
    given = sizes.get(entry.name)
    declared = list(entry.shape)
    if given is not None and len(given) != len(declared):
        facts = {"tensor": entry.name, "axes": str(len(declared)), "given": str(len(given))}
        raise RunRefusedError(Problem("model.failed.golden_sizes", facts))
    loose = [FIRST_AXIS, *[LOOSE_SIZE] * max(len(declared) - 1, 0)]
    asked = given or loose
    shape = tuple(one if isinstance(one, int) and one > 0 else asked[at] for at, one in enumerate(declared))
    if int(np.prod(shape, dtype=np.float64)) > MOST_VALUES:
        raise RunRefusedError(Problem("model.problem.too_large", {"file": entry.name}))
    return shape


def _plain(values: NDArray[Any]) -> NDArray[Any]:
    """As the wire takes it."""
    return values.astype(np.int32) if values.dtype.kind in "iub" and values.dtype.itemsize > 4 else values
