"""Which voxels a brush covers as it goes from one point to the next, in LPS mm; right in any geometry.

A ball takes every voxel whose centre lies within the radius of the way. A disc takes those of the one layer that its
plane cuts: of each column of voxels most square to the plane the one nearest to it, so that it leaves no holes and
is nowhere two voxels thick (a naive digital plane: Reveilles 1991).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from viewers.geometry import index_at, spatial
from viewers.masks.bricks import Block, Index
from viewers.types import Affine, Point

Vector = NDArray[np.float64]
SLACK = 1e-6  # of a layer: a plane midway between two layers takes one of them, never both and never none


def ball(affine: Affine, shape: Index, way: tuple[Point, Point], radius_mm: float) -> Block | None:
    """Voxels whose centres are within a radius of the way; None where there is none."""
    across = np.linalg.inv(spatial(affine))
    reach = radius_mm * np.linalg.norm(across, axis=1)
    return _covered(affine, _range(affine, shape, way, reach), way, radius_mm, None)


def disc(
    affine: Affine, shape: Index, way: tuple[Point, Point], radius_mm: float, normal: Vector
) -> Block | None:
    """The same in the one layer of voxels that the plane through the way cuts. normal: unit vector."""
    across = np.linalg.inv(spatial(affine))
    half = layer_mm(affine, normal) / 2
    lean = across @ normal
    flat = np.sqrt(np.maximum(np.sum(across**2, axis=1) - lean**2, 0.0))
    reach = radius_mm * flat + half * (1 + SLACK) * np.abs(lean)
    return _covered(affine, _range(affine, shape, way, reach), way, radius_mm, normal)


def layer_mm(affine: Affine, normal: Vector) -> float:
    """How thick the thinnest layer of voxels along a plane is that has no holes. normal: unit vector."""
    return float(np.abs(spatial(affine).T @ normal).max())


def _range(
    affine: Affine, shape: Index, way: tuple[Point, Point], reach: Vector
) -> tuple[range, range, range]:
    """Indices that may be covered."""
    ends = np.array([index_at(affine, point) for point in way])
    low = np.maximum(np.ceil(ends.min(axis=0) - reach - 1e-9), 0).astype(int)
    high = np.minimum(np.floor(ends.max(axis=0) + reach + 1e-9), np.array(shape) - 1).astype(int)
    spans = [range(int(first), int(last) + 1) for first, last in zip(low, high, strict=True)]
    return spans[0], spans[1], spans[2]


def _covered(
    affine: Affine,
    spans: tuple[range, range, range],
    way: tuple[Point, Point],
    radius_mm: float,
    normal: Vector | None,
) -> Block | None:
    if not all(spans):
        return None
    part = spatial(affine)
    begin, end = (np.asarray(point, dtype=np.float64) for point in way)
    along = end - begin
    rows, columns = np.array(spans[1], dtype=np.float64), np.array(spans[2], dtype=np.float64)
    in_layer = rows[:, None, None] * part[:, 1] + columns[None, :, None] * part[:, 2]
    voxels = np.zeros(tuple(map(len, spans)), dtype=np.bool_)
    half = layer_mm(affine, normal) / 2 if normal is not None else 0.0
    for number, layer in enumerate(spans[0]):  # one layer at a time stays in the processor's cache
        offset = in_layer + (affine[:3, 3] + layer * part[:, 0] - begin)
        voxels[number] = _is_near(offset, along, radius_mm, normal, half)
    if not voxels.any():
        return None
    return Block((spans[0][0], spans[1][0], spans[2][0]), voxels)


def _is_near(
    offset: Vector, along: Vector, radius_mm: float, normal: Vector | None, half: float
) -> NDArray[np.bool_]:
    """offset: (rows, columns, 3) from the begin of the way to the voxels' centres."""
    height = offset @ normal if normal is not None else None
    if normal is not None and height is not None:
        offset = offset - height[..., None] * normal
        along = along - (along @ normal) * normal
    length = float(along @ along)
    if length > 0.0:
        share = np.clip(offset @ along / length, 0.0, 1.0)
        offset = offset - share[..., None] * along
    near: NDArray[np.bool_] = np.einsum("...i,...i", offset, offset) <= radius_mm**2
    if height is not None:
        near &= (height > half * (2 * SLACK - 1)) & (height <= half * (2 * SLACK + 1))
    return near
