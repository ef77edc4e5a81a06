"""Lay a model package on disk: graph, manifest, card, licences, golden test, checksums."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
import uuid
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnx import ModelProto, checker, helper

ROOT = Path(__file__).resolve().parents[2]
NAMESPACE = uuid.UUID("0b0f3a52-6f0e-5a53-9d0c-8f3f8d2f7a11")
Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Package:
    """All that goes into one package folder. manifest lacks only what is computed here (hash, device UID)."""

    model: ModelProto
    manifest: dict[str, Any]
    card: str
    data_licence: str
    golden_input: Arrays
    golden_outputs: tuple[str, ...]
    extra: dict[str, str] = field(default_factory=dict)


def write_package(folder: Path, package: Package) -> None:
    """Write every file; what lay in the folder before is gone."""
    shutil.rmtree(folder, ignore_errors=True)
    for part in ("configs", "models", "docs", "tests/golden"):
        (folder / part).mkdir(parents=True)
    manifest = package.manifest
    viewer = manifest["viewer"]
    viewer["device_uid"] = device_uid(package.model)
    helper.set_model_props(
        package.model,
        {"package": manifest["name"], "package_version": manifest["version"], "device_uid": viewer["device_uid"],
         "model_author": manifest["authors"], "model_license": viewer["licence"]["weights"]},
    )  # fmt: skip
    checker.check_model(package.model, full_check=True)
    content = package.model.SerializeToString()
    (folder / "models/model.onnx").write_bytes(content)
    viewer["onnx"] = [describe(package.model, content)]
    text(folder / "configs/metadata.json", json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
    text(folder / "docs/README.md", package.card)
    text(folder / "docs/data_license.txt", package.data_licence)
    for name, words in package.extra.items():
        text(folder / name, words)
    shutil.copyfile(ROOT / "LICENSE", folder / "LICENSE")
    write_golden(folder, package)
    write_sums(folder)


def device_uid(model: ModelProto) -> str:
    """A UID under 2.25 that changes whenever the graph or a weight does."""
    graph = model.graph.SerializeToString(deterministic=True)
    return f"2.25.{uuid.uuid5(NAMESPACE, hashlib.sha256(graph).hexdigest()).int}"


def describe(model: ModelProto, content: bytes) -> dict[str, Any]:
    """What the static checks compare the file with."""
    return {
        "file": "models/model.onnx",
        "opset": model.opset_import[0].version,
        "ir_version": model.ir_version,
        "domains": ["ai.onnx"],
        "op_types": sorted(op_types(model.graph)),
        "sha256": hashlib.sha256(content).hexdigest(),
        "external_data": None,
    }


def op_types(graph: Any) -> set[str]:  # Any: protobuf messages
    """Operators of a graph and of the bodies of its loops."""
    found = set()
    for node in graph.node:
        found.add(node.op_type)
        for attribute in node.attribute:
            if attribute.HasField("g"):
                found |= op_types(attribute.g)
    return found


def run_model(model: ModelProto | bytes, given: Arrays) -> Arrays:
    """All outputs by name, on the CPU with one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    content = model if isinstance(model, bytes) else model.SerializeToString()
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, given), strict=True))


def write_golden(folder: Path, package: Package) -> None:
    """One input of the graph and what it must give."""
    np.savez_compressed(folder / "tests/golden/in_0.npz", allow_pickle=False, **package.golden_input)
    found = run_model(package.model, package.golden_input)
    outputs = {
        name: {
            "shape": list(found[name].shape),
            "values": np.round(found[name].ravel().astype(float), 6).tolist(),
        }
        for name in package.golden_outputs
    }
    text(folder / "tests/golden/expected.json", json.dumps({"outputs": outputs}) + "\n")


def write_sums(folder: Path) -> None:
    """SHA256SUMS over every other file, in order of name."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "SHA256SUMS")
    lines = (
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n"
        for path in files
    )
    text(folder / "SHA256SUMS", "".join(lines))


def text(path: Path, words: str) -> None:
    """UTF-8 with plain line ends on every system."""
    path.write_text(words, encoding="utf-8", newline="\n")


def library_versions(*names: str) -> dict[str, str]:
    """Exact versions of what ran, with Python's."""
    return {"python": platform.python_version(), **{name: version(name) for name in names}}


def source_hash(*names: str) -> str:
    """sha256 over the scripts that made the package, in the given order."""
    here = Path(__file__).parent
    return hashlib.sha256(b"".join((here / name).read_bytes() for name in names)).hexdigest()
