"""Every call on the help page of bring-your-own makes a sound package that runs, with networks of the named shapes."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from inference.bundle import Bundle, load_bundle
from inference.client import ModelClient
from inference.types import ModelInput, OutputState
from tests.support.cli_phantom import ROOT, in_process
from tests.support.reference_inputs import SHIFT, TURNED, ball
from tests.support.tiny_graphs import (
    channels_of,
    mean_of_patch,
    mean_value,
    middle_channel,
    one_box,
    saved,
    turned_for_monai,
    two_views,
)
from tests.support.tiny_package import graph

PAGE = (ROOT / "resources/help/bring-your-own.md").read_text(encoding="utf-8")
FENCED = re.compile(r"^ *```\w*\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
CALLS = {
    call[call.index("--name") + 1]: call[1:]
    for block in FENCED.findall(PAGE)
    if block.strip().startswith("overread models pack") and "--name" in block
    for call in [shlex.split(block.replace("\\\n", " "))]
}
GENERAL = (
    "--authors", "tests", "--intended-use", "tests", "--not-for", "anything else", "--licence-code", "MIT",
    "--licence-weights", "MIT", "--licence-data", "none",
)  # fmt: skip


def torchxrayvision() -> onnx.ModelProto:
    """18 scores, of which the fourth and the eighth are high, and a map of 7 x 7."""
    scores = np.zeros((1, 18), np.float32)
    scores[0, [3, 7]] = 0.9
    nodes = [
        helper.make_node("AveragePool", ["x"], ["cam"], kernel_shape=[32, 32], strides=[32, 32]),
        helper.make_node("ReduceMean", ["x"], ["mean"], axes=[2, 3], keepdims=0),
        helper.make_node("Mul", ["mean", "nought"], ["none"]),
        helper.make_node("Add", ["given", "none"], ["scores"]),
    ]
    constants = [
        numpy_helper.from_array(scores, "given"),
        numpy_helper.from_array(np.array(0.0, np.float32), "nought"),
    ]
    outputs = [("scores", [1, 18]), ("cam", [1, 1, 7, 7])]
    return graph(nodes, outputs=outputs, initializers=constants, shape=[1, 1, 224, 224])


NETWORKS = {
    "xrv": torchxrayvision(),
    "density": mean_value(),
    "spleen": channels_of(["n", 1, 16, 32, 32], 2),
    "lesions": middle_channel(5),
    "chest": channels_of([1, 1, 64, 64], 4),
    "nnunet": channels_of(["n", 1, 16, 32, 32], 2),
    "detector": one_box([8, 4, 16, 12], 0.9),
    "unet": middle_channel(7),
    "cnn": mean_of_patch((4, 8, 8)),
    "views": two_views(),
}
LUNGS_NEEDED = {"lesions-ct", "lung-nodule"}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERREAD_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def client() -> Iterator[ModelClient]:
    shared = ModelClient()
    yield shared
    shared.close()


def study_for(bundle: Bundle) -> ModelInput:
    """A bright block in a chest of air with a wall, or one film; of the modality that the package was made for."""
    modality = bundle.manifest.viewer.applicability.modality[0]
    told = {"modality": modality, "body_part": "CHEST", "view_position": "PA"}
    affine = np.array([[0, 0, 0.8, -20], [0, 0.8, 0, -30], [2.0, 0, 0, 5], [0, 0, 0, 1.0]])
    if modality == "CT":
        pixels = np.full((24, 64, 64), 40, np.int16)
        pixels[:, 8:56, 8:56] = -850
        pixels[8:14, 24:32, 24:34] = 500
        return ModelInput(pixels, affine, attributes=told)
    film = np.zeros((1, 64, 64), np.int16)
    film[0, 20:40, 20:44] = 1000
    views = [one.view for one in bundle.manifest.viewer.inputs if one.view] or [""]
    pictures = [ModelInput(film, affine, in_patient=False, attributes=told, view=one) for one in views]
    return replace(pictures[0], companions=tuple(pictures[1:]))


def test_the_page_leads_through_every_kind() -> None:
    assert len(CALLS) == 9
    for words in ("TorchXRayVision", "MONAI", "nnU-Net"):
        assert f"{words}" in PAGE


@pytest.mark.parametrize("name", CALLS)
def test_a_call_of_the_page_makes_a_package_that_runs(
    name: str, client: ModelClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for stem in {Path(word.rpartition("=")[2]).stem for word in CALLS[name] if word.endswith(".onnx")}:
        saved(tmp_path, stem, NETWORKS[stem])
    told = in_process(capsys, *CALLS[name], *GENERAL)
    assert told.code == 0, told.out + told.err
    bundle = load_bundle(tmp_path / "packages" / f"{name}-1.0.0")
    output = client.run(bundle, study_for(bundle))
    assert output.state in (OutputState.POSITIVE, OutputState.NEGATIVE), output
    anatomy = all(one.report_when == "never" for one in bundle.manifest.viewer.outputs)
    assert bool(output.detections) is not anatomy, "each of these pictures has what the network looks for"
    if anatomy:
        assert output.label_maps[0].values.any()


def test_a_bundle_as_the_page_exports_it_answers_as_monai_did(
    client: ModelClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Orientation, spacing, range, windows and softmax together: the middle within 0.5 mm, the volume within 3 %.

    The scan lies askew, and the network moves what it sees by 2, 1 and 2 mm: an axis turned the wrong way is off by
    2 mm at least.
    """
    saved(tmp_path, "bundle", turned_for_monai(SHIFT))
    told = in_process(
        capsys, "models", "pack", "bundle.onnx", "--out", "packages", "--name", "ball", "--task", "balls",
        "--modality", "CT", "--kind", "regions", "--step", "modality_lut", "--step", "orient",
        "--step", "resample spacing_mm=2,1,1", "--step", "clip min=-500 max=500",
        "--step", "to_range from_min=-500 from_max=500 min=0 max=1", "--mode", "sliding_window",
        "--roi", "8x16x16", "--run", "overlap=0.5; batch=2", "--output", "key=ball; region=regions:1",
        "--post", "threshold at=0.5", *GENERAL,
    )  # fmt: skip
    assert told.code == 0, told.out + told.err
    scan = ModelInput(ball(), TURNED, attributes={"modality": "CT"})
    output = client.run(load_bundle(tmp_path / "packages/ball-1.0.0"), scan)
    monai = json.loads((ROOT / "tests/reference_numbers/monai.json").read_text(encoding="utf-8"))["pipeline"]
    [found] = output.label_maps
    index = np.argwhere(found.values > 0)
    middle = found.affine[:3, :3] @ index.mean(axis=0) + found.affine[:3, 3]
    assert np.abs(middle - monai["center_lps_mm"]).max() < 0.5
    [volume] = [one.value for one in output.detections[0].measures if one.key == "volume"]
    assert volume == pytest.approx(monai["volume_ml"], rel=0.03)


def test_the_turning_of_the_page_is_the_way_from_our_axes_to_monais() -> None:
    """The two lines of the wrapper, with numpy: there and back is the same, and x runs to the right."""
    assert "x.permute(0, 1, 4, 3, 2).flip(2, 3)" in PAGE
    assert "flip(2, 3).permute(0, 1, 4, 3, 2)" in PAGE
    ours = np.arange(2 * 3 * 4).reshape(1, 1, 2, 3, 4)
    theirs = np.flip(ours.transpose(0, 1, 4, 3, 2), (2, 3))
    assert theirs[0, 0, 0, 0, 1] == ours[0, 0, 1, 2, 3], (
        "first along x and y: the leftmost column, the hindmost row"
    )
    assert np.array_equal(np.flip(theirs, (2, 3)).transpose(0, 1, 4, 3, 2), ours)
