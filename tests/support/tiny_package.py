"""Small packages made on the spot, so that checks and runs can be tried without any network of ours or others."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper

from inference.hashes import file_sha256, write_sums
from inference.packing import graph_facts

FLOAT = TensorProto.FLOAT


def spot_graph() -> onnx.ModelProto:
    """score = the largest pixel of each slice; heat = the picture itself."""
    return graph(
        [
            helper.make_node("ReduceMax", ["x"], ["score"], axes=[1, 2, 3], keepdims=0),
            helper.make_node("Identity", ["x"], ["heat"]),
        ],
        outputs=[("score", ["n"]), ("heat", ["n", 1, "r", "c"])],
    )


def graph(
    nodes: Sequence[onnx.NodeProto],
    *,
    outputs: Sequence[tuple[str, Sequence[int | str]]] = (("score", ["n"]), ("heat", ["n", 1, "r", "c"])),
    initializers: Sequence[onnx.TensorProto] = (),
    opsets: Sequence[onnx.OperatorSetIdProto] | None = None,
    shape: Sequence[int | str] = ("n", 1, "r", "c"),
) -> onnx.ModelProto:
    """A graph with one picture `x` as input."""
    body = helper.make_graph(
        list(nodes),
        "tiny",
        [helper.make_tensor_value_info("x", FLOAT, list(shape))],
        [helper.make_tensor_value_info(name, FLOAT, list(dims)) for name, dims in outputs],
        initializer=list(initializers),
    )
    return helper.make_model(body, opset_imports=list(opsets or [helper.make_opsetid("", 17)]), ir_version=8)


@dataclass(slots=True)
class TinyPackage:
    """What goes into a package; change a field before `write` to make it wrong."""

    model: onnx.ModelProto = field(default_factory=spot_graph)
    timeout_s: float = 30.0
    ram_mb: int = 1024
    threshold: float = 0.5
    preprocess: list[dict[str, Any]] = field(
        default_factory=lambda: [
            {"op": "modality_lut"},
            {"op": "to_range", "args": {"from_min": -1000, "from_max": 1000, "min": 0, "max": 1}},
        ]
    )
    changes: dict[str, Any] = field(default_factory=dict)

    def write(self, folder: Path) -> Path:
        """Write the folder with right hashes."""
        for part in ("configs", "models", "docs", "tests/golden"):
            (folder / part).mkdir(parents=True)
        onnx.save(self.model, str(folder / "models/model.onnx"))
        (folder / "configs/metadata.json").write_text(json.dumps(self.manifest(folder)), encoding="utf-8")
        for name in ("docs/README.md", "docs/data_license.txt", "LICENSE"):
            (folder / name).write_text("made for a test\n", encoding="utf-8")
        np.savez(folder / "tests/golden/in_0.npz", x=np.ones((1, 1, 2, 2), np.float32))
        expected = {"outputs": {"score": {"shape": [1], "values": [1.0]}}}
        (folder / "tests/golden/expected.json").write_text(json.dumps(expected), encoding="utf-8")
        write_sums(folder)
        return folder

    def manifest(self, folder: Path) -> dict[str, Any]:
        """The manifest that fits, then the changes."""
        facts = graph_facts(folder / "models/model.onnx")
        assert facts["sha256"] == file_sha256(folder / "models/model.onnx")
        viewer: dict[str, Any] = {
            "kind": "whole",
            "device_uid": "2.25.1",
            "onnx": facts,
            "regulatory": {"not_for": ["primary diagnosis"]},
            "applicability": {"modality": ["CT"]},
            "preprocess": self.preprocess,
            "maps": [{"tensor": "heat", "key": "heat", "kind": "heat", "label": {"en": "Heat"}}],
            "outputs": [
                {
                    "key": "spot",
                    "label": {"en": "Bright spot"},
                    "score": {"tensor": "score"},
                    "threshold": self.threshold,
                    "threshold_source": "made for a test",
                    "heat": "heat",
                }
            ],
            "resources": {"ram_mb": self.ram_mb, "timeout_s": self.timeout_s},
            "golden": [
                {
                    "input": "tests/golden/in_0.npz",
                    "expected": "tests/golden/expected.json",
                    "atol": {"cpu": 1e-4},
                }
            ],
            "licence": {"code": "Apache-2.0", "weights": "Apache-2.0", "training_data": "none"},
        }
        top: dict[str, Any] = {
            "schema": "urn:overread:model-package:1",
            "name": "spot",
            "version": "1.0.0",
            "changelog": {"1.0.0": "first"},
            "task": "bright spot",
            "description": "finds the brightest pixel",
            "authors": "tests",
            "copyright": "tests",
            "references": [],
            "intended_use": "tests",
            "network_data_format": {
                "inputs": {"x": {"type": "image", "format": "magnitude"}},
                "outputs": {
                    "score": {"type": "probabilities", "format": "classes"},
                    "heat": {"type": "image", "format": "heat"},
                },
            },
            "viewer": viewer,
        }
        for path, value in self.changes.items():
            *parents, last = path.split(".")
            target: Any = top
            for part in parents:
                target = target[int(part)] if isinstance(target, list) else target[part]
            if value is DELETE:
                del target[last]
            else:
                target[last] = value
        return top


DELETE = object()
