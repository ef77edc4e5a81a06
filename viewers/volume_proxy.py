"""A volume at half size, for while it moves, or within what memory is worth; and what a ray through a volume meets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewers.types import Point, VolumeImage, WindowLevel
from viewers.volume_clip import HalfSpace, is_kept
from viewers.volume_presets import VolumePreset, opacity_of

# The CPU's ray caster keeps three bytes beside each voxel: 1,000 slices of 512 x 512 would take 0.8 GB for one picture.
MOST_VOXELS = 100_000_000
_SPARSE, _SHARES = 64, (1.0, 99.7)
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


def value_range(volume: VolumeImage) -> WindowLevel:
    """The modality values that nearly all voxels have, from a sample: single bright ones do not count."""
    steps = tuple(slice(None, None, max(1, size // _SPARSE)) for size in volume.pixels.shape)
    low, high = np.percentile(volume.pixels[steps], _SHARES) * volume.slope + volume.intercept
    low, high = min(low, high), max(low, high)
    return WindowLevel(float(low + high) / 2, max(float(high - low), 1e-6))


def is_within(volume: VolumeImage, most: int = MOST_VOXELS) -> bool:
    """Whether the CPU draws the volume as it is."""
    return volume.pixels.size <= most


def within(volume: VolumeImage, most: int = MOST_VOXELS) -> VolumeImage:
    """The same body in at most so many voxels: only the finest axes become coarser, linearly; same place in space."""
    if is_within(volume, most):
        return volume
    shape = volume.pixels.shape
    sizes = _coarser(shape, np.linalg.norm(volume.affine[:3, :3], axis=0), most)
    small = np.empty(sizes, dtype=volume.pixels.dtype)
    for number, at in enumerate(np.linspace(0, shape[0] - 1, sizes[0])):
        low = min(int(at), shape[0] - 2)
        plane = _mixed(volume.pixels[low], volume.pixels[low + 1], at - low)
        plane = _along(_along(plane, sizes[1]).T, sizes[2]).T
        small[number] = plane if small.dtype.kind == "f" else np.rint(plane)
    scale = np.diag([*((old - 1) / (new - 1) for old, new in zip(shape, sizes, strict=True)), 1.0])
    return replace(volume, pixels=small, affine=volume.affine @ scale)


def _coarser(shape: tuple[int, ...], steps_mm: NDArray[np.float64], most: int) -> tuple[int, int, int]:
    """Sizes at the finest even spacing that keeps within the limit."""
    low, high = float(steps_mm.min()), float(steps_mm.max() * max(shape))
    for _ in range(50):
        spacing = (low + high) / 2
        a, b, c = (
            max(min(size, int((size - 1) * step / spacing) + 1), 2)
            for size, step in zip(shape, steps_mm, strict=True)
        )
        low, high = (spacing, high) if a * b * c > most else (low, spacing)
        if a * b * c <= most:
            sizes = (a, b, c)
    return sizes


def _along(plane: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """Rows brought to another count."""
    if size == len(plane):
        return plane
    at = np.linspace(0, len(plane) - 1, size)
    low = np.minimum(at.astype(int), len(plane) - 2)
    return _mixed(plane[low], plane[low + 1], (at - low)[:, None])


def _mixed(low: NDArray[Any], high: NDArray[Any], share: float | NDArray[np.float64]) -> NDArray[np.float32]:
    part = np.float32(share) if isinstance(share, float) else share.astype(np.float32)
    return np.asarray(low * (1 - part) + high * part, dtype=np.float32)


def first_seen(
    volume: VolumeImage,
    ray: tuple[NDArray[np.float64], NDArray[np.float64]],
    chosen: VolumePreset,
    window: WindowLevel | None,
    spaces: tuple[HalfSpace, ...] = (),
) -> Point | None:
    """The first place along a ray that hides what lies behind it (the brightest in a MIP), LPS mm, or None.

    ray: a point anywhere on it, and the unit direction from the eye. spaces: what is not cut away.
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
    inside = np.all((index >= 0) & (index < volume.pixels.shape), axis=1) & is_kept(path, spaces)
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
