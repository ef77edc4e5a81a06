"""A picture on its way into a network: values with an affine that every step keeps true."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Args = Mapping[str, float | int | str | list[float]]


@dataclass(frozen=True, slots=True, eq=False)
class Image:
    """values: (slices, rows, columns); affine: 4x4, index -> mm, as in `inference.types`.

    slope and intercept lead from stored to modality values until `modality_lut` has been applied.
    """

    values: NDArray[np.float32]
    affine: NDArray[np.float64]
    slope: float = 1.0
    intercept: float = 0.0
    inverted: bool = False
    in_patient: bool = True


@dataclass(frozen=True, slots=True)
class PreprocessOp:
    """One operation of the vocabulary. forward never changes its input; the new affine is the way back."""

    name: str
    forward: Callable[[Image, Args], Image]


def spacing_of(affine: NDArray[np.float64]) -> tuple[float, float, float]:
    """Distances between slices, rows, columns in mm."""
    lengths = np.linalg.norm(affine[:3, :3], axis=0)
    return float(lengths[0]), float(lengths[1]), float(lengths[2])


def number(args: Args, name: str, default: float | None = None) -> float:
    """A numeric argument. Raises ValueError if it is missing or no number."""
    value = args.get(name, default)
    if not isinstance(value, int | float):
        raise ValueError(f"'{name}' must be a number")  # noqa: TRY004 - the package is wrong, not the caller
    return float(value)


def regrid(
    affine: NDArray[np.float64], shape: tuple[int, ...], new_shape: tuple[int, ...]
) -> NDArray[np.float64]:
    """Affine of another grid over the same box: outer edges agree, not the centres of the corner voxels."""
    ratio = np.array(shape[:3], dtype=float) / np.array(new_shape[:3], dtype=float)
    step = np.eye(4)
    step[:3, :3] = np.diag(ratio)
    step[:3, 3] = (ratio - 1) / 2
    return affine @ step


def shifted(affine: NDArray[np.float64], start: tuple[int, int, int]) -> NDArray[np.float64]:
    """Affine after cropping `start` voxels off the beginning of each axis (negative: after padding)."""
    moved = affine.copy()
    moved[:3, 3] = affine[:3, :3] @ np.array(start, dtype=float) + affine[:3, 3]
    return moved
