"""Words of the manifest for regions: channels joined, steps of one output, anatomy, numbers, mirrored runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import helper, numpy_helper

from inference.bundle import load_bundle
from inference.client import ModelClient
from inference.errors import PackageError
from inference.region_measures import measure_regions
from inference.types import ModelInput, ModelOutput, OutputState
from inference.vocabulary import RegionMeasure
from tests.support.tiny_package import DELETE, TinyPackage, graph

AFFINE = np.array([[0, 0, 1.0, 0], [0, 1.0, 0, 0], [1.0, 0, 0, 0], [0, 0, 0, 1.0]])
RATIO = RegionMeasure(key="ctr", op="width_ratio", of="heart", to="lungs", unit="1")
SHARE = RegionMeasure(key="share", op="share_of_gate", of="dense", unit="%")


@pytest.fixture(scope="module")
def client() -> Iterator[ModelClient]:
    shared = ModelClient()
    yield shared
    shared.close()


def box(rows: slice, columns: slice) -> np.ndarray[Any, np.dtype[np.bool_]]:
    mask = np.zeros((1, 20, 30), bool)
    mask[0, rows, columns] = True
    return mask


def test_the_heart_is_measured_whole_and_the_lungs_where_they_are_widest() -> None:
    lungs = (
        box(slice(2, 10), slice(4, 8)) | box(slice(2, 10), slice(20, 26)) | box(slice(10, 12), slice(2, 28))
    )
    heart = box(slice(8, 12), slice(9, 15)) | box(slice(12, 15), slice(13, 20))
    (ratio,) = measure_regions([RATIO], {"heart": heart, "lungs": lungs}, None)
    assert ratio.value == pytest.approx(11 / 26)


@pytest.mark.parametrize("missing", ["heart", "lungs"])
def test_no_number_without_heart_or_lungs(missing: str) -> None:
    masks = {"heart": box(slice(1, 3), slice(1, 3)), "lungs": box(slice(1, 3), slice(0, 9))}
    masks[missing] = np.zeros((1, 20, 30), bool)
    assert measure_regions([RATIO], masks, None) == ()


def test_nothing_dense_is_nought_and_no_lung_is_no_number() -> None:
    lungs, nothing = box(slice(0, 10), slice(0, 10)), np.zeros((1, 20, 30), bool)
    assert measure_regions([SHARE], {"dense": nothing}, lungs)[0].value == 0
    assert measure_regions([SHARE], {"dense": box(slice(0, 20), slice(0, 5))}, lungs)[0].value == 50
    assert measure_regions([SHARE], {"dense": nothing}, nothing) == ()


def package(
    folder: Path, changes: dict[str, Any] | None = None, scale: np.ndarray[Any, Any] | None = None
) -> Path:
    """Channels of probability are the picture times `scale`; by default the second of three is the picture."""
    factors = np.array([0.0, 1.0, 0.0], np.float32).reshape(1, 3, 1, 1) if scale is None else scale
    model = graph(
        [helper.make_node("Mul", ["x", "scale"], ["prob"])],
        outputs=[("prob", ["n", 3, "r", "c"])],
        initializers=[numpy_helper.from_array(factors, "scale")],
    )
    told: dict[str, Any] = {
        "network_data_format.outputs": {"prob": {"type": "probabilities", "format": "segmentation"}},
        "viewer.kind": "regions",
        "viewer.maps": [{"tensor": "prob", "key": "parts", "kind": "labels", "label": {"en": "Parts"}}],
        "viewer.outputs.0.score": DELETE,
        "viewer.outputs.0.heat": "",
        "viewer.outputs.0.region": {"map": "parts", "label": 0, "join": [1]},
    }
    return TinyPackage(model=model, threshold=0.4, changes={**told, **(changes or {})}).write(folder)


def run(client: ModelClient, folder: Path) -> ModelOutput:
    pixels = np.full((1, 20, 30), -1000, np.int16)
    pixels[0, 2:6, 4:10] = 800
    pixels[0, 12, 20] = 800
    return client.run(load_bundle(folder), ModelInput(pixels, AFFINE, attributes={"modality": "CT"}))


def test_joined_channels_are_one_region(client: ModelClient, tmp_path: Path) -> None:
    output = run(client, package(tmp_path / "p"))
    assert [int((output.label_maps[0].values == one.label).sum()) for one in output.detections] == [24, 1]


def test_an_output_has_steps_of_its_own(client: ModelClient, tmp_path: Path) -> None:
    own = [{"op": "largest_components", "args": {"count": 1}}]
    output = run(client, package(tmp_path / "p", {"viewer.outputs.0.postprocess": own}))
    assert len(output.detections) == 1


def test_anatomy_is_drawn_and_measured_and_no_finding(client: ModelClient, tmp_path: Path) -> None:
    width = [{"key": "w", "op": "width_ratio", "of": "spot", "to": "spot", "unit": "1"}]
    told: dict[str, Any] = {"viewer.outputs.0.report_when": "never", "viewer.region_measures": width}
    output = run(client, package(tmp_path / "p", told))
    assert (output.state, output.detections) == (OutputState.NEGATIVE, ())
    assert int((output.label_maps[0].values > 0).sum()) == 25
    assert output.label_maps[0].names == {1: "Bright spot"}
    assert output.measures[0].value == pytest.approx(17 / 6)


def test_mirrored_runs_give_the_same_of_a_graph_that_knows_no_side(
    client: ModelClient, tmp_path: Path
) -> None:
    plain = run(client, package(tmp_path / "p"))
    mirrored = run(client, package(tmp_path / "m", {"viewer.inference": {"mirror": ["rows", "columns"]}}))
    assert np.array_equal(plain.label_maps[0].values, mirrored.label_maps[0].values)


def test_mirrored_runs_are_averaged_and_turned_back(client: ModelClient, tmp_path: Path) -> None:
    """A graph that sees nothing in its left half finds half of it after mirroring, on either side."""
    seen = np.ones((1, 3, 1, 30), np.float32)
    seen[..., :15] = 0
    told: dict[str, Any] = {
        "viewer.inference": {"mirror": ["columns"]},
        "viewer.outputs.0.region": {"map": "parts", "label": 0},
        "viewer.postprocess": [{"op": "threshold", "args": {"at": 0.4}}],
    }
    folder = package(tmp_path / "p", told, seen)
    output = run(client, folder)
    assert sorted(int((output.label_maps[0].values == one.label).sum()) for one in output.detections) == [
        1,
        24,
    ]
    assert [one.score for one in output.detections] == pytest.approx([0.45, 0.45], abs=0.01)


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "w", "op": "width_ratio", "of": "spot", "to": "another", "unit": "1"},
        {"key": "w", "op": "share_of_gate", "of": "spot", "unit": "%"},
    ],
)
def test_a_number_of_what_is_not_there_is_refused(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(PackageError):
        load_bundle(package(tmp_path / "p", {"viewer.region_measures": [wrong]}))
