"""Fill between slices: the shape between two outlined slices, by distance to the edge.

After Raya and Udupa, "Shape-based interpolation of multidimensional objects", IEEE Trans Med Imaging 9 (1990) 32:
each outlined slice becomes its signed distance to the edge in mm; between two of them the distances are mixed by
place, and what is not outside belongs to the shape. Outlines that do not overlap are first moved towards each other
(after Herman, Zheng and Bucholtz, IEEE Comput Graph Appl 12 (1992) 69), so that an oblique vessel is not cut in two.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from viewers.masks.bricks import Block, Bricks, Mask
from viewers.types import Affine


def filled(segment: Bricks, affine: Affine, axis: int) -> Block | None:
    """The segment with every empty layer between two outlined ones filled; None where no layer is empty.

    axis: 0 slices, 1 rows, 2 columns: across the layers that were outlined.
    """
    box = segment.bounds()
    if box is None:
        return None
    voxels = np.moveaxis(segment.read(box), axis, 0)
    steps = np.delete(np.linalg.norm(affine[:3, :3], axis=0), axis)
    outlined = np.flatnonzero(voxels.any(axis=(1, 2)))
    gaps = [(int(low), int(high)) for low, high in pairwise(outlined) if high - low > 1]
    if not gaps:
        return None
    whole = voxels.copy()
    distances: dict[int, NDArray[np.float64]] = {}
    for low, high in gaps:
        for layer in (low, high):
            if layer not in distances:
                distances[layer] = _signed_mm(voxels[layer], (float(steps[0]), float(steps[1])))
        ends = distances[low], distances[high]
        apart = _way(voxels[low], voxels[high])
        for layer in range(low + 1, high):
            whole[layer] = _mixed(ends, apart, (layer - low) / (high - low))
    return Block(box.start, np.moveaxis(whole, 0, axis))


def _way(low: Mask, high: Mask) -> NDArray[np.float64] | None:
    """From the middle of one outline to the other's, in pixels, where they do not overlap; else None."""
    if np.any(low & high):
        return None
    way: NDArray[np.float64] = np.argwhere(high).mean(axis=0) - np.argwhere(low).mean(axis=0)
    return way


def _mixed(
    ends: tuple[NDArray[np.float64], NDArray[np.float64]], way: NDArray[np.float64] | None, share: float
) -> Mask:
    """The shape at a share of the way from the first end to the second."""
    from scipy import ndimage

    low, high = ends
    if way is not None:
        low = ndimage.shift(low, share * way, order=1, mode="nearest")
        high = ndimage.shift(high, (share - 1) * way, order=1, mode="nearest")
    return np.asarray((1 - share) * low + share * high >= 0)


def _signed_mm(layer: Mask, steps: tuple[float, float]) -> NDArray[np.float64]:
    """Distance to the edge, half a voxel outside of the outermost centres: above zero inside, below outside."""
    from scipy import ndimage

    wide = np.pad(layer, 1)
    inside = ndimage.distance_transform_edt(wide, sampling=steps)
    outside = ndimage.distance_transform_edt(~wide, sampling=steps)
    half = min(steps) / 2
    signed = np.where(wide, inside - half, half - outside)
    return np.asarray(signed[1:-1, 1:-1], dtype=np.float64)
