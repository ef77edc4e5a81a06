"""An ONNX file and a manifest to a package folder: what can be worked out is worked out, not typed."""

from __future__ import annotations

import hashlib
import json
import shutil
import uuid
from pathlib import Path
from typing import Any

from inference.errors import PackageError, Problem
from inference.graph_walk import walk_nodes
from inference.hashes import write_sums

MODEL = "models/model.onnx"
_NAMESPACE = uuid.UUID("5f7a2c9e-6d41-5c0b-8e0a-3d1b9c7e4a10")


def lay_out(onnx_file: Path, manifest: dict[str, Any], files: dict[str, Path], out: Path) -> Path:
    """Write the package to `out/<name>-<version>`; `files` are those that go in beside (card, licences, golden test).

    Graph facts, hashes and a missing device UID are filled in. Raises PackageError if that folder is there already
    or the graph cannot be read, OSError.
    """
    folder = out / f"{manifest.get('name', 'model')}-{manifest.get('version', '0.0.0')}"
    if folder.exists():
        raise PackageError(folder.name, [Problem("model.problem.exists", {"folder": folder.name})])
    content = onnx_file.read_bytes()
    viewer = manifest.setdefault("viewer", {})
    viewer["onnx"] = graph_facts(onnx_file)
    viewer.setdefault("device_uid", f"2.25.{uuid.uuid5(_NAMESPACE, hashlib.sha256(content).hexdigest()).int}")
    for name, source in {**files, MODEL: onnx_file}.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    (folder / "configs").mkdir(parents=True, exist_ok=True)
    words = json.dumps(manifest, indent=2, ensure_ascii=False)
    (folder / "configs/metadata.json").write_text(words + "\n", encoding="utf-8", newline="\n")
    write_sums(folder)
    return folder


def graph_facts(onnx_file: Path) -> dict[str, Any]:
    """What the manifest must state of a graph file. Raises PackageError if it is none."""
    import onnx
    from google.protobuf.message import DecodeError

    try:
        model = onnx.load(str(onnx_file), load_external_data=False)
    except (DecodeError, ValueError, RecursionError) as error:
        raise PackageError(
            onnx_file.name, [Problem("model.problem.not_onnx", {"file": onnx_file.name})]
        ) from error
    opsets = {entry.domain: entry.version for entry in model.opset_import}
    return {
        "file": MODEL,
        "opset": opsets.get("", opsets.get("ai.onnx", 0)),
        "ir_version": model.ir_version,
        "domains": sorted(domain or "ai.onnx" for domain in opsets),
        "op_types": sorted({node.op_type for node in walk_nodes(model.graph)}),
        "sha256": hashlib.sha256(onnx_file.read_bytes()).hexdigest(),
        "external_data": None,
    }
