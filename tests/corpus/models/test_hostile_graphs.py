"""RQ-36: graphs made to harm are refused before a session sees them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from inference.bundle import load_bundle
from inference.errors import PackageError
from tests.support.tiny_package import FLOAT, TinyPackage, graph, spot_graph

HEAT = helper.make_node("Identity", ["x"], ["heat"])
SCORE = helper.make_node("ReduceMax", ["x"], ["score"], axes=[1, 2, 3], keepdims=0)


def external(location: str) -> onnx.ModelProto:
    weight = numpy_helper.from_array(np.zeros(4, np.float32), "w")
    weight.ClearField("raw_data")
    weight.data_location = TensorProto.EXTERNAL
    entry = weight.external_data.add()
    entry.key, entry.value = "location", location
    add = helper.make_node("Identity", ["w"], ["unused"])
    return graph([SCORE, HEAT, add], initializers=[weight])


def custom_operator() -> onnx.ModelProto:
    node = helper.make_node("Evil", ["x"], ["heat"], domain="com.evil")
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.evil", 1)]
    return graph([SCORE, node], opsets=opsets)


def hidden_in_a_branch() -> onnx.ModelProto:
    """The custom operator sits in the body of an If."""
    out = helper.make_tensor_value_info("b", FLOAT, None)
    evil = helper.make_graph([helper.make_node("Evil", ["x"], ["b"], domain="com.evil")], "then", [], [out])
    good = helper.make_graph([helper.make_node("Identity", ["x"], ["b"])], "else", [], [out])
    condition = numpy_helper.from_array(np.array(True), "c")
    node = helper.make_node("If", ["c"], ["heat"], then_branch=evil, else_branch=good)
    return graph([SCORE, node], initializers=[condition])


def nested(depth: int) -> onnx.ModelProto:
    out = helper.make_tensor_value_info("b", FLOAT, None)
    body = helper.make_graph([helper.make_node("Identity", ["x"], ["b"])], "end", [], [out])
    for number in range(depth):
        node = helper.make_node("If", ["c"], ["b"], then_branch=body, else_branch=body)
        body = helper.make_graph([node], f"level{number}", [], [out])
    condition = numpy_helper.from_array(np.array(True), "c")
    node = helper.make_node("If", ["c"], ["heat"], then_branch=body, else_branch=body)
    return graph([SCORE, node], initializers=[condition])


def own_function() -> onnx.ModelProto:
    model = spot_graph()
    body = [helper.make_node("Identity", ["a"], ["b"])]
    model.functions.append(
        helper.make_function("custom", "Same", ["a"], ["b"], body, [helper.make_opsetid("", 17)])
    )
    return model


def huge_constant() -> onnx.ModelProto:
    tensor = TensorProto()
    tensor.name, tensor.data_type = "w", FLOAT
    tensor.dims.extend([2**20, 2**20])
    return graph([SCORE, HEAT, helper.make_node("Identity", ["w"], ["unused"])], initializers=[tensor])


def with_opset(version: int) -> onnx.ModelProto:
    return graph([SCORE, HEAT], opsets=[helper.make_opsetid("", version)])


HOSTILE: dict[str, Callable[[], onnx.ModelProto]] = {
    "external_data:parent": lambda: external("../../../etc/passwd"),
    "external_data:absolute": lambda: external("/etc/passwd"),
    "external_data:sibling not stated": lambda: external("model.onnx.data"),
    "external_data:address in memory": lambda: external("*/_ORT_MEM_ADDR_/*"),
    "custom_operator": custom_operator,
    "custom_operator:in a branch": hidden_in_a_branch,
    "too_deep": lambda: nested(10),
    "functions": own_function,
    "tensor_size": huge_constant,
    "tensor_size:rank": lambda: graph([SCORE, HEAT], shape=[1] * 9),
    "tensor_size:input": lambda: graph([SCORE, HEAT], shape=[1, 1, 2**20, 2**20]),
    "opset": lambda: with_opset(99),
    "domain": lambda: graph([SCORE, HEAT], opsets=[helper.make_opsetid("", 17), helper.make_opsetid("a.b", 1)]),
    "tensor_name": lambda: graph([SCORE, helper.make_node("Identity", ["x"], ["other"])],
                                 outputs=[("score", ["n"]), ("other", ["n", 1, "r", "c"])]),
    "unknown_operator": lambda: graph([SCORE, helper.make_node("NoSuchOperator", ["x"], ["heat"])]),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_graph_is_refused(tmp_path: Path, name: str) -> None:
    folder = TinyPackage(model=HOSTILE[name]()).write(tmp_path / "spot")
    with pytest.raises(PackageError) as caught:
        load_bundle(folder)
    assert f"model.problem.{name.split(':', maxsplit=1)[0]}" in [
        problem.key for problem in caught.value.problems
    ]


def test_a_file_that_is_no_graph_is_refused(tmp_path: Path) -> None:
    folder = TinyPackage().write(tmp_path / "spot")
    (folder / "models/model.onnx").write_bytes(b"\xff" * 1000)
    with pytest.raises(PackageError):
        load_bundle(folder)


def test_an_operator_the_manifest_does_not_state_is_refused(tmp_path: Path) -> None:
    package = TinyPackage(changes={"viewer.onnx.op_types": ["Identity"]})
    with pytest.raises(PackageError) as caught:
        load_bundle(package.write(tmp_path / "spot"))
    assert [problem.key for problem in caught.value.problems] == ["model.problem.unstated_operator"]


def test_metadata_that_tells_another_package_is_refused(tmp_path: Path) -> None:
    model = spot_graph()
    helper.set_model_props(model, {"package": "somebody-elses"})
    with pytest.raises(PackageError) as caught:
        load_bundle(TinyPackage(model=model).write(tmp_path / "spot"))
    assert [problem.key for problem in caught.value.problems] == ["model.problem.identity"]
