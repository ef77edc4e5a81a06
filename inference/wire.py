"""Messages between the window and the child: JSON and raw arrays, never pickles.

What a child sends may come from a model that has taken it over, so nothing here can name code, and every size is
checked before memory is taken.
"""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from multiprocessing import BufferTooShort
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from inference.types import Detection, LabelMap, Measure, ModelInput, ModelOutput, OutputState, ScalarMap

ALLOWED_TYPES = frozenset({"int8", "int16", "int32", "uint8", "uint16", "uint32", "float32", "float64"})
LARGEST_ARRAY = 8 * 1024**3
MOST_ARRAYS = 64
PIECE = (
    64 * 1024
)  # a piece stays in the processor's cache on its way; a whole volume at once takes three times as long


class Connection(Protocol):
    """The part of multiprocessing's connection that carries bytes."""

    def send_bytes(self, buf: Any, /) -> None:
        """Send one message."""
        ...

    def recv_bytes(self) -> bytes:
        """Wait for one message."""
        ...

    def recv_bytes_into(self, buf: Any, offset: int = 0, /) -> int:
        """Wait for one message, put it into the buffer from there on, and say how long it was."""
        ...


class WireError(Exception):
    """A message that is not what it should be."""


def send(
    connection: Connection, kind: str, content: dict[str, Any], arrays: tuple[NDArray[Any], ...] = ()
) -> None:
    """A head as JSON, then each array as bytes, in pieces."""
    described = [{"dtype": str(one.dtype), "shape": list(one.shape)} for one in arrays]
    head = {"kind": kind, "content": content, "arrays": described}
    connection.send_bytes(json.dumps(head, allow_nan=True).encode())
    for one in arrays:
        plain = np.ascontiguousarray(one).data.cast("B") if one.size else b""
        for start in range(0, len(plain), PIECE):
            connection.send_bytes(plain[start : start + PIECE])


def receive(connection: Connection) -> tuple[str, dict[str, Any], list[NDArray[Any]]]:
    """Kind, content and arrays. Raises WireError, EOFError, OSError."""
    try:
        head = json.loads(connection.recv_bytes())
        kind, content, described = str(head["kind"]), dict(head["content"]), list(head["arrays"])
        arrays = [_array(connection, one) for one in described[:MOST_ARRAYS]]
    except (KeyError, TypeError, ValueError, UnicodeDecodeError, MemoryError) as error:
        raise WireError(type(error).__name__) from error
    return kind, content, arrays


def _array(connection: Connection, described: dict[str, Any]) -> NDArray[Any]:
    name, shape = str(described["dtype"]), tuple(int(size) for size in described["shape"])
    if name not in ALLOWED_TYPES or min(shape, default=0) < 0 or len(shape) > 6:
        raise WireError("array type")
    needed = int(np.prod(shape, dtype=np.float64)) * np.dtype(name).itemsize
    if needed > LARGEST_ARRAY:
        raise WireError("array size")
    values = np.empty(shape, dtype=name)
    into, taken = values.reshape(-1).view(np.uint8).data, 0
    while taken < needed:
        try:
            got = connection.recv_bytes_into(into, taken)
        except BufferTooShort as error:
            raise WireError("array length") from error
        if not got:
            raise WireError("array length")
        taken += got
    return values


NAMES = ("slope", "intercept", "inverted", "padding", "in_patient", "spacing_known", "attributes", "view")
MOST_VIEWS = 8


def pack_input(given: ModelInput) -> tuple[dict[str, Any], tuple[NDArray[Any], ...]]:
    """A model input as content and arrays; those of its companions follow."""
    content, arrays = _pack_one(given)
    others = [_pack_one(one) for one in given.companions]
    content["companions"] = [told for told, _ in others]
    return content, (*arrays, *(array for _, pair in others for array in pair))


def unpack_input(content: dict[str, Any], arrays: list[NDArray[Any]]) -> ModelInput:
    """And back. Raises WireError."""
    told = dict(content)
    others = list(told.pop("companions", ()))[:MOST_VIEWS]
    if len(arrays) != 2 * (1 + len(others)):
        raise WireError("companions")
    companions = tuple(
        ModelInput(pixels=arrays[2 * at], affine=arrays[2 * at + 1], **one)
        for at, one in enumerate(others, 1)
    )
    return ModelInput(pixels=arrays[0], affine=arrays[1], companions=companions, **told)


def _pack_one(given: ModelInput) -> tuple[dict[str, Any], tuple[NDArray[Any], NDArray[Any]]]:
    content = {name: getattr(given, name) for name in NAMES}
    return content, (_plain(given.pixels), np.asarray(given.affine, dtype=np.float64))


def pack_output(output: ModelOutput) -> tuple[dict[str, Any], tuple[NDArray[Any], ...]]:
    """A model output as content and arrays; maps first, then label maps, each followed by its affine."""
    content: dict[str, Any] = {
        field.name: getattr(output, field.name)
        for field in fields(output)
        if field.name not in {"state", "detections", "maps", "label_maps", "measures"}
    }
    content["state"] = output.state.value
    content["detections"] = [asdict(one) for one in output.detections]
    content["measures"] = [asdict(one) for one in output.measures]
    content["maps"] = [
        {
            "key": one.key,
            "label": one.label,
            "value_range": one.value_range,
            "threshold": one.threshold,
            "view": one.view,
        }
        for one in output.maps
    ]
    content["label_maps"] = [
        {
            "key": one.key,
            "label": one.label,
            "names": {str(k): v for k, v in one.names.items()},
            "view": one.view,
        }
        for one in output.label_maps
    ]
    pairs = [(one.values, one.affine) for one in output.maps]
    pairs += [(one.values, one.affine) for one in output.label_maps]  # type: ignore[misc]  # whole numbers here
    return content, tuple(array for values, affine in pairs for array in (_plain(values), _plain(affine)))


def _names(one: dict[str, Any]) -> dict[int, str]:
    return {int(number): str(words) for number, words in one["names"].items()}


def unpack_output(content: dict[str, Any], arrays: list[NDArray[Any]]) -> ModelOutput:
    """And back. Raises WireError."""
    try:
        pairs = list(zip(arrays[::2], arrays[1::2], strict=True))
        heats = [
            ScalarMap(
                one["key"],
                one["label"],
                v.astype(np.float32, copy=False),
                a,
                _pair(one["value_range"]),
                one["threshold"],
                str(one.get("view", "")),
            )
            for one, (v, a) in zip(content["maps"], pairs, strict=False)
        ]
        labels = [
            LabelMap(one["key"], one["label"], v, a, _names(one), str(one.get("view", "")))
            for one, (v, a) in zip(content["label_maps"], pairs[len(heats) :], strict=True)
        ]
        return ModelOutput(
            state=OutputState(content["state"]),
            detections=tuple(_detection(one) for one in content["detections"]),
            maps=tuple(heats),
            label_maps=tuple(labels),
            measures=tuple(Measure(**one) for one in content["measures"]),
            requested_providers=tuple(content["requested_providers"]),
            warnings=tuple(content["warnings"]),
            **{
                name: content[name]
                for name in ("reason_key", "reason_facts", "study_score", "provider", "stamps", "seconds")
            },
        )
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise WireError(type(error).__name__) from error


def _detection(told: dict[str, Any]) -> Detection:
    measures = tuple(Measure(**one) for one in told.pop("measures"))
    points = {
        name: None if told[name] is None else tuple(told[name]) for name in ("center", "box_min", "box_max")
    }
    return Detection(**{**told, **points}, measures=measures)


def _pair(values: list[float]) -> tuple[float, float]:
    return float(values[0]), float(values[1])


def _plain(values: NDArray[Any]) -> NDArray[Any]:
    """In the machine's own byte order, and a type that the other side allows."""
    kind = values.dtype.newbyteorder("=")
    if str(kind) not in ALLOWED_TYPES:
        kind = np.dtype(np.float32 if kind.kind == "f" else np.uint8 if kind.kind == "b" else np.int32)
    return np.ascontiguousarray(values, dtype=kind)
