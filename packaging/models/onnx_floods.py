"""Pieces of graphs that more than one package needs: flooding, frames, resizing. Volumes are (1, channels, z, y, x)."""

from __future__ import annotations

from typing import Any

from onnx import ModelProto, TensorProto, ValueInfoProto, helper
from onnx_graph import IR_VERSION, OPSET, Pen

FLOOD_CAP = 600  # rounds of two voxels


def frame(pen: Pen, like: str, axes: tuple[int, ...]) -> str:
    """1 on the outermost voxels along the given axes."""
    pads = [0, 0, *(int(axis in axes) for axis in range(3))]
    whole = pen.node("Shape", like)
    inner = pen.node("Sub", whole, pen.ints(*(2 * pad for pad in pads)))
    zeros = pen.node(
        "ConstantOfShape", inner, value=helper.make_tensor("zero", TensorProto.FLOAT, [1], [0.0])
    )
    return pen.node("Pad", zeros, pen.ints(*pads, *pads), pen.constant(1.0))


def flood(pen: Pen, seed: str, mask: str, axes: tuple[int, ...], prefix: str) -> str:
    """Everything in the mask that the seed reaches along the axes: geodesic dilation until nothing changes."""
    inner = Pen(prefix)
    state, size = prefix + "state", prefix + "size"
    reached = inner.node("Mul", inner.cross_grow(state, axes), mask)
    reached = inner.node("Mul", inner.cross_grow(reached, axes), mask)
    new_size = inner.total(reached)
    go_on = inner.node("Greater", new_size, size)
    kept = inner.node("Identity", new_size)
    body = inner.body([state, size], go_on, [reached, kept])
    start = pen.node("Mul", seed, mask)
    return pen.loop(FLOOD_CAP, [start, pen.total(start)], body)[0]


def fill(pen: Pen, mask: str, axes: tuple[int, ...], prefix: str) -> str:
    """The mask with every hole that the edge of the picture does not reach along the axes."""
    gaps = pen.negate(mask)
    return pen.negate(flood(pen, pen.both(frame(pen, gaps, axes), gaps), gaps, axes, prefix))


def cells(pen: Pen, extent_mm: str, size_mm: float) -> str:
    """How many cells of a size fit each extent best, 8 at least."""
    count = pen.node("Round", pen.node("Div", extent_mm, pen.constant(size_mm)))
    return pen.node("Cast", pen.node("Max", count, pen.constant(8.0)), to=TensorProto.INT64)


def resize(pen: Pen, values: str, sizes: str, antialias: int = 0) -> str:
    """Linear, both grids covering the same box; antialias averages over what a larger cell covers."""
    how: dict[str, Any] = {
        "mode": "linear",
        "coordinate_transformation_mode": "half_pixel",
        "antialias": antialias,
    }
    return pen.node("Resize", values, "", "", sizes, **how)


def finished(
    pen: Pen, name: str, version: str, given: list[ValueInfoProto], told: list[ValueInfoProto]
) -> ModelProto:
    """The model of all that the pen wrote."""
    graph = helper.make_graph(pen.nodes, name, given, told, pen.constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="overread")
    model.ir_version = IR_VERSION
    helper.set_model_props(model, {"package": name, "package_version": version})
    return model
