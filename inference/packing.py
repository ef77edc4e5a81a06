"""ONNX files and a manifest to a package folder: what can be worked out is worked out, not typed."""

from __future__ import annotations

import hashlib
import json
import shutil
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from inference.errors import PackageError, Problem
from inference.graph_walk import walk_nodes
from inference.hashes import write_sums
from inference.ports import read_graph

MODEL = "models/model.onnx"
Graphs = Mapping[str, Path]  # by the names they get in the package, without folder and ending
_NAMESPACE = uuid.UUID("5f7a2c9e-6d41-5c0b-8e0a-3d1b9c7e4a10")


def lay_out(graphs: Graphs, manifest: dict[str, Any], files: dict[str, Path], out: Path) -> Path:
    """Write the package to `out/<name>-<version>`; `files` are those that go in beside (card, licences, golden test).

    Graph facts, hashes and a missing device UID are filled in. Raises PackageError if that folder is there already
    or a graph cannot be read, OSError.
    """
    folder = out / f"{manifest.get('name', 'model')}-{manifest.get('version', '0.0.0')}"
    if folder.exists():
        raise PackageError(folder.name, [Problem("model.problem.exists", {"folder": folder.name})])
    viewer = manifest.setdefault("viewer", {})
    facts = [graph_facts(file, f"models/{name}.onnx") for name, file in graphs.items()]
    viewer["onnx"] = facts if len(facts) > 1 else facts[0]
    viewer.setdefault("device_uid", _device_uid([one["sha256"] for one in facts]))
    for name, source in {**files, **graph_files(graphs)}.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    (folder / "configs").mkdir(parents=True, exist_ok=True)
    words = json.dumps(manifest, indent=2, ensure_ascii=False)
    (folder / "configs/metadata.json").write_text(words + "\n", encoding="utf-8", newline="\n")
    write_sums(folder)
    return folder


def graph_files(graphs: Graphs) -> dict[str, Path]:
    """Graphs and their files of weights by where they lie in the package. Raises PackageError for no graph."""
    found: dict[str, Path] = {}
    for name, file in graphs.items():
        found[f"models/{name}.onnx"] = file
        beside = graph_facts(file)["external_data"]
        if beside:
            found[f"models/{beside}"] = file.parent / beside
    return found


def _device_uid(hashes: Sequence[str]) -> str:
    """Another one for each training: made of the graphs' own hashes."""
    told = hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()
    return f"2.25.{uuid.uuid5(_NAMESPACE, told).int}"


def graph_facts(onnx_file: Path, name: str = MODEL) -> dict[str, Any]:
    """What the manifest must state of a graph file of that name. Raises PackageError if it is none."""
    model = read_graph(onnx_file)
    opsets = {entry.domain: entry.version for entry in model.opset_import}
    return {
        "file": name,
        "opset": opsets.get("", opsets.get("ai.onnx", 0)),
        "ir_version": model.ir_version,
        "domains": sorted(domain or "ai.onnx" for domain in opsets),
        "op_types": sorted({node.op_type for node in walk_nodes(model.graph)}),
        "sha256": hashlib.sha256(onnx_file.read_bytes()).hexdigest(),
        "external_data": _sibling(onnx_file),
    }


def _sibling(onnx_file: Path) -> str | None:
    """The file of weights beside the graph, if that is where they are; anywhere else the checks refuse."""
    from inference.ports import ports_of

    name = ports_of(onnx_file).external
    plain = bool(name) and name == Path(name).name and (onnx_file.parent / name).is_file()
    return name if plain else None
