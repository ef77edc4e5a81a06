"""RQ-47: heat by occlusion, for networks that give none themselves; it lies on what the score hangs on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from numpy.typing import NDArray
from onnx import helper

from inference.bundle import load_bundle
from inference.client import CancelledRun, ModelClient
from inference.errors import PackageError
from inference.hashes import write_sums
from inference.occlusion import default_grid, occlusion
from inference.types import ModelInput, ModelOutput, OutputState
from tests.support.tiny_package import TinyPackage, graph

AFFINE = np.array([[0, 0, 0.5, 10.0], [0, 0.5, 0, 20.0], [1.0, 0, 0, 30.0], [0, 0, 0, 1.0]])


def brightest(pictures: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.asarray(pictures.reshape(len(pictures), -1).max(axis=1), dtype=np.float64)


@drawn(
    shape=st.tuples(st.integers(1, 5), st.integers(1, 40), st.integers(1, 40)),
    grid=st.tuples(st.integers(1, 5), st.integers(1, 14), st.integers(1, 14)),
    batch=st.integers(1, 7),
    where=st.tuples(st.floats(0, 0.999), st.floats(0, 0.999), st.floats(0, 0.999)),
)
def test_only_the_cell_of_the_bright_spot_costs_score(
    shape: tuple[int, int, int],
    grid: tuple[int, int, int],
    batch: int,
    where: tuple[float, float, float],
) -> None:
    values = np.zeros(shape, np.float32)
    spot = tuple(int(share * size) for share, size in zip(where, shape, strict=True))
    values[spot] = 1.0
    shares: list[float] = []
    lost = occlusion(values, grid, batch, brightest, shares.append)
    assert shares[-1] == pytest.approx(1.0)
    assert lost.shape == tuple(min(pair) for pair in zip(grid, shape, strict=True))
    if values.size > 1:
        assert np.count_nonzero(lost) == 1
        cell = tuple(int(index) for index in np.unravel_index(lost.argmax(), lost.shape))
        for place, number, count, size in zip(spot, cell, lost.shape, shape, strict=True):
            assert number * size // count <= place < -(-(number + 1) * size // count)


def test_a_flat_picture_is_explained_in_196_runs() -> None:
    assert np.prod(default_grid((1, 224, 224))) == 196


def package(folder: Path, **changes: Any) -> Path:
    """A graph that gives a score and nothing else."""
    model = graph(
        [helper.make_node("ReduceMax", ["x"], ["score"], axes=[1, 2, 3], keepdims=0)],
        outputs=[("score", ["n"])],
    )
    explain = {"method": "occlusion", "heat": "occlusion", "output": "spot", "grid": [1, 4, 5]}
    told: dict[str, Any] = {
        "viewer.maps": [],
        "viewer.outputs.0.heat": "occlusion",
        "viewer.explain": explain,
        "network_data_format.outputs": {"score": {"type": "probabilities", "format": "classes"}},
    }
    return TinyPackage(model=model, changes={**told, **changes}).write(folder)


@pytest.fixture(scope="module")
def client() -> Iterator[ModelClient]:
    shared = ModelClient()
    yield shared
    shared.close()


def run(client: ModelClient, folder: Path, cancel: Callable[[], bool] | None = None) -> ModelOutput:
    pixels = np.full((1, 40, 50), -1000, np.int16)
    pixels[0, 32, 43] = 800
    given = ModelInput(pixels, AFFINE, attributes={"modality": "CT"})
    return client.run(load_bundle(folder), given, cancel=cancel)


@pytest.mark.parametrize("batch", [1, 7])
def test_the_heat_lies_on_the_spot_in_mm(client: ModelClient, tmp_path: Path, batch: int) -> None:
    output = run(client, package(tmp_path / "p", **{"viewer.inference": {"batch": batch}}))
    assert output.state is OutputState.POSITIVE
    (heat,) = output.maps
    assert heat.values.shape == (1, 4, 5)
    assert np.argwhere(heat.values > 0).tolist() == [[0, 3, 4]]
    assert heat.value_range == pytest.approx((0.0, 0.9), abs=0.01), "in units of the score"
    # Cell (3, 4) of 4 x 5 over 40 x 50 pixels: rows 30 to 39, columns 40 to 49, half a millimetre each.
    assert output.detections[0].center == pytest.approx((10 + 44.5 * 0.5, 20 + 34.5 * 0.5, 30.0))


def test_it_can_be_cancelled(client: ModelClient, tmp_path: Path) -> None:
    asked = iter([False, False, True])
    with pytest.raises(CancelledRun):
        run(client, package(tmp_path / "p"), cancel=lambda: next(asked, True))


@pytest.mark.parametrize(
    "explain",
    [
        {"method": "occlusion", "heat": "occlusion"},
        {"method": "occlusion", "heat": "occlusion", "output": "spot", "grid": [1, 100, 100]},
        {"method": "occlusion", "heat": "occlusion", "output": "another"},
    ],
)
def test_a_heat_that_cannot_be_made_is_refused(tmp_path: Path, explain: dict[str, Any]) -> None:
    folder = package(tmp_path / "p")
    file = folder / "configs/metadata.json"
    manifest = json.loads(file.read_text(encoding="utf-8"))
    manifest["viewer"]["explain"] = explain
    file.write_text(json.dumps(manifest), encoding="utf-8")
    write_sums(folder)
    with pytest.raises(PackageError):
        load_bundle(folder)
