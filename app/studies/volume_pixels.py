"""Volume files through SimpleITK: sizes checked before memory is taken, values in the plainest type that holds them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import StudyUnreadableError
from app.studies.limits import FRAMES_IN_A_FILE, VOLUME_SHARE_OF_MEMORY
from app.studies.nifti_values import is_nifti, read_nifti_values

DEFLATE_AT_BEST = 1032  # zlib cannot shrink by more; a header that claims more lies
COPIES = 3  # as read, as values, as written
LARGEST_SIDE = 65_535  # Rows and Columns are 16 bit (PS3.3 C.7.6.3)
LARGEST_ELEMENT = 0xFFFF_FFFE
PHASES = 512


@dataclass(frozen=True, slots=True, eq=False)
class Phase:
    """One volume. values: (slices, rows, columns), or with a last axis of 3; affine: index in that order -> LPS mm."""

    values: NDArray[Any]
    affine: NDArray[np.float64]
    lost: int = 0  # values that were no number and are the smallest now


def read_phases(path: Path, data: Path) -> Iterator[Phase]:
    """Each volume of a file, 4D and lists of components split up.

    Raises StudyUnreadableError if it cannot be read, is too large, or its axes are not at right angles.
    """
    import SimpleITK

    reader = SimpleITK.ImageFileReader()
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
        size = reader.GetSize()
        parts = reader.GetNumberOfComponents()
        bits = _bits(SimpleITK.GetPixelIDValueAsString(reader.GetPixelID()))
        _check_size(path, data, (*size, parts), bits)
        whole = read_nifti_values(path, math.prod((*size, parts))) if is_nifti(path) else None
        if whole is None:
            image = reader.Execute()  # kept: the view does not own what it looks at
            whole = SimpleITK.GetArrayViewFromImage(image)
    except RuntimeError as error:
        if "orthonormal" in str(error):
            raise StudyUnreadableError("error.source.sheared_volume", file=path.name) from error
        raise StudyUnreadableError("error.source.no_volume", file=path.name) from error
    except MemoryError as error:
        raise StudyUnreadableError("error.source.no_volume", file=path.name) from error
    affine = _affine(reader)
    if not np.isfinite(affine).all() or abs(np.linalg.det(affine)) < 1e-9:
        raise StudyUnreadableError("error.source.no_volume", file=path.name)
    for values in _split(_in_order(whole, size, parts), len(size), parts):
        plain, lost = plainest(values)
        yield Phase(plain, affine, lost)


def _in_order(values: NDArray[Any], size: Sequence[int], parts: int) -> NDArray[Any]:
    """(time,) slice, row, column, components; these are the slowest axis in NIfTI and the fastest in ITK's arrays."""
    tail = (parts,) if parts > 1 else ()
    wanted = (*reversed([int(side) for side in size]), *tail)
    if parts > 1 and values.shape != wanted:
        return np.moveaxis(values.reshape(parts, *wanted[:-1]), 0, -1)
    return values.reshape(wanted)


def plainest(values: NDArray[Any]) -> tuple[NDArray[Any], int]:
    """The same values as uint8, int16, uint16, int32 or float32, the first that holds them all; and how many were none.

    Whole numbers come out exactly. What is no number, or infinite, becomes the smallest value: a picture has no grey
    for it, so the picture must say how many there were.
    """
    lost = 0
    if values.dtype.kind == "f":
        known = np.isfinite(values)
        lost = int(values.size - np.count_nonzero(known))
        if lost:
            values = np.where(known, values, values[known].min() if lost < values.size else 0.0)
    low, high = float(values.min()), float(values.max())
    if values.dtype.kind != "f" or bool((np.floor(values) == values).all()):
        for kind in ("u1", "i2", "u2", "i4"):
            held = np.iinfo(kind)
            if held.min <= low and high <= held.max:
                return np.ascontiguousarray(values, dtype=f"<{kind}"), lost
    return np.ascontiguousarray(values, dtype="<f4"), lost


def _check_size(path: Path, data: Path, shape: tuple[int, ...], bits: int) -> None:
    import psutil

    needed = bits // 8
    for side in shape:
        needed *= int(side)
    phases = int(np.prod(shape[3:], dtype=object))
    lies = needed > DEFLATE_AT_BEST * data.stat().st_size or min(shape) < 1 or len(shape) not in (3, 4, 5)
    if lies:
        raise StudyUnreadableError("error.source.no_volume", file=path.name)
    free = int(psutil.virtual_memory().available * VOLUME_SHARE_OF_MEMORY)
    is_large = max(shape[:2]) > LARGEST_SIDE or shape[2] > FRAMES_IN_A_FILE or phases > PHASES
    if is_large or COPIES * needed > free or needed // max(phases, 1) > LARGEST_ELEMENT:
        raise StudyUnreadableError(
            "error.source.large_volume", file=path.name, needed_mib=COPIES * needed // 1024**2
        )


def _bits(kind: str) -> int:
    """Bits of one component, as SimpleITK names its type ('vector of 32-bit float')."""
    named = [word for word in kind.split() if word.endswith("-bit")]
    return int(named[0].removesuffix("-bit")) * (2 if "complex" in kind else 1) if named else 64


def _affine(image: Any) -> NDArray[np.float64]:  # a SimpleITK image or reader, which have no types
    """(slice, row, column) -> LPS mm: ITK's own frame, its axes in reverse order. 2D images lie flat."""
    size = image.GetDimension()
    turned = np.eye(3)
    found = np.asarray(image.GetDirection(), dtype=float).reshape(size, size)
    spatial = min(size, 3)
    turned[:spatial, :spatial] = found[:spatial, :spatial]
    spacing, origin = np.ones(3), np.zeros(3)
    spacing[:spatial] = image.GetSpacing()[:spatial]
    origin[:spatial] = image.GetOrigin()[:spatial]
    affine = np.eye(4)
    affine[:3, :3] = (turned * spacing)[:, ::-1]
    affine[:3, 3] = origin
    return affine


def _split(values: NDArray[Any], dimensions: int, parts: int) -> Iterator[NDArray[Any]]:
    """Volumes of an array in ITK's order: (time,) slice, row, column, then components."""
    if np.iscomplexobj(values):
        values = np.abs(values)
    if parts > 1 and not (parts == 3 and values.dtype == np.uint8):
        for part in range(parts):
            yield from _split(values[..., part], dimensions, 1)
    elif dimensions == 4:
        yield from values
    elif dimensions == 2:
        yield values[np.newaxis]
    else:
        yield values
