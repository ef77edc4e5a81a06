"""The child process: whatever happens there ends as an output, and the window's process lives on."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from inference.bundle import load_bundle
from inference.client import CancelledRun, ModelClient
from inference.errors import PackageError, Problem
from inference.types import ModelInput, ModelOutput, OutputState
from tests.support.tiny_package import FLOAT, TinyPackage, graph

AFFINE = np.array([[0, 0, 0.5, 10], [0, 0.6, 0, 20], [2, 0, 0, 30], [0, 0, 0, 1.0]])
HEAT = helper.make_node("Identity", ["x"], ["heat"])


@pytest.fixture(scope="module")
def client() -> Iterator[ModelClient]:
    shared = ModelClient()
    yield shared
    shared.close()


def given(modality: str = "CT", spot: int = 900) -> ModelInput:
    pixels = np.full((3, 40, 50), -900, np.int16)
    pixels[0, 10, 20] = spot
    return ModelInput(pixels, AFFINE, attributes={"modality": modality})


def run(client: ModelClient, folder: Path, image: ModelInput | None = None, **options: Any) -> ModelOutput:
    return client.run(load_bundle(folder), image or given(), **options)


def endless() -> Any:
    """A Loop of 2^40 rounds."""
    loose = helper.make_tensor_value_info
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go"], ["still"]),
            helper.make_node("Add", ["carried", "one"], ["next"]),
        ],
        "body",
        [loose("i", TensorProto.INT64, []), loose("go", TensorProto.BOOL, []), loose("carried", FLOAT, None)],
        [loose("still", TensorProto.BOOL, []), loose("next", FLOAT, None)],
    )
    constants = [
        numpy_helper.from_array(np.array(2**40, np.int64), "rounds"),
        numpy_helper.from_array(np.array(True), "yes"),
        numpy_helper.from_array(np.array(1.0, np.float32), "one"),
    ]
    nodes = [
        helper.make_node("ReduceMax", ["x"], ["top"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Loop", ["rounds", "yes", "top"], ["score"], body=body),
        HEAT,
    ]
    return graph(nodes, initializers=constants)


def greedy() -> Any:
    """Asks for a terabyte."""
    constants = [numpy_helper.from_array(np.array([512, 512, 1024, 1024], np.int64), "shape")]
    nodes = [
        helper.make_node("ReduceMax", ["x"], ["one"], axes=[0, 1, 2, 3], keepdims=1),
        helper.make_node("Expand", ["one", "shape"], ["large"]),
        helper.make_node("ReduceMax", ["large"], ["score"], axes=[1, 2, 3], keepdims=0),
        HEAT,
    ]
    return graph(nodes, initializers=constants)


def test_positive_with_the_spot_where_it_is(client: ModelClient, tmp_path: Path) -> None:
    output = run(client, TinyPackage().write(tmp_path / "p"))
    assert output.state is OutputState.POSITIVE
    assert output.detections[0].center == pytest.approx((20.0, 26.0, 30.0))
    assert output.detections[0].score == pytest.approx(0.95)
    assert output.provider == "CPUExecutionProvider"
    assert set(output.stamps) == {"main_start", "main_end"}


def test_negative_below_the_threshold(client: ModelClient, tmp_path: Path) -> None:
    output = run(client, TinyPackage().write(tmp_path / "p"), given(spot=-800))
    assert (output.state, output.detections) == (OutputState.NEGATIVE, ())


def test_rq_08_another_modality_is_not_applicable_and_says_why(client: ModelClient, tmp_path: Path) -> None:
    output = run(client, TinyPackage().write(tmp_path / "p"), given(modality="MR"))
    assert output.state is OutputState.NOT_APPLICABLE
    assert output.reason_key == "model.not_applicable.attribute"
    assert output.reason_facts["found"] == "MR"


def test_rq_30_ten_runs_are_the_same(client: ModelClient, tmp_path: Path) -> None:
    folder = TinyPackage().write(tmp_path / "p")
    assert len({str(run(client, folder).detections) for _ in range(10)}) == 1


def test_rq_35_a_byte_flipped_after_loading_is_refused_at_the_run(
    client: ModelClient, tmp_path: Path
) -> None:
    folder = TinyPackage().write(tmp_path / "p")
    bundle = load_bundle(folder)
    content = bytearray((folder / "models/model.onnx").read_bytes())
    content[-1] ^= 1
    (folder / "models/model.onnx").write_bytes(bytes(content))
    with pytest.raises(PackageError):
        client.run(bundle, given())


def test_rq_37_an_endless_model_is_ended_at_its_limit(client: ModelClient, tmp_path: Path) -> None:
    folder = TinyPackage(model=endless(), timeout_s=1.5).write(tmp_path / "p")
    began = time.monotonic()
    output = run(client, folder)
    assert (output.state, output.reason_key) == (OutputState.FAILED, "model.failed.timeout")
    assert time.monotonic() - began < 1.5 + 5


def test_rq_37_a_terabyte_is_refused_and_the_next_run_works(client: ModelClient, tmp_path: Path) -> None:
    output = run(client, TinyPackage(model=greedy()).write(tmp_path / "greedy"))
    assert output.state is OutputState.FAILED
    assert output.reason_key in {"model.failed.memory", "model.failed.crashed"}
    assert run(client, TinyPackage().write(tmp_path / "p")).state is OutputState.POSITIVE


def test_rq_37_memory_past_the_bound_is_ended_where_the_system_sets_none(
    client: ModelClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows and macOS: the parent looks at what the child holds."""
    import inference.client as module

    folder = TinyPackage(model=endless(), timeout_s=20).write(tmp_path / "p")
    monkeypatch.setattr(module, "_resident_mib", lambda _child: 1e6)
    began = time.monotonic()
    output = run(client, folder)
    assert (output.state, output.reason_key) == (OutputState.FAILED, "model.failed.memory")
    assert time.monotonic() - began < 5


def test_rq_28_cancel_takes_less_than_a_second(client: ModelClient, tmp_path: Path) -> None:
    folder = TinyPackage(model=endless()).write(tmp_path / "p")
    asked: list[float] = []
    start = time.monotonic()

    def cancel() -> bool:
        if time.monotonic() - start > 1.0 and not asked:
            asked.append(time.monotonic())
        return bool(asked)

    with pytest.raises(CancelledRun):
        run(client, folder, cancel=cancel)
    assert time.monotonic() - asked[0] < 1.0


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL on Windows")
def test_rq_26_a_killed_child_is_a_failed_run_and_the_next_one_works(tmp_path: Path) -> None:
    with_own = ModelClient()
    folder = TinyPackage(model=endless()).write(tmp_path / "p")

    def kill() -> None:
        time.sleep(1.0)
        pid = with_own.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    output = run(with_own, folder)
    killer.join()
    assert (output.state, output.reason_key) == (OutputState.FAILED, "model.failed.crashed")
    assert run(with_own, TinyPackage().write(tmp_path / "good")).state is OutputState.POSITIVE
    with_own.close()


def test_rq_25_asked_for_a_graphics_card_and_told_what_ran(client: ModelClient, tmp_path: Path) -> None:
    folder = TinyPackage(
        changes={"viewer.resources.providers": ["CUDAExecutionProvider", "CPUExecutionProvider"]}
    ).write(tmp_path / "p")
    output = run(client, folder)
    assert output.requested_providers[0] == "CUDAExecutionProvider"
    if output.provider == "CPUExecutionProvider":
        assert output.warnings == ("model.warning.cpu_fallback",)
    else:
        assert output.warnings == ()


def test_values_that_are_no_numbers_fail(client: ModelClient, tmp_path: Path) -> None:
    nodes = [
        helper.make_node("ReduceMax", ["x"], ["top"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Sub", ["top", "top"], ["zero"]),
        helper.make_node("Div", ["zero", "zero"], ["score"]),
        HEAT,
    ]
    output = run(client, TinyPackage(model=graph(nodes)).write(tmp_path / "p"))
    assert (output.state, output.reason_key) == (OutputState.FAILED, "model.failed.not_finite")


def test_a_score_outside_its_range_is_inconsistent(client: ModelClient, tmp_path: Path) -> None:
    output = run(client, TinyPackage(preprocess=[{"op": "modality_lut"}]).write(tmp_path / "p"))
    assert (output.state, output.reason_key) == (OutputState.INCONSISTENT, "model.inconsistent.score_range")


def test_rq_24_golden_cases_run_in_the_child(client: ModelClient, tmp_path: Path) -> None:
    answer = client.golden(load_bundle(TinyPackage().write(tmp_path / "p")))
    assert not isinstance(answer, Problem)
    assert answer["cases"][0]["difference"] == 0


def test_rq_27_an_idle_child_is_ended(tmp_path: Path) -> None:
    brief = ModelClient(idle_s=0.3)
    run(brief, TinyPackage().write(tmp_path / "p"))
    assert brief.pid is not None
    until = time.monotonic() + 5
    while brief.pid is not None and time.monotonic() < until:
        time.sleep(0.05)
    assert brief.pid is None
    brief.close()


def test_rq_38_untrained_outputs_are_not_shown(client: ModelClient, tmp_path: Path) -> None:
    package = TinyPackage(changes={"viewer.outputs.0.trained": False})
    assert run(client, package.write(tmp_path / "p")).detections == ()


def test_of_equally_hot_cells_the_middle_one_is_the_peak(client: ModelClient, tmp_path: Path) -> None:
    image = given()
    image.pixels[0, 5:16, 20:31] = 900
    center = run(client, TinyPackage().write(tmp_path / "p"), image).detections[0].center
    assert center == pytest.approx((10 + 25 * 0.5, 20 + 10 * 0.6, 30.0))
