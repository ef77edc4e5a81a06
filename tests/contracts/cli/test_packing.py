"""`overread models pack` makes every kind of package by options alone, and says everything that is wrong at once."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from numpy.typing import NDArray

from app.cli.packing import EXAMPLE
from inference.bundle import Bundle, load_bundle
from inference.client import ModelClient
from inference.types import ModelInput, ModelOutput, OutputState
from tests.support.cli_phantom import Answer, in_process
from tests.support.tiny_graphs import (
    mean_of_patch,
    mean_value,
    middle_channel,
    middle_of_patch,
    one_box,
    same,
    saved,
    two_channels,
    two_views,
)

AFFINE = np.array([[0, 0, 1.0, -20], [0, 1.0, 0, -30], [2.0, 0, 0, 5], [0, 0, 0, 1.0]])
GENERAL = (
    "--name", "made", "--task", "bright spots", "--authors", "tests", "--intended-use", "tests", "--not-for",
    "anything else", "--licence-code", "MIT", "--licence-weights", "MIT", "--licence-data", "none",
)  # fmt: skip
TO_SHARE = ("--step", "modality_lut", "--step", "to_range from_min=0 from_max=1000 min=0 max=1")
CT = ("--modality", "CT", *TO_SHARE)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OVERREAD_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(scope="module")
def client() -> Iterator[ModelClient]:
    shared = ModelClient()
    yield shared
    shared.close()


def pack(capsys: pytest.CaptureFixture[str], tmp_path: Path, *more: object) -> Answer:
    return in_process(capsys, "models", "pack", "--out", tmp_path / "made", *more)


def packed(capsys: pytest.CaptureFixture[str], tmp_path: Path, *more: object) -> Bundle:
    told = pack(capsys, tmp_path, *GENERAL, *more)
    assert told.code == 0, told.out + told.err
    return load_bundle(tmp_path / "made" / "made-1.0.0")


def scan(*spots: tuple[slice, slice, slice], shape: tuple[int, int, int] = (12, 40, 50)) -> ModelInput:
    pixels: NDArray[np.int16] = np.full(shape, 100, np.int16)
    for spot in spots:
        pixels[spot] = 900
    return ModelInput(pixels, AFFINE, attributes={"modality": "CT"})


SPOT = (slice(2, 5), slice(10, 14), slice(20, 26))


def volumes_ml(output: ModelOutput) -> list[float]:
    return [round(m.value, 4) for one in output.detections for m in one.measures if m.key == "volume"]


def test_a_classifier_of_one_score(
    client: ModelClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = saved(tmp_path, "net", mean_value())
    film = (
        "--modality",
        "DX",
        *TO_SHARE,
        "--output",
        "key=dense; label=Dense; tensor=value; threshold=0.2; source=t",
    )
    bundle = packed(capsys, tmp_path, file, *film, "--applies", "max_slices=1; photometric=MONOCHROME2")
    given = ModelInput(
        np.full((1, 8, 8), 300, np.int16),
        AFFINE,
        in_patient=False,
        attributes={"modality": "DX", "photometric": "MONOCHROME2"},
    )
    output = client.run(bundle, given)
    assert output.state is OutputState.POSITIVE
    assert output.study_score == pytest.approx(0.3)
    assert bundle.manifest.viewer.applicability.max_slices == 1


def test_a_regression_gives_its_number_with_its_unit(
    client: ModelClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = saved(tmp_path, "net", mean_value())
    told = ("--output", "key=density; label=Density; report=always", "--measure")
    bundle = packed(
        capsys, tmp_path, file, "--modality", "DX", *TO_SHARE, *told,
        "key=share; tensor=value; scale=100; unit=%; of=density", "--measure", "key=mean; tensor=value; unit=1",
    )  # fmt: skip
    film = ModelInput(
        np.full((1, 8, 8), 250, np.int16), AFFINE, in_patient=False, attributes={"modality": "DX"}
    )
    output = client.run(bundle, film)
    [number] = output.detections[0].measures
    assert number.value == pytest.approx(25.0)
    assert number.unit == "%"
    assert output.measures[0].value == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("shape", "how", "size"),
    [
        (["n", 1, "d", "r", "c"], (), ("--size", "x=1,1,8,16,16")),
        (
            ["n", 1, 8, 16, 16],
            ("--mode", "sliding_window", "--roi", "8x16x16", "--run", "overlap=0.25; batch=2"),
            (),
        ),
        (["n", 1, "r", "c"], ("--mode", "slices", "--run", "batch=4; multiple_of=8"), ()),
        (["n", 1, 16, 16], ("--mode", "sliding_window", "--run", "blend=constant"), ()),
    ],
    ids=["3D whole", "3D windows", "2D slices", "2D windows"],
)
def test_a_segmenter_of_any_dimension_finds_what_is_bright(
    client: ModelClient,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    shape: list[int | str],
    how: tuple[str, ...],
    size: tuple[str, ...],
) -> None:
    file = saved(tmp_path, "net", same(shape))
    bundle = packed(
        capsys, tmp_path, file, *CT, "--kind", "regions", *how, *size, "--output", "key=spot; label=Spot",
        "--post", "threshold at=0.6", "--post", "components min_voxels=2",
    )  # fmt: skip
    output = client.run(bundle, scan(SPOT, (slice(8, 9), slice(30, 31), slice(40, 41))))
    assert volumes_ml(output) == [0.144], "72 voxels of 2 mm3; the one voxel alone is dropped"


def test_slices_with_neighbours_are_told_by_the_graph(
    client: ModelClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = saved(tmp_path, "net", middle_channel(5))
    bundle = packed(
        capsys, tmp_path, file, *CT, "--kind", "regions", "--mode", "slices", "--output", "key=spot",
        "--post", "threshold at=0.6",
    )  # fmt: skip
    assert bundle.manifest.viewer.inference.neighbours == 2
    assert volumes_ml(client.run(bundle, scan(SPOT))) == [0.144]


def test_parts_with_steps_of_their_own_and_a_ratio(
    client: ModelClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = saved(tmp_path, "net", two_channels())
    bundle = packed(
        capsys, tmp_path, file, "--modality", "DX", *TO_SHARE, "--kind", "regions",
        "--map", "tensor=prob; key=parts; label=Parts",
        "--output", "key=field; region=parts:0; report=never", "--output", "key=spot; region=parts:1; report=never",
        "--post", "field: threshold at=0.5", "--post", "field: fill_holes",
        "--post", "spot: threshold at=0.5", "--post", "spot: largest_components count=1",
        "--region-measure", "key=ratio; op=width_ratio; of=spot; to=field; unit=1",
    )  # fmt: skip
    pixels = np.zeros((1, 16, 16), np.int16)
    pixels[0, 4:12, 6:10] = 1000
    output = client.run(bundle, ModelInput(pixels, AFFINE, in_patient=False, attributes={"modality": "DX"}))
    [ratio] = output.measures
    assert output.study_score is None, "it looks for nothing, so it has no score of nothing"
    assert ratio.value == pytest.approx(4 / 16)


def test_a_detector_gives_the_boxes_of_a_class(
    client: ModelClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = saved(tmp_path, "net", one_box([8, 4, 16, 12], 0.9))
    bundle = packed(
        capsys, tmp_path, file, "--modality", "DX", *TO_SHARE,
        "--boxes", "tensor=boxes; scores=scores; labels=labels; form=xyxy; iou=0.4",
        "--output", "key=mass; label=Mass; tensor=scores; index=3; threshold=0.5; source=t",
        "--output", "key=other; label=Other; tensor=scores; index=1; threshold=0.5; source=t",
    )  # fmt: skip
    assert bundle.manifest.viewer.kind == "boxes"
    film = ModelInput(np.ones((1, 40, 60), np.int16), AFFINE, in_patient=False, attributes={"modality": "DX"})
    [found] = client.run(bundle, film).detections
    assert found.key == "mass"
    assert found.score == pytest.approx(0.9)


def test_two_views_in_one_run(
    client: ModelClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = saved(tmp_path, "net", two_views())
    bundle = packed(
        capsys, tmp_path, file, "--modality", "MG", *TO_SHARE, "--needed-view", "LCC",
        "--output", "key=left; tensor=lcc_score; threshold=0.5; source=t; view=LCC",
        "--output", "key=right; tensor=rcc_score; threshold=0.5; source=t; view=RCC",
    )  # fmt: skip
    assert [one.view for one in bundle.manifest.viewer.inputs] == ["LCC", "RCC"]
    told = {"modality": "MG"}
    left, right = (
        ModelInput(np.full((1, 8, 8), grey, np.int16), AFFINE, in_patient=False, attributes=told, view=view)
        for grey, view in ((900, "LCC"), (100, "RCC"))
    )
    output = client.run(bundle, replace(left, companions=(right,)))
    assert [one.key for one in output.detections] == ["left"]


TWO = ("--graph", "candidates={0}/candidates.onnx", "--graph", "classifier={0}/classifier.onnx")


def two_stages(tmp_path: Path) -> tuple[str, ...]:
    saved(tmp_path, "candidates", middle_channel(3))
    saved(tmp_path, "classifier", mean_of_patch((1, 2, 2)))
    return tuple(one.format(tmp_path) for one in TWO)


def test_candidates_and_a_classifier_are_two_graphs_of_one_package(
    client: ModelClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = packed(
        capsys, tmp_path, *two_stages(tmp_path), *CT, "--stage", "classifier: channel=1; batch=4",
        "--post", "threshold at=0.6", "--post", "components min_voxels=2",
        "--output", "key=spot; label=Spot; threshold=0.5; source=t", "--ranking", "by=volume; merge_mm=3; at_most=5",
    )  # fmt: skip
    viewer = bundle.manifest.viewer
    assert (viewer.kind, viewer.stages[0].inference.neighbours, viewer.stages[1].patch) == (
        "stages",
        1,
        (1, 2, 2),
    )
    assert [one.model for one in viewer.golden] == ["models/candidates.onnx", "models/classifier.onnx"]
    output = client.run(bundle, scan(SPOT, (slice(8, 10), slice(30, 32), slice(40, 42))))
    assert volumes_ml(output) == [0.144, 0.016], "the larger first"
    assert output.detections[0].score == pytest.approx(0.9, abs=1e-3)


@pytest.mark.parametrize("place", [(1, 4, 6), (3, 20, 25), (5, 35, 44)], ids=["first", "middle", "last"])
def test_a_classifier_finds_the_candidate_in_the_middle_of_its_patch_in_a_short_scan_too(
    client: ModelClient, tmp_path: Path, capsys: pytest.CaptureFixture[str], place: tuple[int, int, int]
) -> None:
    """Seven slices under a patch of sixteen: padded at one end alone, it was judged by what lay beside it."""
    saved(tmp_path, "candidates", middle_channel(3))
    saved(tmp_path, "classifier", middle_of_patch((16, 8, 8)))
    bundle = packed(
        capsys, tmp_path, *(one.format(tmp_path) for one in TWO), *CT, "--stage", "classifier: channel=1",
        "--post", "threshold at=0.6", "--output", "key=spot; threshold=0.5; source=t",
    )  # fmt: skip
    spot = tuple(slice(at - 1, at + 2) for at in place)
    output = client.run(bundle, scan(spot, shape=(7, 40, 50)))  # type: ignore[arg-type]  # three slices
    assert [one.score for one in output.detections] == [pytest.approx(0.9, abs=1e-3)]


def test_the_example_of_the_help_makes_a_package(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(tmp_path, "unet", middle_channel(7))
    saved(tmp_path, "cnn", mean_of_patch((4, 8, 8)))
    monkeypatch.chdir(tmp_path)
    name, *words = shlex.split(EXAMPLE.replace("\\\n", " "))
    assert name == "overread"
    told = in_process(capsys, *words)
    assert told.code == 0, told.out + told.err
    assert load_bundle(tmp_path / "packages" / "lung-nodule-1.0.0").manifest.viewer.kind == "stages"
    assert "--graph candidates=unet.onnx" in " ".join(
        in_process(capsys, "models", "pack", "--help").out.split()
    )


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = pack(
        capsys, tmp_path, *two_stages(tmp_path), "--task", "spots", "--stage", "classifier: batch=many",
        "--stage", "third: channel=1", "--output", "key=spot; thresold=0.5", "--step", "clip low=0 max=1",
        "--ranking", "by=luck", "--ram-mb", "much", "--applies", "needs_spacing=perhaps", "--post", "threshold 0.5",
    )  # fmt: skip
    assert told.code == 1
    lines = told.out.strip().splitlines()
    assert f"{len(lines)} things are wrong" in told.sentence()
    for words in (
        "--name, --authors, --intended-use, --not-for", "'many' is no value for 'batch'", "candidates, classifier",
        "no word 'thresold'", "clip does not take low", "ranking", "'much' is no number", "'perhaps'",
        "'0.5' cannot be understood", "has 2 channels",
    ):  # fmt: skip
        assert [line for line in lines if words in line], words
    assert not (tmp_path / "made").exists()
    assert all(line.endswith(".") for line in lines)


def test_windows_of_an_open_graph_need_a_size(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = saved(tmp_path, "net", same(["n", 1, "d", "r", "c"]))
    told = pack(
        capsys, tmp_path, file, *GENERAL, *CT, "--kind", "regions", "--mode", "sliding_window", "--output", "key=a"
    )  # fmt: skip
    assert told.code == 1
    assert "sliding_window needs 'roi_size'" in told.sentence()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ((), "There is no network to pack"),
        (("--graph", "candidates"), "NAME=FILE"),
        (("--graph", "candidates=/nowhere.onnx"), "'nowhere.onnx' is not there"),
        (("--graph", "one={0}/net.txt"), "net.txt"),
        (("{0}/net.onnx", "--golden", "two={0}/net.txt"), "NAME=FILE"),
        (("{0}/net.onnx", "--size", "x=1,two"), "--size"),
        (("{0}/net.onnx", "--manifest", "{0}/net.txt"), "net.txt"),
        (("{0}/net.onnx", "--manifest", "{0}/odd.json"), "odd.json"),
    ],
)
def test_a_wrong_file_is_one_clear_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], words: str
) -> None:
    saved(tmp_path, "net", mean_value())
    (tmp_path / "net.txt").write_text("no graph")
    (tmp_path / "odd.json").write_text('{"viewer": [1]}')
    told = pack(capsys, tmp_path, *GENERAL, *(one.format(tmp_path) for one in more))
    assert told.code == 1
    assert words in told.sentence()


@pytest.mark.parametrize(
    "part",
    [
        {"viewer": {"outputs": "none"}}, {"viewer": {"stages": [1]}}, {"viewer": {"applicability": []}},
        {"network_data_format": 7}, {"viewer": {"golden": {"model": 1}}}, {"changelog": None, "version": 3},
    ],
)  # fmt: skip
def test_a_part_of_another_shape_is_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], part: dict[str, Any]
) -> None:
    file = tmp_path / "part.json"
    file.write_text(json.dumps(part))
    told = pack(
        capsys, tmp_path, *two_stages(tmp_path), *GENERAL, *CT, "--manifest", file, "--output", "key=a",
        "--stage", "classifier: channel=1",
    )  # fmt: skip
    assert told.code == 1, told.out
    assert told.sentence()
    assert not (tmp_path / "made").exists()


def test_options_stand_above_a_part_of_a_manifest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    part = tmp_path / "part.json"
    calibration = {"type": "platt", "params": {"a": 1.0, "b": 0.0}, "dataset": "ours", "ece": 0.02}
    outputs = [{"key": "old", "label": {"en": "Old"}}]
    part.write_text(
        json.dumps({"name": "theirs", "viewer": {"calibration": calibration, "outputs": outputs}})
    )
    bundle = packed(
        capsys, tmp_path, saved(tmp_path, "net", mean_value()), "--modality", "DX", "--manifest", part,
        "--output", "key=new; tensor=value; threshold=0.5; source=t",
    )  # fmt: skip
    assert bundle.manifest.name == "made"
    assert [one.key for one in bundle.manifest.viewer.outputs] == ["new"]
    assert bundle.manifest.viewer.calibration is not None


def test_the_metadata_of_a_monai_bundle_is_a_part_of_a_manifest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tensor = {
        "type": "image", "format": "hounsfield", "modality": "CT", "num_channels": 1, "spatial_shape": [8, 16, 16],
        "dtype": "float32", "value_range": [0, 1], "is_patch_data": True, "channel_def": {"0": "image"},
    }  # fmt: skip
    told = {
        "schema": "https://example.org/meta_schema_20240725.json", "version": "0.5.8",
        "changelog": {"0.5.8": "enhance readme"}, "monai_version": "1.4.0", "pytorch_version": "2.4.0",
        "numpy_version": "1.24.4", "required_packages_version": {"nibabel": "5.2.1"}, "name": "Spot CT segmentation",
        "task": "Spots in CT", "description": "A network for spots", "authors": "its team", "copyright": "its team",
        "data_source": "made up", "data_type": "nifti", "intended_use": "tests", "references": ["none"],
        "eval_metrics": {"mean_dice": 0.96},
        "network_data_format": {"inputs": {"x": tensor}, "outputs": {"prob": {**tensor, "format": "segmentation"}}},
    }  # fmt: skip
    (tmp_path / "bundle/configs").mkdir(parents=True)
    (tmp_path / "bundle/LICENSE").write_text("the licence of the bundle")
    file = tmp_path / "bundle/configs/metadata.json"
    file.write_text(json.dumps(told))
    more = (
        saved(tmp_path, "net", same(["n", 1, 8, 16, 16])), "--manifest", file, *CT, "--kind", "regions",
        "--mode", "sliding_window", "--roi", "8x16x16", "--output", "key=spot", "--not-for", "the rest",
        "--licence-code", "MIT", "--licence-weights", "MIT", "--licence-data", "none",
    )  # fmt: skip
    refused = pack(capsys, tmp_path, *more)
    assert refused.code == 1
    assert refused.sentence().startswith("--name: ")
    assert pack(capsys, tmp_path, *more, "--name", "spot-ct").code == 0
    folder = tmp_path / "made/spot-ct-0.5.8"
    manifest = load_bundle(folder).manifest
    assert (manifest.authors, manifest.eval_metrics) == ("its team", {"mean_dice": 0.96})
    assert (folder / "LICENSE").read_text() == "the licence of the bundle"


def test_a_makers_own_answer_must_come_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = saved(tmp_path, "net", mean_value())
    np.savez(tmp_path / "in.npz", x=np.full((1, 1, 4, 4), 0.25, np.float32))
    answer = tmp_path / "out.json"
    more = (file, *GENERAL, "--modality", "DX", "--output", "key=a; tensor=value; threshold=0.5; source=t")
    own = ("--golden", tmp_path / "in.npz", "--expected", answer)
    answer.write_text(json.dumps({"outputs": {"value": {"shape": [1], "values": [0.75]}}}))
    told = pack(capsys, tmp_path, *more, *own)
    assert told.code == 1
    assert "off by 0.5" in told.sentence()
    answer.write_text(json.dumps({"outputs": {"value": {"shape": [1], "values": [0.25]}}}))
    assert pack(capsys, tmp_path, *more, *own).code == 0
    kept = tmp_path / "made/made-1.0.0/tests/golden/expected.json"
    assert kept.read_text() == answer.read_text()


def test_a_terminal_is_asked_what_two_graphs_need(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = {
        "Short name": ["asked"], "What it does": ["spots"], "Who made it": ["tests"], "What it is for": ["tests"],
        "What it is not for": ["the rest"], "Modality": ["CT"], "Kind": ["stages"],
        "A step of preparation": ["modality_lut", "clip min=0 max=1000"],
        "A step from": ["threshold at=500", "components"],
        "What it reports": ["key=spot; threshold=0.5; source=x"], "Licence of the code": ["MIT"],
        "Licence of the weights": ["MIT"], "Licence of the training": ["none"],
    }  # fmt: skip
    asked: list[str] = []

    def prompt(words: str, default: str | None = None, **_more: Any) -> str:
        asked.append(words)
        start = next((one for one in answers if words.startswith(one)), "")
        if words.startswith("another"):
            start = next(
                one for one in answers if asked[-2 if len(asked) > 1 else 0].startswith(one) or one == last[0]
            )
        last[0] = start or last[0]
        return answers[start].pop(0) if start and answers[start] else default or ""

    last = [""]
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(typer, "prompt", prompt)
    told = pack(capsys, tmp_path, *two_stages(tmp_path), "--stage", "classifier: channel=1")
    assert told.code == 0, told.out + told.err
    assert "candidates: takes x ['n', 3, 'r', 'c']; gives prob" in told.out
    viewer = load_bundle(tmp_path / "made" / "asked-1.0.0").manifest.viewer
    assert [one.op for one in viewer.preprocess] == ["modality_lut", "clip"]
    assert [one.op for one in viewer.stages[0].postprocess] == ["threshold", "components"]
    assert not any(words.startswith("How it runs") for words in asked), "only segmenters are asked that"
