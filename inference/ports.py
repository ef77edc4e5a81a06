"""Inputs and outputs of a graph as its file declares them, and the one file of weights beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inference.errors import PackageError, Problem

_TYPES = {
    1: "float32",
    2: "uint8",
    3: "int8",
    5: "int16",
    6: "int32",
    7: "int64",
    9: "bool",
    10: "float16",
    11: "float64",
}


@dataclass(frozen=True, slots=True)
class Port:
    """One tensor; an axis that the graph leaves open is its name, or "*"."""

    name: str
    dtype: str
    shape: tuple[int | str, ...]

    @property
    def layout(self) -> str:
        """How a picture lies in it: slices along the batch, or as depth."""
        return "NCDHW" if len(self.shape) == 5 else "NCHW"


@dataclass(frozen=True, slots=True)
class Ports:
    """What goes in and comes out; external names the file of weights beside the graph, or is empty."""

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    external: str = ""


def read_graph(onnx_file: Path) -> Any:  # Any: onnx builds its messages by reflection
    """A graph file without its weights. Raises PackageError if it is none."""
    import onnx
    from google.protobuf.message import DecodeError

    try:
        return onnx.load(str(onnx_file), load_external_data=False)
    except (DecodeError, ValueError, RecursionError) as error:
        raise PackageError(
            onnx_file.name, [Problem("model.problem.not_onnx", {"file": onnx_file.name})]
        ) from error


def ports_of(onnx_file: Path) -> Ports:
    """What goes in and out of a graph file. Raises PackageError if it is none."""
    model = read_graph(onnx_file)
    initial = {tensor.name for tensor in model.graph.initializer}
    inputs = tuple(_port(value) for value in model.graph.input if value.name not in initial)
    return Ports(inputs, tuple(map(_port, model.graph.output)), _external(model.graph.initializer))


def _port(value: Any) -> Port:
    tensor = value.type.tensor_type
    shape = tuple(dim.dim_value or dim.dim_param or "*" for dim in tensor.shape.dim)
    return Port(value.name, _TYPES.get(tensor.elem_type, "float32"), shape)


def _external(initializers: Any) -> str:
    """The one file that weights lie in; '' where they lie in the graph or in several places."""
    places = {
        entry.value for tensor in initializers for entry in tensor.external_data if entry.key == "location"
    }
    return places.pop() if len(places) == 1 else ""
