"""RQ-34: packages that are broken in more than thirty ways; each is refused with a reason that names the place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.support.i18n import text_with
from inference.bundle import load_bundle
from inference.errors import PackageError
from tests.support.tiny_package import DELETE, TinyPackage

BROKEN: dict[str, tuple[str, Any]] = {
    "no schema": ("schema", DELETE),
    "schema of another product": ("schema", "urn:example:viewer-model-package:1"),
    "no name": ("name", DELETE),
    "name with a path": ("name", "../spot"),
    "capital letters": ("name", "Spot"),
    "version of two parts": ("version", "1.0"),
    "no intended use": ("intended_use", DELETE),
    "nothing it is not for": ("viewer.regulatory.not_for", []),
    "unknown status": ("viewer.regulatory.status", "approved"),
    "unknown kind": ("viewer.kind", "magic"),
    "unknown step": ("viewer.preprocess", [{"op": "eval"}]),
    "step with code": ("viewer.preprocess", [{"op": "clip", "code": "import os"}]),
    "extra key": ("viewer.surprise", 1),
    "no outputs": ("viewer.outputs", []),
    "score without threshold": ("viewer.outputs.0.threshold", None),
    "threshold without source": ("viewer.outputs.0.threshold_source", ""),
    "unknown transform": ("viewer.outputs.0.score_transform", "exec"),
    "no memory bound": ("viewer.resources.ram_mb", DELETE),
    "memory of a data centre": ("viewer.resources.ram_mb", 10**7),
    "no time limit": ("viewer.resources.timeout_s", DELETE),
    "time limit of nothing": ("viewer.resources.timeout_s", 0),
    "graph outside the folder": ("viewer.onnx.file", "../model.onnx"),
    "hash that is none": ("viewer.onnx.sha256", "abc"),
    "wrong opset": ("viewer.onnx.opset", 16),
    "wrong IR version": ("viewer.onnx.ir_version", 9),
    "no licence": ("viewer.licence", DELETE),
    "no licence of the data": ("viewer.licence.training_data", DELETE),
    "tensor that is not there": ("viewer.outputs.0.score", {"tensor": "ghost"}),
    "map that is not there": ("viewer.outputs.0.heat", "nowhere"),
    "input that is not in the graph": ("network_data_format.inputs", {"y": {"type": "image", "format": "m"}}),
    "no golden test": ("viewer.golden", []),
    "golden test that is not there": ("viewer.golden.0.input", "tests/golden/in_9.npz"),
    "unknown plane": ("viewer.applicability.plane", ["diagonal"]),
    "windows without a size": ("viewer.inference", {"mode": "sliding_window", "overlap": 1.5}),
}


@pytest.mark.parametrize("name", BROKEN)
def test_rq_34_a_broken_package_is_refused_with_a_reason(tmp_path: Path, name: str) -> None:
    path, value = BROKEN[name]
    folder = TinyPackage(changes={path: value}).write(tmp_path / "spot")
    with pytest.raises(PackageError) as caught:
        load_bundle(folder)
    said = [text_with(one.key, one.facts) for one in caught.value.problems]
    assert said
    assert all(one.endswith(".") and "model.problem" not in one for one in said)
    told = json.dumps([dict(one.facts) for one in caught.value.problems])
    place = path.rpartition(".")[2].removesuffix("_source")
    assert (
        place in told
        or any(word in told for word in ("ghost", "nowhere", "tests/golden", "model.onnx"))
        or (name == "no golden test")
    )


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "null", "\x00\x01", '{"viewer": ' * 2000, '{"schema": 1}'], ids=range(7)
)
def test_rq_34_a_manifest_that_is_none_is_refused(tmp_path: Path, content: str) -> None:
    from inference.hashes import write_sums

    folder = TinyPackage().write(tmp_path / "spot")
    (folder / "configs/metadata.json").write_text(content)
    write_sums(folder)
    with pytest.raises(PackageError):
        load_bundle(folder)
