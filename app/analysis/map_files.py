"""One array on disk: a .npz with `values` (slice, row, column) and `affine` (4x4). Never a pickle."""

from __future__ import annotations

import math
import os
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import StudyUnreadableError
from app.domain.geometry import Affine

LARGEST_MAP_BYTES = 2**31  # ours: a float32 map of 512 x 512 x 2048
ALLOWED = ("float32", "uint8", "uint16", "int16", "int32", "float64")
FAST = 1  # heat is mostly zeros: the fastest level makes it small already


@dataclass(frozen=True, slots=True, eq=False)
class MapArray:
    """Heat (float32) or labels (whole numbers), with the affine of its own grid."""

    values: NDArray[Any]
    affine: Affine


def write_map(file: Path, array: MapArray) -> None:
    """Write values and affine, onto the disk before it returns; makes the folder."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as stream:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=FAST) as box:
            _put(box, "values.npy", np.ascontiguousarray(array.values))
            _put(box, "affine.npy", np.asarray(array.affine, dtype=np.float64))
        stream.flush()
        os.fsync(stream.fileno())


def _put(box: zipfile.ZipFile, name: str, values: NDArray[Any]) -> None:
    with box.open(name, "w", force_zip64=True) as stream:
        np.lib.format.write_array(stream, values, allow_pickle=False)


def read_map(folder: Path, name: str) -> MapArray:
    """One map of a result's folder; raises StudyUnreadableError if it is missing, broken, too large or elsewhere."""
    file = folder / name
    if Path(name).is_absolute() or not file.resolve().is_relative_to(folder.resolve()):
        raise StudyUnreadableError("error.result.map_elsewhere", folder=folder.name)
    try:
        with zipfile.ZipFile(file) as box:
            values = _read(box, "values.npy")
            affine = _read(box, "affine.npy").astype(np.float64)
    except OSError as error:
        raise StudyUnreadableError(
            "error.result.cannot_read", file=file.name, folder=folder.name, reason=error.strerror or "?"
        ) from error
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile, NotImplementedError, zlib.error) as error:
        raise StudyUnreadableError("error.result.map_broken", file=file.name, folder=folder.name) from error
    if values.ndim != 3 or affine.shape != (4, 4):
        raise StudyUnreadableError("error.result.map_broken", file=file.name, folder=folder.name)
    return MapArray(values, affine)


def _read(box: zipfile.ZipFile, name: str) -> NDArray[Any]:
    with box.open(name) as stream:
        _check_header(stream)
    with box.open(name) as stream:
        array: NDArray[Any] = np.lib.format.read_array(stream, allow_pickle=False)
    return array


def _check_header(stream: IO[bytes]) -> None:
    """Raise ValueError before any memory is taken for an array that is too large or of a type we do not know."""
    version = np.lib.format.read_magic(stream)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = read(stream)
    if dtype.name not in ALLOWED or math.prod(shape) * dtype.itemsize > LARGEST_MAP_BYTES:
        raise ValueError(f"an array of {dtype} {shape} is not read")
