"""Shapes painted on a grid: partial volume at every surface, slab by slab, on all cores."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.geometry import Affine
from app.domain.volume import CancelToken, Progress
from app.phantom.shapes import Box, Field, Floats, Part, Points, Solid, Tubes

SLAB_VOXELS = 1_100_000  # about what stays in a core's cache per pass, found by trying
AIR_HU = -1000.0

Window = tuple[slice, slice, slice]


def points_of(affine: Affine, window: Window) -> Points:
    """Coordinates of the voxel centres of a window; zero entries of the affine keep their axes short."""
    axes = [
        np.arange(part.start, part.stop, dtype=np.float64).reshape([-1 if i == axis else 1 for i in range(3)])
        for axis, part in enumerate(window)
    ]
    coordinates: list[Floats] = []
    for row in affine[:3]:
        terms = [axis * weight for axis, weight in zip(axes, row[:3], strict=True) if abs(weight) > 1e-12]
        total: NDArray[np.float64] = (
            sum(terms[1:], terms[0] + row[3]) if terms else np.full((1, 1, 1), row[3])
        )
        coordinates.append(total.astype(np.float32))
    x, y, z = coordinates
    return Points(x, y, z)


def window_of(box: Box, inverse: Affine, shape: Sequence[int], margin: float = 1.5) -> Window | None:
    """Indices whose voxels a box can touch, or None if it misses the grid."""
    low, high = _touched(box[None, 0], box[None, 1], inverse, shape, margin)
    return None if np.any(high <= low) else _window(low[0], high[0])


def _touched(
    low: NDArray[np.float64], high: NDArray[np.float64], inverse: Affine, shape: Sequence[int], margin: float
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """First and past-the-last index (n, 3) of n boxes given by their corners (n, 3)."""
    middle = (low + high) / 2 @ inverse[:3, :3].T + inverse[:3, 3]
    half = (high - low) / 2 @ np.abs(inverse[:3, :3]).T + margin
    first = np.maximum(np.floor(middle - half), 0).astype(np.intp)
    return first, np.minimum(np.ceil(middle + half) + 1, shape).astype(np.intp)


def _window(low: NDArray[np.intp], high: NDArray[np.intp]) -> Window:
    return slice(low[0], high[0]), slice(low[1], high[1]), slice(low[2], high[2])


def paint(
    parts: Iterable[Part], affine: Affine, shape: tuple[int, int, int], ramp_mm: float | None = None
) -> Floats:
    """HU of a block of voxels: each part replaces what was there, by the share of the voxel that it fills.

    ramp_mm: width of the surfaces, that of a voxel unless given.
    """
    block = np.full(shape, AIR_HU, dtype=np.float32)
    inverse = np.linalg.inv(affine).astype(np.float64)
    ramp_mm = ramp_mm or float(abs(np.linalg.det(affine[:3, :3])) ** (1 / 3))
    known: dict[tuple[tuple[int, int], ...], Points] = {}

    def points(window: Window) -> Points:
        key = tuple((part.start, part.stop) for part in window)
        if key not in known:
            known[key] = points_of(affine, window)
        return known[key]

    for part in parts:
        if isinstance(part, Solid):
            _paint_solid(block, part, points, inverse, ramp_mm)
        else:
            _paint_tubes(block, part, affine, inverse, ramp_mm)
    return block


def coverage(distance: Floats, ramp_mm: float) -> Floats:
    """Share of a voxel that lies inside, from the distance of its centre to the surface."""
    share: Floats = np.clip(
        np.float32(0.5) - distance * np.float32(1 / ramp_mm), np.float32(0), np.float32(1)
    )
    return share


def slabs(affine: Affine, shape: tuple[int, int, int]) -> list[tuple[int, int, Affine]]:
    """(first, past the last, affine) of the slabs that a volume is painted in."""
    thick = max(1, SLAB_VOXELS // (shape[1] * shape[2]))
    found = []
    for first in range(0, shape[0], thick):
        own = affine.copy()
        own[:3, 3] += affine[:3, 0] * first
        found.append((first, min(first + thick, shape[0]), own))
    return found


def for_each_slab(
    work: Callable[[int, int, Affine], None],
    affine: Affine,
    shape: tuple[int, int, int],
    progress: Progress | None = None,
    cancel: CancelToken | None = None,
) -> None:
    """Run `work(first, past, affine)` over all slabs in threads; numpy lets them run side by side."""
    pieces = slabs(affine, shape)

    def one(piece: tuple[int, int, Affine]) -> None:
        if cancel is not None:
            cancel.check()
        work(*piece)

    with ThreadPoolExecutor(max_workers=min(8, os.cpu_count() or 1)) as pool:
        for done, _ in enumerate(pool.map(one, pieces), start=1):
            if progress is not None:
                progress(done / len(pieces), "")


def add_noise(block: Floats, first: int, sigma_hu: float, seed: int) -> None:
    """CT-like noise in place: one generator per slice, neighbours slightly correlated."""
    if sigma_hu <= 0:
        return
    for offset in range(len(block)):
        grain = np.random.default_rng((seed, first + offset)).standard_normal(
            block.shape[1:], dtype=np.float32
        )
        soft = grain.copy()
        soft[1:] += np.float32(0.55) * grain[:-1]
        soft[:, 1:] += np.float32(0.55) * grain[:, :-1]
        block[offset] += soft * np.float32(sigma_hu / np.sqrt(1 + 2 * 0.55**2))


def _blend(target: Floats, share: Floats, hu: float | Field, at: Points) -> None:
    value: Any = hu(at) if callable(hu) else np.float32(hu)  # Any: a number or an array, both broadcast
    target += share * (value - target)


def _paint_solid(
    block: Floats, part: Solid, points: Callable[[Window], Points], inverse: Affine, ramp_mm: float
) -> None:
    window = window_of(part.box, inverse, block.shape)
    if window is not None and part.frame is not None:
        window = window_of(part.frame, inverse, block.shape)
    if window is None:
        return
    at = points(window)
    _blend(block[window], coverage(part.distance(at), ramp_mm), part.hu, at)


def _paint_tubes(block: Floats, part: Tubes, affine: Affine, inverse: Affine, ramp_mm: float) -> None:
    """The nearest of all tubes decides, so joints leave no beads."""
    reach = part.radii.max(axis=1, keepdims=True) * np.array([1.0, 1.0, part.flatten]) + ramp_mm
    low, high = np.minimum(part.starts, part.ends) - reach, np.maximum(part.starts, part.ends) + reach
    first, past = _touched(low, high, inverse, block.shape, 0.5)
    hits = np.flatnonzero(np.all(past > first, axis=1))
    if not len(hits):
        return
    origin = first[hits].min(axis=0)
    whole = _window(origin, past[hits].max(axis=0))
    share = np.zeros(block[whole].shape, dtype=np.float32)
    for i in hits:
        near = share[_window(first[i] - origin, past[i] - origin)]
        own = _tube_share(points_of(affine, _window(first[i], past[i])), part, int(i), ramp_mm)
        np.maximum(near, own, out=near)
    block[whole] += share * (np.float32(part.hu) - block[whole])


def _tube_share(at: Points, part: Tubes, i: int, ramp_mm: float) -> Floats:
    scale = np.array([1.0, 1.0, 1.0 / part.flatten])
    start, along = part.starts[i] * scale, (part.ends[i] - part.starts[i]) * scale
    offset = (
        at.x - np.float32(start[0]),
        at.y - np.float32(start[1]),
        at.z * np.float32(scale[2]) - np.float32(start[2]),
    )
    length_squared = max(float(along @ along), 1e-9)
    dot = sum(
        (part_ * np.float32(a) for part_, a in zip(offset[1:], along[1:], strict=True)),
        offset[0] * np.float32(along[0]),
    )
    t = np.clip(dot * np.float32(1 / length_squared), np.float32(0), np.float32(1))
    squares = [(part_ - t * np.float32(a)) ** 2 for part_, a in zip(offset, along, strict=True)]
    r0, r1 = part.radii[i]
    distance = np.sqrt(squares[0] + squares[1] + squares[2]) - (np.float32(r0) + t * np.float32(r1 - r0))
    thin = min(1.0, (r0 + r1) / ramp_mm)  # a tube thinner than a voxel never fills it
    return coverage(distance, ramp_mm) * np.float32(thin)
