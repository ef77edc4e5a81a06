"""Frozen dataclasses to JSON and back, exactly: what the types say is what comes out again.

Unknown keys are ignored and missing ones take their default, so that an older program reads a newer record and the
other way round. Numbers that JSON lacks are written as the words NaN, Infinity, -Infinity.
"""

from __future__ import annotations

import json
import math
import numbers
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

_NOT_FINITE = ("NaN", "Infinity", "-Infinity")


class CodecError(ValueError):
    """A record that does not fit the type it should have; the text says where."""


def canonical(value: object) -> str:
    """The one JSON text of a value: sorted keys, no spaces, ASCII only. Equal values give equal bytes."""
    return json.dumps(
        encode(value), sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    )


def encode(value: object) -> Any:  # Any: the nested lists and dictionaries that JSON holds
    """Dataclasses as dictionaries, enums as their values, tuples as lists."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return _encode_real(float(value))
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: encode(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): encode(part) for name, part in value.items()}
    if isinstance(value, tuple | list):
        return [encode(part) for part in value]
    if isinstance(value, Path):
        return str(value)
    raise CodecError(f"cannot write a {type(value).__name__} as JSON")


def decode(wanted: type[T], data: object) -> T:
    """An object of the wanted type from what `encode` gave; raises CodecError where it does not fit."""
    return typing.cast(T, _decode(wanted, data, wanted.__name__))  # _decode checked it against `wanted`


def _encode_real(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")


def _decode(wanted: Any, data: Any, where: str) -> Any:  # Any: types and JSON are both open here
    origin = typing.get_origin(wanted)
    if origin in (typing.Union, types.UnionType):
        return _decode_union(typing.get_args(wanted), data, where)
    if origin is tuple:
        return _decode_tuple(typing.get_args(wanted), data, where)
    if origin in (dict, Mapping) or origin is not None:
        raise CodecError(f"{where}: {wanted} is not a type of a record")
    if is_dataclass(wanted):
        return _decode_dataclass(wanted, data, where)
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        return _decode_enum(wanted, data, where)
    return _decode_plain(wanted, data, where)


def _decode_union(choices: tuple[Any, ...], data: Any, where: str) -> Any:
    if data is None:
        if type(None) in choices:
            return None
        raise CodecError(f"{where}: nothing is not allowed here")
    real = [choice for choice in choices if choice is not type(None)]
    if len(real) != 1:
        raise CodecError(f"{where}: more than one type is possible")
    return _decode(real[0], data, where)


def _decode_tuple(parts: tuple[Any, ...], data: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(data, list):
        raise CodecError(f"{where}: a list is expected")
    if len(parts) == 2 and parts[1] is Ellipsis:
        return tuple(_decode(parts[0], item, f"{where}[{index}]") for index, item in enumerate(data))
    if len(parts) != len(data):
        raise CodecError(f"{where}: {len(parts)} values are expected, {len(data)} are there")
    return tuple(
        _decode(part, item, f"{where}[{index}]")
        for index, (part, item) in enumerate(zip(parts, data, strict=True))
    )


def _decode_dataclass(wanted: Any, data: Any, where: str) -> Any:
    if not isinstance(data, dict):
        raise CodecError(f"{where}: an object is expected")
    given: dict[str, Any] = {}
    for name, kind, required in _fields(wanted):
        if name in data:
            given[name] = _decode(kind, data[name], f"{where}.{name}")
        elif required:
            raise CodecError(f"{where}.{name} is missing")
    return wanted(**given)


@cache
def _fields(wanted: Any) -> tuple[tuple[str, Any, bool], ...]:
    """(name, type, whether it must be there) of each field."""
    hints = typing.get_type_hints(wanted)
    return tuple(
        (item.name, hints[item.name], item.default is MISSING and item.default_factory is MISSING)
        for item in fields(wanted)
    )


def _decode_enum(wanted: type[Enum], data: Any, where: str) -> Enum:
    try:
        return wanted(data)
    except ValueError as error:
        raise CodecError(f"{where}: '{data}' is none of {[item.value for item in wanted]}") from error


def _decode_plain(wanted: Any, data: Any, where: str) -> Any:
    if wanted is float:
        if isinstance(data, str) and data in _NOT_FINITE:
            return float(data)
        if isinstance(data, int | float) and not isinstance(data, bool):
            return float(data)
    elif wanted is Path and isinstance(data, str):
        return Path(data)
    elif wanted in (str, int, bool) and type(data) is wanted:
        return data
    raise CodecError(f"{where}: {getattr(wanted, '__name__', wanted)} is expected")
