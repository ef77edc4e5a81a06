"""What later runners and devices come to: asked for and not there, it is said, never silently something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.errors import ModelRefusedError
from app.support.i18n import explain
from app.workflows.runners_here import runner_named
from inference.engine import Engine
from tests.support.tiny_package import TinyPackage


def test_rq_32_a_remote_runner_is_refused_until_there_is_one() -> None:
    """RQ-32 is not built: no picture leaves this machine for a model, and whoever asks for it is told what there is."""
    with pytest.raises(ModelRefusedError) as caught:
        runner_named("remote")
    assert "local" in explain(caught.value)


def test_rq_33_tensorrt_that_cannot_be_had_falls_back_and_says_so(tmp_path: Path) -> None:
    """RQ-33, the order of devices: TensorRT is asked first, and what ran in its place is named."""
    folder = TinyPackage().write(tmp_path / "p")
    engine = Engine(requested=("TensorrtExecutionProvider", "CPUExecutionProvider"))
    session = engine.open(folder / "models" / "model.onnx")
    if session.provider == "TensorrtExecutionProvider":
        pytest.skip("this machine has TensorRT")
    assert session.provider == engine.provider == "CPUExecutionProvider"
    assert engine.warnings == ["model.warning.cpu_fallback"]
