"""Static checks of an ONNX file before any session sees it (RQ-36)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import onnx
from google.protobuf.message import DecodeError

from inference.errors import Problem
from inference.graph_walk import DEEPEST, depth_of, walk_nodes
from inference.manifest import Manifest, OnnxFacts

OPSETS = range(11, 24)
IR_VERSIONS = range(4, 14)
DOMAINS = frozenset({"", "ai.onnx"})
LARGEST_FILE = 2 * 1024**3
LARGEST_RANK = 6
LARGEST_TENSOR = 2**31


def check_graph(folder: Path, facts: OnnxFacts, manifest: Manifest) -> list[Problem]:
    """Everything wrong with one graph file."""
    file = folder / facts.file
    name = {"file": facts.file}
    if not file.is_file():
        return [Problem("model.problem.file_missing", name)]
    if file.stat().st_size > LARGEST_FILE:
        return [Problem("model.problem.too_large", name)]
    try:
        model = onnx.load(str(file), load_external_data=False)
    except (DecodeError, ValueError, RecursionError, MemoryError):
        return [Problem("model.problem.not_onnx", name)]
    nodes = list(walk_nodes(model.graph))
    problems = [
        *_versions(model, facts),
        *_operators(model, nodes, facts),
        *_tensors(folder, model, nodes, facts),
    ]
    if manifest.viewer.kind != "stages":
        problems += _names(model, manifest, facts)
    return [*problems, *_identity(model, manifest, facts)]


def _versions(model: onnx.ModelProto, facts: OnnxFacts) -> Iterator[Problem]:
    opsets = {entry.domain: entry.version for entry in model.opset_import}
    main = opsets.get("", opsets.get("ai.onnx", 0))
    if main not in OPSETS or main != facts.opset:
        yield Problem(
            "model.problem.opset", {"file": facts.file, "found": str(main), "stated": str(facts.opset)}
        )
    if model.ir_version not in IR_VERSIONS or model.ir_version != facts.ir_version:
        found, stated = str(model.ir_version), str(facts.ir_version)
        yield Problem("model.problem.ir_version", {"file": facts.file, "found": found, "stated": stated})
    for domain in sorted(set(opsets) - DOMAINS):
        yield Problem("model.problem.domain", {"file": facts.file, "domain": domain})


def _operators(model: onnx.ModelProto, nodes: list[onnx.NodeProto], facts: OnnxFacts) -> Iterator[Problem]:
    if depth_of(model.graph) > DEEPEST:
        yield Problem("model.problem.too_deep", {"file": facts.file})
    if model.functions:
        yield Problem("model.problem.functions", {"file": facts.file})
    for node in nodes:
        if node.domain not in DOMAINS:
            yield Problem("model.problem.custom_operator", {"file": facts.file, "operator": node.op_type})
    known = {schema.name for schema in onnx.defs.get_all_schemas()}
    found = {node.op_type for node in nodes}
    for operator in sorted(found - known):
        yield Problem("model.problem.unknown_operator", {"file": facts.file, "operator": operator})
    for operator in sorted(found - set(facts.op_types)):
        yield Problem("model.problem.unstated_operator", {"file": facts.file, "operator": operator})


def _tensors(
    folder: Path, model: onnx.ModelProto, nodes: list[onnx.NodeProto], facts: OnnxFacts
) -> Iterator[Problem]:
    """Shapes within bounds; weights outside the file only in the one stated sibling."""
    for value in (*model.graph.input, *model.graph.output):
        dims = [dim.dim_value for dim in value.type.tensor_type.shape.dim]
        if len(dims) > LARGEST_RANK or _product(dims) > LARGEST_TENSOR:
            yield Problem("model.problem.tensor_size", {"file": facts.file, "tensor": value.name})
    for tensor in (*model.graph.initializer, *_constants(nodes)):
        if (
            len(tensor.dims) > LARGEST_RANK
            or _product(tensor.dims) > LARGEST_TENSOR
            or min(tensor.dims, default=1) < 0
        ):
            yield Problem("model.problem.tensor_size", {"file": facts.file, "tensor": tensor.name})
        places = {entry.key: entry.value for entry in tensor.external_data}
        location = places.get("location", "")
        if tensor.external_data and not _is_sibling(folder, facts, location):
            yield Problem("model.problem.external_data", {"file": facts.file, "location": location[:80]})


def _is_sibling(folder: Path, facts: OnnxFacts, location: str) -> bool:
    if facts.external_data is None or location != facts.external_data or "/" in location or "\\" in location:
        return False
    file = folder / "models" / location
    return file.is_file() and not file.is_symlink() and file.stat().st_nlink == 1


def _names(model: onnx.ModelProto, manifest: Manifest, facts: OnnxFacts) -> Iterator[Problem]:
    initial = {tensor.name for tensor in model.graph.initializer}
    inputs = {value.name for value in model.graph.input} - initial
    outputs = {value.name for value in model.graph.output}
    stated = manifest.network_data_format
    for found, told in ((inputs, set(stated.inputs)), (outputs, set(stated.outputs))):
        for name in sorted(found ^ told):
            yield Problem("model.problem.tensor_name", {"file": facts.file, "tensor": name})


def _identity(model: onnx.ModelProto, manifest: Manifest, facts: OnnxFacts) -> Iterator[Problem]:
    """metadata_props, where there are any, tell the same package."""
    told = {entry.key: entry.value for entry in model.metadata_props}
    wanted = {
        "package": manifest.name,
        "package_version": manifest.version,
        "device_uid": manifest.viewer.device_uid,
    }
    for key, value in wanted.items():
        if told.get(key, value) != value:
            yield Problem(
                "model.problem.identity", {"file": facts.file, "property": key, "found": told[key][:80]}
            )


def _constants(nodes: list[onnx.NodeProto]) -> Iterator[onnx.TensorProto]:
    for node in nodes:
        for attribute in node.attribute:
            if attribute.HasField("t"):
                yield attribute.t
            yield from attribute.tensors


def _product(dims: Iterable[int]) -> int:
    total = 1
    for dim in dims:
        total *= max(int(dim), 1)
    return total
