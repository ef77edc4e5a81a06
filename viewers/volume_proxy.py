"""A volume at half size, for while it moves, and what a ray through a volume meets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from viewers.types import Point, VolumeImage, WindowLevel
from viewers.volume_presets import VolumePreset, opacity_of

FIRST_SEEN = 0.3  # a ray has met something once it has lost this share of its light


def half_size(volume: VolumeImage) -> VolumeImage:
    """Means of 2 x 2 x 2 voxels (fewer along axes shorter than 16), two slices at a time; same place in space."""
    shape = volume.pixels.shape
    steps = [2 if size >= 16 else 1 for size in shape]
    sizes = [size // step for size, step in zip(shape, steps, strict=True)]
    small = np.empty(sizes, dtype=volume.pixels.dtype)
    for index in range(sizes[0]):
        slab = volume.pixels[index * steps[0] : (index + 1) * steps[0]]
        slab = slab[:, : sizes[1] * steps[1], : sizes[2] * steps[2]]
        parts = slab.reshape(steps[0], sizes[1], steps[1], sizes[2], steps[2])
        small[index] = parts.mean(axis=(0, 2, 4), dtype=np.float32)
    scale = np.diag([*map(float, steps), 1.0])
    scale[:3, 3] = [(step - 1) / 2 for step in steps]
    return replace(volume, pixels=small, affine=volume.affine @ scale)


def first_seen(
    volume: VolumeImage,
    ray: tuple[NDArray[np.float64], NDArray[np.float64]],
    chosen: VolumePreset,
    window: WindowLevel | None,
) -> Point | None:
    """The first place along a ray that hides what lies behind it (the brightest in a MIP), LPS mm, or None.

    ray: a point anywhere on it, and the unit direction from the eye.
    """
    point, direction = ray
    corners = np.array(np.meshgrid(*[(0, size - 1) for size in volume.pixels.shape])).reshape(3, -1).T
    places = corners @ volume.affine[:3, :3].T + volume.affine[:3, 3]
    along = (places - point) @ direction
    step = float(np.linalg.norm(volume.affine[:3, :3], axis=0).min()) * 0.5
    reach = np.arange(along.min(), along.max() + step, step)
    path = point + reach[:, None] * direction
    index = np.linalg.solve(volume.affine[:3, :3], (path - volume.affine[:3, 3]).T).T
    index = np.rint(index).astype(int)
    inside = np.all((index >= 0) & (index < volume.pixels.shape), axis=1)
    if not inside.any():
        return None
    path, index = path[inside], index[inside]
    values = volume.pixels[tuple(index.T)].astype(np.float32) * volume.slope + volume.intercept
    alpha = opacity_of(values, chosen, window)
    if chosen.mip:
        best = int(np.argmax(values))
        return None if alpha[best] <= 0 else _point(path[best])
    lost = 1 - np.cumprod((1 - np.minimum(alpha, 0.999)) ** step)
    if lost[-1] < FIRST_SEEN:
        return None
    return _point(path[int(np.argmax(lost >= FIRST_SEEN))])


def _point(place: NDArray[np.float64]) -> Point:
    x, y, z = (float(part) for part in place)
    return x, y, z
