"""Packages that give probabilities per voxel: whole, in windows, slice by slice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from onnx import helper

from inference.bundle import load_bundle
from inference.client import ModelClient
from inference.hashes import write_sums
from inference.sliding_window import Windows, gaussian, slide, starts
from inference.types import ModelInput, ModelOutput, OutputState
from tests.support.tiny_package import DELETE, TinyPackage, graph

AFFINE = np.array([[0, 0, 1.0, -20], [0, 1.0, 0, -30], [2.0, 0, 0, 5], [0, 0, 0, 1.0]])
HOW: dict[str, dict[str, Any]] = {
    "whole": {"mode": "simple"},
    "windows": {"mode": "sliding_window", "roi_size": [8, 16, 16], "overlap": 0.5, "batch": 2},
}


@pytest.fixture(scope="module")
def client() -> Iterator[ModelClient]:
    shared = ModelClient()
    yield shared
    shared.close()


def package(how: dict[str, Any], folder: Path) -> Path:
    """The graph hands its input on: what is bright is probable."""
    dims: list[int | str] = ["n", 1, "d", "r", "c"]
    model = graph([helper.make_node("Identity", ["x"], ["prob"])], outputs=[("prob", dims)], shape=dims)
    changes = {
        "network_data_format.outputs": {"prob": {"type": "probabilities", "format": "segmentation"}},
        "viewer.kind": "regions",
        "viewer.inputs": [{"tensor": "x", "layout": "NCDHW"}],
        "viewer.inference": how,
        "viewer.maps": [{"tensor": "prob", "key": "spots", "kind": "labels", "label": {"en": "Spots"}}],
        "viewer.postprocess": [
            {"op": "threshold", "args": {"at": 0.6}},
            {"op": "components", "args": {"min_voxels": 2}},
        ],
        "viewer.outputs.0.score": DELETE,
        "viewer.outputs.0.heat": "",
        "viewer.outputs.0.region": {"map": "spots", "label": 0},
    }
    return TinyPackage(model=model, changes=changes).write(folder)


def run(client: ModelClient, folder: Path) -> ModelOutput:
    pixels = np.full((12, 40, 50), -900, np.int16)
    pixels[2:5, 10:14, 20:26] = 800  # 72 voxels of 2 mm3
    pixels[8:10, 30:32, 40:42] = 600
    pixels[11, 0, 0] = 900  # one voxel alone: dropped
    return client.run(load_bundle(folder), ModelInput(pixels, AFFINE, attributes={"modality": "CT"}))


@pytest.mark.parametrize("how", HOW)
def test_two_regions_are_found_where_they_are(client: ModelClient, tmp_path: Path, how: str) -> None:
    output = run(client, package(HOW[how], tmp_path / "p"))
    assert output.state is OutputState.POSITIVE
    first, second = output.detections
    assert first.score == pytest.approx(0.9, abs=1e-3)
    assert {m.key: round(m.value, 4) for m in first.measures}["volume"] == 0.144
    assert np.abs(np.subtract(first.center or (), (2.5, -18.5, 11.0))).max() <= 1.0
    assert np.allclose(first.box_min or (), (-0.5, -20.5, 8.0))
    assert np.allclose(first.box_max or (), (5.5, -16.5, 14.0))
    labels = output.label_maps[0]
    assert (labels.values == first.label).sum() == 72
    assert (labels.values == second.label).sum() == 8


def test_windows_and_whole_give_the_same(client: ModelClient, tmp_path: Path) -> None:
    whole = run(client, package(HOW["whole"], tmp_path / "w"))
    windows = run(client, package(HOW["windows"], tmp_path / "s"))
    assert np.array_equal(whole.label_maps[0].values, windows.label_maps[0].values)


@settings(max_examples=30, deadline=None)
@drawn(
    shape=st.tuples(st.integers(1, 20), st.integers(1, 30), st.integers(1, 30)),
    size=st.tuples(st.integers(1, 8), st.integers(1, 12), st.integers(1, 12)),
    overlap=st.sampled_from([0.0, 0.25, 0.5, 0.75]),
)
def test_sliding_an_identity_changes_nothing(
    shape: tuple[int, int, int], size: tuple[int, int, int], overlap: float
) -> None:
    values = np.random.default_rng(1).normal(size=shape).astype(np.float32)

    def same(windows: NDArray[np.float32]) -> NDArray[np.float32]:
        return windows[:, None]

    found = slide(values, Windows(size, overlap, 4), same, lambda share: None)
    assert np.allclose(found[0], values, atol=1e-4)


@drawn(have=st.integers(1, 50), want=st.integers(1, 20), overlap=st.floats(0, 0.9))
def test_windows_cover_everything(have: int, want: int, overlap: float) -> None:
    covered = np.zeros(max(have, want), bool)
    for at, *_ in starts((max(have, want), 1, 1), (want, 1, 1), overlap):
        covered[at : at + want] = True
    assert covered.all()


def test_the_middle_of_a_window_counts_most() -> None:
    weight = gaussian((5, 5, 5))
    assert weight.argmax() == weight.size // 2
    assert weight.min() > 0


def test_lungs_of_the_gate_are_told_by_hu_on_the_networks_own_grid(
    client: ModelClient, tmp_path: Path
) -> None:
    """Stored values are 1024 above HU here, and the stack is upside down: both are put right before the gate."""
    folder = package(HOW["whole"], tmp_path / "p")
    manifest = json.loads((folder / "configs/metadata.json").read_text(encoding="utf-8"))
    viewer = manifest["viewer"]
    viewer["preprocess"].insert(1, {"op": "orient"})
    viewer["postprocess"].insert(1, {"op": "gate_by_lungs", "args": {"air_hu": -400, "closing_mm": 6}})
    (folder / "configs/metadata.json").write_text(json.dumps(manifest), encoding="utf-8")
    write_sums(folder)
    hu = np.full((12, 60, 60), 40, np.int16)
    hu[:, 10:50, 10:50] = -850  # air inside the body
    hu[2:5, 20:24, 30:34] = 800  # in the lung
    hu[2:5, 2:5, 2:5] = 800  # in the wall
    affine = AFFINE @ np.diag([-1.0, 1, 1, 1])
    given = ModelInput(hu + 1024, affine, intercept=-1024.0, attributes={"modality": "CT"})
    output = client.run(load_bundle(folder), given)
    [only] = output.detections
    assert np.abs(np.subtract(only.center or (), (11.5, -8.5, -1.0))).max() <= 1.0
