"""Networks of a line each, one for every kind of package: what they answer can be worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

from tests.support.tiny_package import FLOAT, graph

Shape = Sequence[int | str]


def saved(folder: Path, name: str, model: onnx.ModelProto) -> Path:
    """Write it as `<name>.onnx`."""
    file = folder / f"{name}.onnx"
    onnx.save(model, str(file))
    return file


def same(shape: Shape, output: str = "prob") -> onnx.ModelProto:
    """What goes in comes out: a segmenter whose probabilities are the picture."""
    return graph([helper.make_node("Identity", ["x"], [output])], outputs=[(output, shape)], shape=shape)


def middle_channel(channels: int, output: str = "prob") -> onnx.ModelProto:
    """2.5D: of slices as channels, the one in the middle."""
    at = numpy_helper.from_array(np.array([channels // 2], np.int64), "at")
    return graph(
        [helper.make_node("Gather", ["x", "at"], [output], axis=1)],
        outputs=[(output, ["n", 1, "r", "c"])],
        initializers=[at],
        shape=["n", channels, "r", "c"],
    )


def two_channels() -> onnx.ModelProto:
    """2D, of a fixed size: background and the picture itself."""
    one = numpy_helper.from_array(np.array(1.0, np.float32), "one")
    nodes = [
        helper.make_node("Sub", ["one", "x"], ["rest"]),
        helper.make_node("Concat", ["rest", "x"], ["prob"], axis=1),
    ]
    return graph(nodes, outputs=[("prob", [1, 2, 16, 16])], initializers=[one], shape=[1, 1, 16, 16])


def mean_value() -> onnx.ModelProto:
    """A regression: the mean of the picture."""
    return graph(
        [helper.make_node("ReduceMean", ["x"], ["value"], axes=[1, 2, 3], keepdims=0)],
        outputs=[("value", [1])],
        shape=[1, 1, "r", "c"],
    )


def mean_of_patch(size: tuple[int, int, int]) -> onnx.ModelProto:
    """A classifier of patches: [1 - mean, mean], the mean cut to 0..1."""
    one = numpy_helper.from_array(np.array(1.0, np.float32), "one")
    nought = numpy_helper.from_array(np.array(0.0, np.float32), "nought")
    nodes = [
        helper.make_node("ReduceMean", ["x"], ["any"], axes=[2, 3, 4], keepdims=0),
        helper.make_node("Clip", ["any", "nought", "one"], ["mean"]),
        helper.make_node("Sub", ["one", "mean"], ["rest"]),
        helper.make_node("Concat", ["rest", "mean"], ["prob"], axis=1),
    ]
    return graph(nodes, outputs=[("prob", ["n", 2])], initializers=[one, nought], shape=["n", 1, *size])


def one_box(corners: Sequence[float], score: float) -> onnx.ModelProto:
    """A detector that always gives one box (x, y, x, y in pixels), of class 3."""
    constants = [
        numpy_helper.from_array(np.array([corners], np.float32), "given"),
        numpy_helper.from_array(np.array([score], np.float32), "sure"),
        numpy_helper.from_array(np.array([3], np.int64), "kind"),
        numpy_helper.from_array(np.array(0.0, np.float32), "zero"),
    ]
    nodes = [
        helper.make_node("ReduceMax", ["x"], ["top"], axes=[0, 1, 2, 3], keepdims=0),
        helper.make_node("Mul", ["top", "zero"], ["nothing"]),
        helper.make_node("Add", ["given", "nothing"], ["boxes"]),
        helper.make_node("Add", ["sure", "nothing"], ["scores"]),
        helper.make_node("Identity", ["kind"], ["labels"]),
    ]
    made = graph(
        nodes, outputs=[("boxes", [1, 4]), ("scores", [1])], initializers=constants, shape=[1, 1, "r", "c"]
    )
    made.graph.output.append(helper.make_tensor_value_info("labels", onnx.TensorProto.INT64, [1]))
    return made


def two_views() -> onnx.ModelProto:
    """Takes the left and right CC view; of each the brightest pixel as score."""
    names = ("lcc", "rcc")
    body = helper.make_graph(
        [helper.make_node("ReduceMax", [one], [f"{one}_score"], axes=[1, 2, 3], keepdims=0) for one in names],
        "views",
        [helper.make_tensor_value_info(one, FLOAT, [1, 1, "r", "c"]) for one in names],
        [helper.make_tensor_value_info(f"{one}_score", FLOAT, [1]) for one in names],
    )
    return helper.make_model(body, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def channels_of(shape: Shape, count: int) -> onnx.ModelProto:
    """A segmenter of so many parts: all but the first are what is positive, up to 1."""
    nodes = [
        helper.make_node("Clip", ["x", "nought", "one"], ["part"]),
        helper.make_node("Sub", ["one", "part"], ["rest"]),
        helper.make_node("Concat", ["rest", *["part"] * (count - 1)], ["prob"], axis=1),
    ]
    constants = [
        numpy_helper.from_array(np.array(value, np.float32), name)
        for name, value in (("nought", 0.0), ("one", 1.0))
    ]
    given = [shape[0], count, *shape[2:]]
    return graph(nodes, outputs=[("prob", given)], initializers=constants, shape=shape)


def middle_of_patch(size: tuple[int, int, int]) -> onnx.ModelProto:
    """A classifier that looks at the one voxel in the middle of a patch: [1 - it, it]."""
    start = [length // 2 for length in size]
    constants = [
        numpy_helper.from_array(np.array(values, np.int64), name)
        for name, values in (
            ("start", start),
            ("end", [at + 1 for at in start]),
            ("axes", [2, 3, 4]),
            ("flat", [-1, 1]),
        )
    ]
    constants.append(numpy_helper.from_array(np.array(1.0, np.float32), "one"))
    nodes = [
        helper.make_node("Slice", ["x", "start", "end", "axes"], ["voxel"]),
        helper.make_node("Reshape", ["voxel", "flat"], ["it"]),
        helper.make_node("Sub", ["one", "it"], ["rest"]),
        helper.make_node("Concat", ["rest", "it"], ["prob"], axis=1),
    ]
    return graph(nodes, outputs=[("prob", ["n", 2])], initializers=constants, shape=["n", 1, *size])


def turned_for_monai(shift: tuple[int, int, int]) -> onnx.ModelProto:
    """As the help page exports a bundle: turned to MONAI's axes, a network that moves what it sees, and back."""
    tap = np.zeros((1, 1, 5, 5, 5), np.float32)
    tap[(0, 0, *(2 - moved for moved in shift))] = 1.0
    last, before_first = [-1, -1], [np.iinfo(np.int64).min] * 2
    constants = [
        numpy_helper.from_array(np.array(values, np.int64), name)
        for name, values in (("starts", last), ("ends", before_first), ("axes", [2, 3]), ("steps", last))
    ]
    constants += [
        numpy_helper.from_array(np.array(values, np.float32), name)
        for name, values in (("half", 0.5), ("steep", 20.0), ("nought", 0.0), ("tap", tap))
    ]
    flip, order = ["starts", "ends", "axes", "steps"], [0, 1, 4, 3, 2]
    nodes = [
        helper.make_node("Transpose", ["x"], ["xyz"], perm=order),
        helper.make_node("Slice", ["xyz", *flip], ["ras"]),
        helper.make_node("Conv", ["ras", "tap"], ["moved"], pads=[2] * 6),
        helper.make_node("Sub", ["moved", "half"], ["above"]),
        helper.make_node("Mul", ["above", "steep"], ["logit"]),
        helper.make_node("Mul", ["logit", "nought"], ["ground"]),
        helper.make_node("Concat", ["ground", "logit"], ["logits"], axis=1),
        helper.make_node("Softmax", ["logits"], ["share"], axis=1),
        helper.make_node("Slice", ["share", *flip], ["unflipped"]),
        helper.make_node("Transpose", ["unflipped"], ["prob"], perm=order),
    ]
    return graph(
        nodes, outputs=[("prob", ["n", 2, 8, 16, 16])], initializers=constants, shape=["n", 1, 8, 16, 16]
    )
