"""Thick slabs: what lies within some mm of a plane, brought onto it as its largest, smallest or mean value.

Pure functions on arrays; which places of the volume a layer shows is the resampler's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewers.types import Affine

THICKNESSES_MM = (3.0, 5.0, 8.0, 10.0, 15.0, 20.0, 30.0, 50.0, 80.0)
START_MM = 10.0
_SQUARE = 1e-6  # index steps smaller than this along the picture: the plane is one of the array's own


class SlabMode(Enum):
    """How the values along the way through the slab become one."""

    OFF = "off"
    MIP = "mip"  # maximum intensity projection
    MINIP = "minip"
    MEAN = "mean"


@dataclass(frozen=True, slots=True)
class Slab:
    """thickness_mm: whole thickness, half of it on each side of the plane."""

    mode: SlabMode = SlabMode.OFF
    thickness_mm: float = START_MM

    @property
    def is_on(self) -> bool:
        """Whether more than the plane is drawn."""
        return self.mode is not SlabMode.OFF

    @property
    def reach_mm(self) -> float:
        """Thickness of what is drawn; 0 for the plane alone."""
        return self.thickness_mm if self.is_on else 0.0

    def next_mode(self) -> Slab:
        """The next one in turn."""
        modes = list(SlabMode)
        return Slab(modes[(modes.index(self.mode) + 1) % len(modes)], self.thickness_mm)

    def thicker(self, steps: int) -> Slab:
        """So many steps up or down among the usual thicknesses; stops at the ends."""
        near = int(np.argmin([abs(one - self.thickness_mm) for one in THICKNESSES_MM]))
        place = min(max(near + steps, 0), len(THICKNESSES_MM) - 1)
        return Slab(self.mode, THICKNESSES_MM[place])


def layer_depths(matrix: Affine, thickness_mm: float) -> NDArray[np.float64]:
    """Depths in mm, along the plane's normal, of the layers that a slab is made of; at least one.

    matrix: 4x4 from (x, y, depth, 1) to array indices. Layers lie one voxel apart along the axis most square to the
    plane, so that none is left out. Where the plane is one of the array's own they lie in the voxels' middles: a
    maximum is then that of the voxels, not of values halfway between.
    """
    axis = int(np.argmax(np.abs(matrix[:3, 2])))
    growth = float(matrix[axis, 2])
    if growth == 0:
        return np.zeros(1)
    step, shift = 1.0 / abs(growth), 0.0
    if np.all(np.abs(matrix[axis, :2]) < _SQUARE):
        shift = -(matrix[axis, 3] - np.rint(matrix[axis, 3])) / growth
    half = thickness_mm / 2 + 1e-6
    first, last = np.ceil((-half - shift) / step), np.floor((half - shift) / step)
    depths: NDArray[np.float64] = shift + step * np.arange(first, last + 1)
    return depths if depths.size else np.zeros(1)


def inside(matrix: Affine, size: tuple[int, int], shape: tuple[int, ...]) -> NDArray[np.bool_] | None:
    """Which pixels (rows, columns) of a layer lie in the array; None if all do.

    size: (columns, rows). A voxel reaches half a step beyond its middle.
    """
    columns, rows = size
    ends = np.array([(x, y, 0.0, 1.0) for x in (0, columns - 1) for y in (0, rows - 1)])
    corners = ends @ matrix[:3].T
    limits = np.asarray(shape[:3], dtype=float) - 0.5
    if np.all(corners >= -0.5) and np.all(corners <= limits):
        return None
    x = np.arange(columns, dtype=np.float32)[np.newaxis, :]
    y = np.arange(rows, dtype=np.float32)[:, np.newaxis]
    within = np.ones((rows, columns), dtype=np.bool_)
    for axis in range(3):
        index = (
            np.float32(matrix[axis, 0]) * x + np.float32(matrix[axis, 1]) * y + np.float32(matrix[axis, 3])
        )
        within &= (index >= -0.5) & (index <= np.float32(limits[axis]))
    return within


class Projection:
    """Layers put together one by one; what is no part of the image never takes part."""

    def __init__(self, mode: SlabMode, shape: tuple[int, int], dtype: np.dtype[Any]) -> None:
        self._mode = mode
        self._dtype = dtype
        self._count: NDArray[np.int32] = np.zeros(shape, dtype=np.int32)
        whole = np.issubdtype(dtype, np.integer)
        low = np.iinfo(dtype).min if whole else -np.inf
        high = np.iinfo(dtype).max if whole else np.inf
        start = {SlabMode.MIP: low, SlabMode.MINIP: high}.get(mode, 0)
        kind = np.dtype(np.float64) if mode is SlabMode.MEAN else dtype
        self._values: NDArray[Any] = np.full(shape, start, dtype=kind)

    def add(self, layer: NDArray[Any], usable: NDArray[np.bool_] | None) -> None:
        """One layer (rows, columns) of stored values; usable: which of them are image, None if all are."""
        where: Any = True if usable is None else usable
        together = {SlabMode.MIP: np.maximum, SlabMode.MINIP: np.minimum}.get(self._mode, np.add)
        together(self._values, layer, out=self._values, where=where)
        self._count += 1 if usable is None else usable

    def result(self) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Stored values, and where no layer had any."""
        void: NDArray[np.bool_] = self._count == 0
        values = self._values
        if self._mode is SlabMode.MEAN:
            values = values / np.maximum(self._count, 1)
            values = np.rint(values) if np.issubdtype(self._dtype, np.integer) else values
        values = np.where(void, 0, values).astype(self._dtype)
        return values, void
