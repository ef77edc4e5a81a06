"""RQ-25 and RQ-27 without a graphics card: devices that are missing, fail at load, fail in a run, or have no room.

The runtime's session is simulated; everything above it is the code that runs in the child.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from inference import engine as engine_module
from inference import worker
from inference.bundle import load_bundle
from inference.errors import RunRefusedError
from inference.ladder import with_batch_of_one
from inference.types import ModelInput, ModelOutput, OutputState
from tests.support.tiny_package import TinyPackage

CUDA, CPU = "CUDAExecutionProvider", "CPUExecutionProvider"
NO_ROOM = (
    "CUDA error: out of memory; BFCArena::AllocateRawInternal failed to allocate memory for buffer of size 1"
)


@dataclass(slots=True)
class Machine:
    """A runtime built with CUDA. fits: the largest batch a device has room for; broken: what a device says at load."""

    fits: dict[str, int] = field(default_factory=lambda: {CUDA: 99, CPU: 99})
    broken: dict[str, str] = field(default_factory=dict)
    silent: bool = False  # creates the session on the processor without a word
    fails_in_run: str = ""
    asked: list[list[str]] = field(default_factory=list)
    ran: list[tuple[str, int]] = field(default_factory=list)
    options: list[dict[str, str]] = field(default_factory=list)

    def session(self, _file: str, _options: Any, providers: Sequence[Any]) -> SimpleNamespace:
        names = [one if isinstance(one, str) else one[0] for one in providers]
        self.asked.append(names)
        self.options += [one[1] for one in providers if not isinstance(one, str)]
        if names[0] in self.broken:
            raise RuntimeError(self.broken[names[0]])
        device = CPU if self.silent else names[0]

        def run(_names: list[str], feeds: dict[str, Any]) -> list[Any]:
            picture = feeds["x"]
            self.ran.append((device, len(picture)))
            if device == CUDA and self.fails_in_run:
                raise RuntimeError(self.fails_in_run)
            if len(picture) > self.fits[device]:
                raise RuntimeError(NO_ROOM)
            return [picture.max(axis=(1, 2, 3)), picture]

        entry = SimpleNamespace(name="x", type="tensor(float)", shape=["n", 1, "r", "c"])
        outputs = [SimpleNamespace(name="score"), SimpleNamespace(name="heat")]
        return SimpleNamespace(
            run=run,
            get_inputs=lambda: [entry],
            get_outputs=lambda: outputs,
            get_providers=lambda: [device, CPU],
        )


Run = Callable[[Machine], ModelOutput]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A package of eight slices in batches of four, with both devices allowed."""
    changes: dict[str, Any] = {
        "viewer.kind": "regions",
        "viewer.inference": {"mode": "slices", "batch": 4},
        "viewer.outputs.0.region": {"map": "heat", "label": 0},
        "viewer.postprocess": [{"op": "threshold", "args": {"at": 0.5}}],
        "viewer.resources.providers": [CUDA, CPU],
        "viewer.resources.vram_mb": 600,
    }
    folder = TinyPackage(changes=changes).write(tmp_path / "spot")
    load_bundle(folder)
    monkeypatch.setattr(worker, "limit_to_package", lambda _ram: None)
    pixels = np.full((8, 12, 12), -900, np.int16)
    pixels[4, 5:8, 5:8] = 900
    given = ModelInput(pixels, np.eye(4), attributes={"modality": "CT"})

    def made(machine: Machine) -> ModelOutput:
        runtime = SimpleNamespace(
            InferenceSession=machine.session,
            SessionOptions=SimpleNamespace,
            set_default_logger_severity=lambda _level: None,
            get_available_providers=lambda: [CUDA, CPU],
            preload_dlls=lambda: machine.asked.append(["preload"]),
        )
        monkeypatch.setattr(engine_module, "onnxruntime", runtime)
        worker._engine.cache_clear()
        try:
            return worker.run(folder, given, (CUDA, CPU), lambda _share, _key: None)
        finally:
            worker._engine.cache_clear()

    return made


def test_rq_27_everything_fits(run: Run) -> None:
    machine = Machine()
    output = run(machine)
    assert (output.state, output.provider, output.warnings) == (OutputState.POSITIVE, CUDA, ())
    assert machine.ran == [(CUDA, 4), (CUDA, 4)]
    assert machine.asked[0] == ["preload"], "libraries are loaded before the first session"
    assert machine.options[0]["gpu_mem_limit"] == str(600 * 1024 * 1024)
    assert machine.options[0]["arena_extend_strategy"] == "kSameAsRequested"


def test_rq_27_no_room_is_tried_once_more_with_a_smaller_batch(run: Run) -> None:
    machine = Machine(fits={CUDA: 1, CPU: 99})
    output = run(machine)
    assert (output.state, output.provider) == (OutputState.POSITIVE, CUDA)
    assert output.warnings == ("model.warning.smaller_batch",)
    assert machine.ran == [(CUDA, 4), *[(CUDA, 1)] * 8]


def test_rq_27_then_on_the_processor(run: Run) -> None:
    machine = Machine(fits={CUDA: 0, CPU: 99})
    output = run(machine)
    assert (output.state, output.provider) == (OutputState.POSITIVE, CPU)
    assert output.warnings == ("model.warning.smaller_batch", "model.warning.memory_to_cpu")
    assert machine.ran[:2] == [(CUDA, 4), (CUDA, 1)]
    assert set(machine.ran[2:]) == {(CPU, 1)}


def test_rq_27_and_at_last_it_has_failed_and_says_why(run: Run) -> None:
    machine = Machine(fits={CUDA: 0, CPU: 0})
    with pytest.raises(RunRefusedError) as caught:
        run(machine)
    assert caught.value.problem.key == "model.failed.memory"
    assert machine.ran == [(CUDA, 4), (CUDA, 1), (CPU, 1)]


def test_rq_27_the_answer_is_the_same_on_every_rung(run: Run) -> None:
    found = [run(Machine(fits={CUDA: fits, CPU: 99})) for fits in (99, 1, 0)]
    assert len({str(one.detections) for one in found}) == 1


def test_rq_25_a_missing_cudnn_is_announced_and_the_processor_is_named(run: Run) -> None:
    broken = "Failed to load library libonnxruntime_providers_cuda.so: libcudnn.so.9: cannot open shared object file"
    output = run(Machine(broken={CUDA: broken}))
    assert (output.state, output.provider) == (OutputState.POSITIVE, CPU)
    assert "model.warning.cpu_fallback" in output.warnings
    assert output.requested_providers == (CUDA, CPU)


def test_rq_25_a_session_that_lands_on_the_processor_without_a_word_is_told(run: Run) -> None:
    output = run(Machine(silent=True))
    assert (output.provider, output.warnings) == (CPU, ("model.warning.cpu_fallback",))


def test_rq_25_a_device_that_fails_in_the_run_is_told(run: Run) -> None:
    output = run(Machine(fails_in_run="CUDNN_STATUS_EXECUTION_FAILED"))
    assert (output.state, output.provider) == (OutputState.POSITIVE, CPU)
    assert output.warnings == ("model.warning.device_failed",)


def test_a_graph_that_no_device_takes_is_a_failure(run: Run) -> None:
    with pytest.raises(RunRefusedError) as caught:
        run(Machine(broken={CUDA: "bad graph", CPU: "bad graph"}))
    assert caught.value.problem.key == "model.failed.runtime"


def test_a_package_that_takes_one_at_a_time_has_no_smaller_batch(tmp_path: Path) -> None:
    manifest = load_bundle(TinyPackage().write(tmp_path / "spot")).manifest
    assert with_batch_of_one(manifest) is manifest
