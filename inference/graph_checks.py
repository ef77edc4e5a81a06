"""Static checks of an ONNX file before any session sees it (RQ-36)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

import onnx
from google.protobuf.message import DecodeError

from inference.errors import Problem
from inference.graph_walk import DEEPEST, depth_of, subgraphs, walk_nodes
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
    if not file.is_file():
        return [Problem("model.problem.file_missing", {"file": facts.file})]
    model = _loaded(file, facts.file)
    if isinstance(model, Problem):
        return [model]
    problems = _file_problems(file, model, facts)
    if manifest.viewer.kind != "stages":
        problems += _names(model, manifest, facts)
    return [*problems, *_identity(model, manifest, facts)]


def check_file(file: Path, facts: OnnxFacts) -> list[Problem]:
    """What is wrong with a graph file wherever it lies, before there is a package."""
    model = _loaded(file, facts.file)
    return [model] if isinstance(model, Problem) else _file_problems(file, model, facts)


def _loaded(file: Path, name: str) -> onnx.ModelProto | Problem:
    if file.stat().st_size > LARGEST_FILE:
        return Problem("model.problem.too_large", {"file": name})
    try:
        return onnx.load(str(file), load_external_data=False)
    except (DecodeError, ValueError, RecursionError, MemoryError):
        return Problem("model.problem.not_onnx", {"file": name})


def _file_problems(file: Path, model: onnx.ModelProto, facts: OnnxFacts) -> list[Problem]:
    nodes = list(walk_nodes(model.graph))
    return [
        *_versions(model, facts),
        *_operators(model, nodes, facts),
        *_tensors(file.parent, model, nodes, facts),
    ]


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
    found = {node.op_type for node in nodes}
    for operator in sorted(found - _known_operators()):
        yield Problem("model.problem.unknown_operator", {"file": facts.file, "operator": operator})
    for operator in sorted(found - set(facts.op_types)):
        yield Problem("model.problem.unstated_operator", {"file": facts.file, "operator": operator})


@lru_cache(maxsize=1)
def _known_operators() -> frozenset[str]:
    return frozenset(schema.name for schema in onnx.defs.get_all_schemas())


def _tensors(
    beside: Path, model: onnx.ModelProto, nodes: list[onnx.NodeProto], facts: OnnxFacts
) -> Iterator[Problem]:
    """Shapes within bounds; weights outside the file only in the one stated sibling."""
    if model.training_info:
        yield Problem("model.problem.training", {"file": facts.file})
    for value in (*model.graph.input, *model.graph.output):
        dims = [dim.dim_value for dim in value.type.tensor_type.shape.dim]
        if len(dims) > LARGEST_RANK or _product(dims) > LARGEST_TENSOR:
            yield Problem("model.problem.tensor_size", {"file": facts.file, "tensor": value.name})
    for tensor in (*_initializers(model.graph), *_constants(nodes)):
        if (
            len(tensor.dims) > LARGEST_RANK
            or _product(tensor.dims) > LARGEST_TENSOR
            or min(tensor.dims, default=1) < 0
        ):
            yield Problem("model.problem.tensor_size", {"file": facts.file, "tensor": tensor.name})
        places = {entry.key: entry.value for entry in tensor.external_data}
        location = places.get("location", "")
        if tensor.external_data and not _is_sibling(beside, facts, location, places):
            yield Problem("model.problem.external_data", {"file": facts.file, "location": location[:80]})


def _is_sibling(beside: Path, facts: OnnxFacts, location: str, places: dict[str, str]) -> bool:
    """Whether weights lie in the one stated file beside the graph, and within it."""
    if facts.external_data is None or location != facts.external_data or "/" in location or "\\" in location:
        return False
    file = beside / location
    if not file.is_file() or file.is_symlink() or file.stat().st_nlink != 1:
        return False
    try:
        offset, length = int(places.get("offset", "0")), int(places.get("length", "0"))
    except ValueError:
        return False
    return offset >= 0 and length >= 0 and offset + length <= file.stat().st_size


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


def _initializers(graph: onnx.GraphProto, depth: int = 0) -> Iterator[onnx.TensorProto]:
    """Weights of a graph and of the graphs inside it, sparse ones too."""
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield from (sparse.values, sparse.indices)
    if depth < DEEPEST:
        for node in graph.node:
            for inner in subgraphs(node):
                yield from _initializers(inner, depth + 1)


def _constants(nodes: list[onnx.NodeProto]) -> Iterator[onnx.TensorProto]:
    for node in nodes:
        for attribute in node.attribute:
            if attribute.HasField("t"):
                yield attribute.t
            yield from attribute.tensors
            if attribute.HasField("sparse_tensor"):
                yield from (attribute.sparse_tensor.values, attribute.sparse_tensor.indices)
            for sparse in attribute.sparse_tensors:
                yield from (sparse.values, sparse.indices)


def _product(dims: Iterable[int]) -> int:
    total = 1
    for dim in dims:
        total *= max(int(dim), 1)
    return total
