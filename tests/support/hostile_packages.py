"""Whole packages made to harm or to deceive, each with what it must be refused for."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from inference.hashes import file_sha256, write_sums
from tests.support.tiny_package import FLOAT, TinyPackage, graph, spot_graph

HEAT = helper.make_node("Identity", ["x"], ["heat"])
SCORE = helper.make_node("ReduceMax", ["x"], ["score"], axes=[1, 2, 3], keepdims=0)
ADDRESS = "*/_ORT_MEM_ADDR_/*"  # words that the runtime takes for a place in its own memory
Make = Callable[[Path, Path], None]  # a sound package's folder, and a secret outside of it


@dataclass(frozen=True, slots=True)
class Hostile:
    """A package and the key of a problem that must be among those told."""

    name: str
    problem: str
    make: Make


def external(location: str, **more: str) -> onnx.ModelProto:
    """A graph whose weights lie elsewhere."""
    weight = numpy_helper.from_array(np.zeros(4, np.float32), "w")
    weight.ClearField("raw_data")
    weight.data_location = TensorProto.EXTERNAL
    for key, value in {"location": location, **more}.items():
        entry = weight.external_data.add()
        entry.key, entry.value = key, value
    return graph([SCORE, HEAT, helper.make_node("Identity", ["w"], ["unused"])], initializers=[weight])


def with_graph(model: onnx.ModelProto, external_data: str | None = None) -> Make:
    """The package with another graph, its manifest and sums made to fit, as an attacker would."""

    def make(folder: Path, _secret: Path) -> None:
        rewrite(folder, model, external_data)

    return make


def rewrite(folder: Path, model: onnx.ModelProto, external_data: str | None = None) -> None:
    """Put a graph into a package and make everything else agree with it."""
    file = folder / "models/model.onnx"
    file.write_bytes(model.SerializeToString())
    change(
        folder, {"sha256": file_sha256(file), "external_data": external_data, "op_types": _op_types(model)}
    )


def change(folder: Path, facts: dict[str, Any]) -> None:
    """Other facts of the graph in the manifest; the sums fit."""
    file = folder / "configs/metadata.json"
    manifest = json.loads(file.read_text())
    manifest["viewer"]["onnx"] |= facts
    file.write_text(json.dumps(manifest))
    write_sums(folder)


def _op_types(model: onnx.ModelProto) -> list[str]:
    found = {node.op_type for node in model.graph.node}
    for node in model.graph.node:
        for attribute in node.attribute:
            if attribute.HasField("g"):
                found |= {inner.op_type for inner in attribute.g.node}
    return sorted(found)


def symlinked_weights(folder: Path, secret: Path) -> None:
    """The stated sibling is a symbolic link to a file of the user's."""
    rewrite(folder, external("w.data"), "w.data")
    (folder / "models/w.data").symlink_to(secret)
    write_sums(folder)


def hard_linked_weights(folder: Path, secret: Path) -> None:
    """The same by a hard link, which no path tells apart."""
    rewrite(folder, external("w.data"), "w.data")
    os.link(secret, folder / "models/w.data")
    write_sums(folder)


def weights_past_the_end(folder: Path, _secret: Path) -> None:
    """Offset and length lead past the end of the stated file."""
    (folder / "models/w.data").write_bytes(b"\0" * 16)
    rewrite(folder, external("w.data", offset="8", length="4096"), "w.data")


def negative_offset(folder: Path, _secret: Path) -> None:
    """Before the beginning of the stated file."""
    (folder / "models/w.data").write_bytes(b"\0" * 16)
    rewrite(folder, external("w.data", offset="-8", length="16"), "w.data")


def linked_folder(folder: Path, secret: Path) -> None:
    """A folder of the package leads outside."""
    (folder / "docs/more").symlink_to(secret.parent)


def absolute_in_sums(folder: Path, secret: Path) -> None:
    """SHA256SUMS names a file outside."""
    with (folder / "SHA256SUMS").open("a") as file:
        file.write(f"{'0' * 64}  {secret}\n")


def golden_outside(folder: Path, secret: Path) -> None:
    """The golden test is to be read from elsewhere."""
    file = folder / "configs/metadata.json"
    manifest = json.loads(file.read_text())
    manifest["viewer"]["golden"][0]["input"] = f"../../{secret.name}"
    file.write_text(json.dumps(manifest))
    write_sums(folder)


def weights_in_a_branch() -> onnx.ModelProto:
    """Weights outside, hidden in the body of an If."""
    out = helper.make_tensor_value_info("b", FLOAT, None)
    weight = numpy_helper.from_array(np.zeros(4, np.float32), "inner")
    weight.ClearField("raw_data")
    weight.data_location = TensorProto.EXTERNAL
    entry = weight.external_data.add()
    entry.key, entry.value = "location", "../../../secret"
    body = helper.make_graph([helper.make_node("Identity", ["inner"], ["b"])], "then", [], [out], [weight])
    other = helper.make_graph([helper.make_node("Identity", ["x"], ["b"])], "else", [], [out])
    condition = numpy_helper.from_array(np.array(True), "c")
    node = helper.make_node("If", ["c"], ["heat"], then_branch=body, else_branch=other)
    return graph([SCORE, node], initializers=[condition])


def sparse_weights() -> onnx.ModelProto:
    """Weights outside, as the values of a sparse tensor."""
    model = spot_graph()
    sparse = model.graph.sparse_initializer.add()
    sparse.values.name, sparse.values.data_type = "sw", FLOAT
    sparse.values.data_location = TensorProto.EXTERNAL
    entry = sparse.values.external_data.add()
    entry.key, entry.value = "location", "/etc/passwd"
    sparse.dims.extend([4])
    return model


def nested(depth: int) -> onnx.ModelProto:
    """Graphs within graphs."""
    out = helper.make_tensor_value_info("b", FLOAT, None)
    body = helper.make_graph([helper.make_node("Identity", ["x"], ["b"])], "end", [], [out])
    for number in range(depth):
        node = helper.make_node("If", ["c"], ["b"], then_branch=body, else_branch=body)
        body = helper.make_graph([node], f"level{number}", [], [out])
    condition = numpy_helper.from_array(np.array(True), "c")
    node = helper.make_node("If", ["c"], ["heat"], then_branch=body, else_branch=body)
    return graph([SCORE, node], initializers=[condition])


def huge(dims: list[int]) -> onnx.ModelProto:
    """A weight that says it is larger than any memory."""
    tensor = TensorProto()
    tensor.name, tensor.data_type = "w", FLOAT
    tensor.dims.extend(dims)
    return graph([SCORE, HEAT, helper.make_node("Identity", ["w"], ["unused"])], initializers=[tensor])


def custom() -> onnx.ModelProto:
    """An operator that only foreign code could run."""
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.evil", 1)]
    return graph([SCORE, helper.make_node("Evil", ["x"], ["heat"], domain="com.evil")], opsets=opsets)


def with_function() -> onnx.ModelProto:
    """A function of its own, which shadows a standard operator."""
    model = spot_graph()
    body = [helper.make_node("Neg", ["a"], ["b"])]
    model.functions.append(
        helper.make_function("ai.onnx", "Identity", ["a"], ["b"], body, [helper.make_opsetid("", 17)])
    )
    return model


def with_training() -> onnx.ModelProto:
    """A second graph that no check of the first one sees."""
    model = spot_graph()
    model.training_info.add().algorithm.CopyFrom(external("/etc/passwd").graph)
    return model


def other_graph_than_stated(folder: Path, _secret: Path) -> None:
    """The graph was exchanged after it had been signed for."""
    (folder / "models/model.onnx").write_bytes(graph([HEAT, SCORE]).SerializeToString())


def lying_hash(folder: Path, _secret: Path) -> None:
    """The manifest states another hash than the file has; the sums fit."""
    change(folder, {"sha256": "0" * 64})


def lying_operators(folder: Path, _secret: Path) -> None:
    """The manifest states fewer operators than there are."""
    change(folder, {"op_types": ["Identity"]})


def another_ones_name(folder: Path, _secret: Path) -> None:
    """The graph says that it is another package."""
    model = spot_graph()
    helper.set_model_props(model, {"package": "somebody-elses", "device_uid": "2.25.9"})
    rewrite(folder, model)


def python_beside(folder: Path, _secret: Path) -> None:
    """A script that is listed nowhere."""
    (folder / "scripts").mkdir()
    (folder / "scripts/run.py").write_text("import os")


def a_device(folder: Path, _secret: Path) -> None:
    """A pipe in place of a card: whoever reads it waits for ever."""
    (folder / "docs/README.md").unlink()
    os.mkfifo(folder / "docs/README.md")


CORPUS = (
    Hostile("traversal in external data", "external_data", with_graph(external("../../../etc/passwd"))),
    Hostile("absolute path in external data", "external_data", with_graph(external("/etc/passwd"))),
    Hostile("windows path in external data", "external_data", with_graph(external("..\\..\\secret"))),
    Hostile("address in memory", "external_data", with_graph(external(ADDRESS))),
    Hostile("address in memory, stated", "external_data", with_graph(external(ADDRESS), ADDRESS)),
    Hostile("empty location", "external_data", with_graph(external(""), "")),
    Hostile("symbolic link to weights", "link", symlinked_weights),
    Hostile("hard link to weights", "hard_link", hard_linked_weights),
    Hostile("weights past the end", "external_data", weights_past_the_end),
    Hostile("weights before the beginning", "external_data", negative_offset),
    Hostile("weights outside, in a branch", "external_data", with_graph(weights_in_a_branch())),
    Hostile("weights outside, sparse", "external_data", with_graph(sparse_weights())),
    Hostile("linked folder", "link", linked_folder),
    Hostile("absolute path in sums", "bad_sums_line", absolute_in_sums),
    Hostile("golden test outside", "file_missing", golden_outside),
    Hostile("huge shape", "tensor_size", with_graph(huge([2**20, 2**20]))),
    Hostile("shape that overflows", "tensor_size", with_graph(huge([2**62, 2**62, 4]))),
    Hostile("negative shape", "tensor_size", with_graph(huge([-1, 4]))),
    Hostile("deep nesting", "too_deep", with_graph(nested(10))),
    Hostile("custom operator", "custom_operator", with_graph(custom())),
    Hostile("function that shadows an operator", "functions", with_graph(with_function())),
    Hostile("training graph", "training", with_graph(with_training())),
    Hostile("exchanged graph", "file_changed", other_graph_than_stated),
    Hostile("wrong hash in the manifest", "file_changed", lying_hash),
    Hostile("lying list of operators", "unstated_operator", lying_operators),
    Hostile("another package's name", "identity", another_ones_name),
    Hostile("unlisted script", "file_unlisted", python_beside),
    Hostile("a pipe for a card", "special_file", a_device),
)  # fmt: skip


def write_hostile(parent: Path, one: Hostile, secret: Path) -> Path:
    """The package in a folder of its own."""
    folder = TinyPackage(changes={"name": f"h{CORPUS.index(one)}"}).write(parent / one.name.replace(" ", "-"))
    one.make(folder, secret)
    return folder
