"""Which devices can run a model here: asked in a process of its own, answered by a session, not by a list.

`get_available_providers()` names what the library was built with; a one-node model is put on each provider and the
session says where it really landed. Run as `python -m inference.probe`; prints one JSON document.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

TIMEOUT_S = 60


@dataclass(frozen=True, slots=True)
class RuntimeReport:
    """Versions and providers of the model runtime; `usable` is what a session really got."""

    version: str
    built_with: tuple[str, ...]
    usable: tuple[str, ...]
    failure: str = ""


def probe_runtime() -> RuntimeReport:
    """Ask a child process; a runtime that crashes or hangs there is a report with `failure`, not an exception."""
    command = [sys.executable, "-m", "inference.probe"]
    root = Path(__file__).resolve().parents[1]
    try:
        done = subprocess.run(
            command, cwd=root, capture_output=True, text=True, timeout=TIMEOUT_S, check=True, encoding="utf-8"
        )
    except (subprocess.SubprocessError, OSError) as error:
        return RuntimeReport("", (), (), failure=type(error).__name__)
    answer = json.loads(done.stdout.strip().splitlines()[-1])
    return RuntimeReport(answer["version"], tuple(answer["built_with"]), tuple(answer["usable"]))


def _answer() -> dict[str, object]:
    """In the child: try a session on every provider of this build."""
    import onnxruntime

    onnxruntime.set_default_logger_severity(4)
    if hasattr(onnxruntime, "preload_dlls"):
        onnxruntime.preload_dlls()
    model = _one_node_model()
    built_with = onnxruntime.get_available_providers()
    usable = [name for name in built_with if _lands_on(onnxruntime, model, name)]
    return {"version": onnxruntime.__version__, "built_with": built_with, "usable": usable}


def _lands_on(onnxruntime: object, model: bytes, provider: str) -> bool:
    session = onnxruntime.InferenceSession(model, providers=[provider])  # type: ignore[attr-defined]  # a module
    return provider in session.get_providers()


def _one_node_model() -> bytes:
    from onnx import TensorProto, helper

    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
    result = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "probe", [value], [result])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())


if __name__ == "__main__":
    print(json.dumps(_answer()))  # noqa: T201 - the answer to the parent
