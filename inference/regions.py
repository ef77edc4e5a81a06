"""Regions of a label map: where they lie and how large they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.types import Affine, Point


@dataclass(frozen=True, slots=True)
class RegionPlace:
    """A region in mm: a point inside it nearest to its centre of mass, its box, volume and largest diameter."""

    center: Point
    box_min: Point
    box_max: Point
    volume_ml: float
    diameter_mm: float


def place_of(mask: NDArray[np.bool_], affine: Affine) -> RegionPlace | None:
    """The place of a mask (slices, rows, columns); None if it is empty.

    diameter_mm is that of the ball of the same volume. The box is that of the voxels' outer corners.
    """
    index = np.argwhere(mask)
    if not len(index):
        return None
    mean = index.mean(axis=0)
    inside = index[np.argmin(((index - mean) ** 2).sum(axis=1))]
    low, high = index.min(axis=0) - 0.5, index.max(axis=0) + 0.5
    corners = np.array(
        [[a, b, c] for a in (low[0], high[0]) for b in (low[1], high[1]) for c in (low[2], high[2])]
    )
    points = corners @ affine[:3, :3].T + affine[:3, 3]
    volume_mm3 = len(index) * voxel_mm3(affine)
    return RegionPlace(
        center=_point(affine[:3, :3] @ inside + affine[:3, 3]),
        box_min=_point(points.min(axis=0)),
        box_max=_point(points.max(axis=0)),
        volume_ml=volume_mm3 / 1000,
        diameter_mm=float(np.cbrt(6 * volume_mm3 / np.pi)),
    )


def voxel_mm3(affine: Affine) -> float:
    """Volume of one voxel."""
    return abs(float(np.linalg.det(affine[:3, :3])))


def _point(values: NDArray[np.float64]) -> Point:
    return float(values[0]), float(values[1]), float(values[2])
