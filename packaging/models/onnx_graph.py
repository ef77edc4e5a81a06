"""A thin pen for writing ONNX graphs by hand: one method call, one node.

Masks are float32 tensors of 0 and 1, because onnxruntime pools floats about 15 times as fast as bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from onnx import GraphProto, NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

OPSET = 18
IR_VERSION = 9
Axes3 = tuple[int, int, int]


class Pen:
    """Collects nodes and constants; every method returns the name of what it computed."""

    def __init__(self, prefix: str = "") -> None:
        self.prefix = prefix
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []

    def name(self, hint: str) -> str:
        """A name that this graph does not have yet."""
        return f"{self.prefix}{hint}_{len(self.nodes) + len(self.constants)}"

    def node(
        self, op: str, *inputs: str, out: str = "", **attributes: Any
    ) -> str:  # Any: whatever ONNX takes
        """One node with one output."""
        result = out or self.name(op.lower())
        self.nodes.append(helper.make_node(op, list(inputs), [result], **attributes))
        return result

    def constant(self, values: ArrayLike, dtype: type[np.generic] = np.float32) -> str:
        """One initialiser."""
        name = self.name("c")
        self.constants.append(numpy_helper.from_array(np.asarray(values, dtype=dtype), name))
        return name

    def ints(self, *values: int) -> str:
        """A one-dimensional int64 constant."""
        return self.constant(values, np.int64)

    def above(self, values: str, limit: float) -> str:
        """1 where values > limit."""
        return self.as_float(self.node("Greater", values, self.constant(limit)))

    def below(self, values: str, limit: float) -> str:
        """1 where values < limit."""
        return self.as_float(self.node("Less", values, self.constant(limit)))

    def as_float(self, values: str) -> str:
        """Cast to float32."""
        return self.node("Cast", values, to=TensorProto.FLOAT)

    def both(self, *masks: str) -> str:
        """1 where every mask is."""
        result = masks[0]
        for mask in masks[1:]:
            result = self.node("Mul", result, mask)
        return result

    def either(self, *masks: str) -> str:
        """1 where any mask is."""
        return self.node("Max", *masks)

    def negate(self, mask: str) -> str:
        """1 where the mask is 0."""
        return self.node("Sub", self.constant(1.0), mask)

    def grow(self, mask: str, kernel: Axes3) -> str:
        """Dilate by a box of kernel voxels (slice, row, column), one axis at a time."""
        for axis, width in enumerate(kernel):
            if width > 1:
                shape = [1, 1, 1]
                shape[axis] = width
                mask = self.node("MaxPool", mask, kernel_shape=shape, pads=[size // 2 for size in shape] * 2)
        return mask

    def shrink(self, mask: str, kernel: Axes3) -> str:
        """Erode by a box; what lies outside the picture does not eat into the mask."""
        return self.node("Neg", self.grow(self.node("Neg", mask), kernel))

    def close(self, mask: str, kernel: Axes3) -> str:
        """Fill gaps narrower than the box."""
        return self.shrink(self.grow(mask, kernel), kernel)

    def open(self, mask: str, kernel: Axes3) -> str:
        """Drop what is narrower than the box."""
        return self.grow(self.shrink(mask, kernel), kernel)

    def cross_grow(self, mask: str, axes: Sequence[int]) -> str:
        """Dilate by one voxel along each axis, never along a diagonal."""
        arms = []
        for axis in axes:
            kernel = [1, 1, 1]
            kernel[axis] = 3
            arms.append(self.grow(mask, (kernel[0], kernel[1], kernel[2])))
        return self.node("Max", *arms)

    def total(self, values: str, axes: Sequence[int] | None = None, *, keep: bool = False) -> str:
        """Sum over some axes, or over all."""
        inputs = [values] if axes is None else [values, self.ints(*axes)]
        return self.node("ReduceSum", *inputs, keepdims=int(keep))

    def size_of(self, values: str, axis: int) -> str:
        """Length of one axis as a one-element int64 tensor."""
        return self.node("Gather", self.node("Shape", values), self.ints(axis))

    def loop(self, steps: int, states: Sequence[str], body: GraphProto) -> list[str]:
        """Run a body at most so many times; it returns its own condition and as many states as it got."""
        outputs = [self.name("looped") + f"_{place}" for place in range(len(states))]
        yes = self.constant(True, np.bool_)
        inputs = [self.constant(steps, np.int64), yes, *states]
        self.nodes.append(helper.make_node("Loop", inputs, outputs, body=body))
        return outputs

    def body(self, states: Sequence[str], condition: str, results: Sequence[str]) -> GraphProto:
        """What was written so far as the body of a loop over float32 states (input names must be `states`)."""
        inputs = [value("iteration", TensorProto.INT64, []), value("go_on", TensorProto.BOOL, [])]
        inputs += [value(state, TensorProto.FLOAT, None) for state in states]
        outputs = [value(condition, TensorProto.BOOL, [])]
        outputs += [value(result, TensorProto.FLOAT, None) for result in results]
        return helper.make_graph(self.nodes, self.prefix + "body", inputs, outputs, self.constants)


def value(name: str, kind: int, shape: Sequence[int | str] | None) -> ValueInfoProto:
    """Name, type and shape of a graph's input or output."""
    return helper.make_tensor_value_info(name, kind, shape)
