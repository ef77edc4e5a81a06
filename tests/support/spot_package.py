"""A tiny model package: heat is how bright a voxel is, the finding is the bright spot."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, helper

from inference.hashes import write_sums

DARK, BRIGHT = -1000.0, 3000.0
OPS = ["Cast", "Clip", "Div", "GreaterOrEqual", "Mul", "ReduceMax", "Sub"]


def write_spot_package(
    folder: Path,
    *,
    preprocess: tuple[dict[str, Any], ...] = (),
    threshold: float = 0.5,
    version: str = "1.0.0",
    **viewer: Any,
) -> Path:
    """Write the package; the spot's region is what is at least nine tenths as bright as the brightest voxel."""
    content = _graph(version).SerializeToString()
    for part in ("configs", "models", "docs", "tests/golden"):
        (folder / part).mkdir(parents=True)
    (folder / "models/model.onnx").write_bytes(content)
    manifest = _manifest(hashlib.sha256(content).hexdigest(), preprocess, threshold)
    manifest["version"] = version
    manifest["viewer"].update(viewer)
    (folder / "configs/metadata.json").write_text(json.dumps(manifest), encoding="utf-8")
    for name in ("docs/README.md", "docs/data_license.txt", "LICENSE"):
        (folder / name).write_text("Made for a test; nothing was trained.\n", encoding="utf-8")
    np.savez(folder / "tests/golden/in_0.npz", image=np.zeros((1, 1, 2, 4, 4), np.float32))
    expected = {"outputs": {"score": {"shape": [], "values": [-DARK / (BRIGHT - DARK)]}}}
    (folder / "tests/golden/expected.json").write_text(json.dumps(expected), encoding="utf-8")
    write_sums(folder)
    return folder


def _graph(version: str) -> Any:  # onnx builds its messages by reflection
    constants = [
        helper.make_tensor(name, TensorProto.FLOAT, [], [value])
        for name, value in (
            ("low", DARK),
            ("span", BRIGHT - DARK),
            ("zero", 0.0),
            ("one", 1.0),
            ("share", 0.9),
        )
    ]
    nodes = [
        helper.make_node("Sub", ["image", "low"], ["above"]),
        helper.make_node("Div", ["above", "span"], ["scaled"]),
        helper.make_node("Clip", ["scaled", "zero", "one"], ["heat"]),
        helper.make_node("ReduceMax", ["heat"], ["score"], keepdims=0),
        helper.make_node("Mul", ["score", "share"], ["limit"]),
        helper.make_node("GreaterOrEqual", ["heat", "limit"], ["bright"]),
        helper.make_node("Cast", ["bright"], ["spot"], to=TensorProto.UINT8),
    ]
    grid: list[str | int | None] = [1, 1, "slices", "rows", "columns"]
    graph = helper.make_graph(
        nodes,
        "spot",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, grid)],
        [
            helper.make_tensor_value_info("heat", TensorProto.FLOAT, grid),
            helper.make_tensor_value_info("spot", TensorProto.UINT8, grid),
            helper.make_tensor_value_info("score", TensorProto.FLOAT, []),
        ],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], producer_name="overread")
    model.ir_version = 9
    helper.set_model_props(model, {"package": "bright-spot", "package_version": version})
    return model


def _tensor(kind: str, **other: Any) -> dict[str, Any]:
    return {"type": "image", "format": kind, "modality": "CT", "num_channels": 1, "dtype": "float32", **other}


def _manifest(sha256: str, preprocess: tuple[dict[str, Any], ...], threshold: float) -> dict[str, Any]:
    grid = ["*", "*", "*"]
    viewer: dict[str, Any] = {
        "kind": "whole",
        "device_uid": "2.25.77",
        "onnx": [{"opset": 18, "ir_version": 9, "op_types": OPS, "sha256": sha256}],
        "regulatory": {"not_for": ["anything but tests"]},
        "applicability": {"modality": ["CT"], "min_slices": 3},
        "preprocess": [{"op": "modality_lut"}, *preprocess],
        "inputs": [{"tensor": "image", "layout": "NCDHW"}],
        "maps": [
            {
                "tensor": "heat",
                "key": "heat",
                "kind": "heat",
                "label": {"en": "Brightness"},
                "threshold": 0.2,
            },
            {
                "tensor": "spot",
                "key": "spot",
                "kind": "labels",
                "label": {"en": "Spot"},
                "names": {"1": "spot"},
            },
        ],
        "outputs": [
            {
                "key": "spot",
                "label": {"en": "Bright spot", "ru": "Яркое пятно"},
                "score": {"tensor": "score"},
                "threshold": threshold,
                "threshold_source": "half way between air and metal",
                "finding_site": "chest",
                "side": "by_place",
                "region": {"map": "spot", "label": 1},
                "heat": "heat",
            }
        ],
        "resources": {"ram_mb": 1024, "timeout_s": 60},
        "golden": [
            {
                "input": "tests/golden/in_0.npz",
                "expected": "tests/golden/expected.json",
                "atol": {"cpu": 1e-4},
            }
        ],
        "licence": {"code": "Apache-2.0", "weights": "Apache-2.0", "training_data": "none"},
    }
    return {
        "schema": "urn:overread:model-package:1",
        "name": "bright-spot",
        "version": "1.0.0",
        "changelog": {"1.0.0": "first"},
        "task": "the brightest place",
        "description": "The brightest place of a scan",
        "authors": "The Overread authors",
        "copyright": "The Overread authors",
        "references": [],
        "intended_use": "Tests",
        "network_data_format": {
            "inputs": {"image": _tensor("hounsfield", spatial_shape=grid)},
            "outputs": {
                "heat": _tensor("heat", spatial_shape=grid),
                "spot": _tensor("segmentation", spatial_shape=grid, dtype="uint8"),
                "score": _tensor("score", type="probabilities", spatial_shape=[]),
            },
        },
        "viewer": viewer,
    }
