"""Uneven or gapped slices to an even grid, so that planes and 3D can be drawn where things lie.

Values between two slices are interpolated only where the slices are near enough to belong together; where they are not,
the grid stays empty. A gap is never filled with what was not imaged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.domain.geometry import plane_affine
from app.domain.volume import Affine, Pixels

BRIDGED = 1.5  # a step this much longer than both its neighbours is a gap (ours)
FINEST = 4  # at most this many planes for each slice; else one pair of close slices would make thousands
ON_SLICE = 0.01  # share of a step within which a plane is the slice itself, so that it is not blurred
SHIFT_PX = 0.05  # less than this is left where it is

EMPTY = -1


@dataclass(frozen=True, slots=True, eq=False)
class RegularGrid:
    """How the planes of an even grid come from the slices of a stack.

    affine: (plane, row, column) -> LPS mm. below, above: (planes,) indices of the slices on both sides, EMPTY where
    nothing was imaged; share: (planes,) of the one above. shifts: (slices, 2) rows and columns by which a slice's
    origin lies beside the line through the stack. step_mm: between planes, along the normal of the slices.
    """

    affine: Affine
    below: NDArray[np.intp]
    above: NDArray[np.intp]
    share: NDArray[np.float64]
    shifts: NDArray[np.float64]
    step_mm: float

    @property
    def planes(self) -> int:
        """Planes of the grid."""
        return len(self.below)

    @property
    def empty(self) -> int:
        """Planes at which nothing was imaged."""
        return int(np.count_nonzero(self.below == EMPTY))

    @property
    def nearest(self) -> NDArray[np.intp]:
        """(planes,) index of the slice nearest to each plane; of an empty one, the last before it."""
        chosen = np.where(self.share > 0.5, self.above, self.below)
        filled: NDArray[np.intp] = np.maximum.accumulate(chosen)
        return filled


def plan_grid(
    positions_lps_mm: NDArray[np.float64], orientation: Sequence[float], spacing_mm: Sequence[float]
) -> RegularGrid | None:
    """A grid for slices in the order of their places; None where two of them lie in one place.

    positions_lps_mm: (slices, 3) Image Position (Patient). orientation: six cosines. spacing_mm: (row, column).
    """
    along_row, along_column = np.asarray(orientation[:3], float), np.asarray(orientation[3:], float)
    normal = np.cross(along_row, along_column)
    depths = positions_lps_mm @ normal
    gaps = np.diff(depths)
    if len(depths) < 2 or gaps.min() <= 0:
        return None
    total = float(depths[-1] - depths[0])
    count = _planes(gaps, total)
    at = np.linspace(depths[0], depths[-1], count)
    below, above, share = _neighbours(depths, at, _is_bridged(gaps))
    line = positions_lps_mm[-1] - positions_lps_mm[0]
    expected = positions_lps_mm[0] + np.outer((depths - depths[0]) / total, line)
    beside = positions_lps_mm - expected
    shifts = np.column_stack((beside @ along_column / spacing_mm[0], beside @ along_row / spacing_mm[1]))
    affine = plane_affine(positions_lps_mm[0], orientation, spacing_mm, line / (count - 1))
    return RegularGrid(affine, below, above, share, shifts, total / (count - 1))


def on_grid(slices: Pixels, grid: RegularGrid, padding: tuple[int, int] | None) -> tuple[Pixels, int | None]:
    """Slices (slices, rows, columns) of stored values on the grid, and the stored value of what was not imaged.

    padding: stored values, both ends included, that are no image; they are never mixed with what is. The value is None
    where every voxel was imaged. A type that has no value left for what was not imaged becomes int32.
    """
    straying = np.abs(grid.shifts).max(axis=1) > SHIFT_PX
    if not grid.empty and not straying.any():
        return _filled(slices, grid, padding, 0), None
    nothing, dtype = _value_for_nothing(slices, padding)
    slices = slices.astype(dtype, copy=False)
    if straying.any():
        slices = slices.copy()
        for index in np.flatnonzero(straying):
            slices[index] = _shifted(slices[index], grid.shifts[index], nothing, padding)
    return _filled(slices, grid, padding or (nothing, nothing), nothing), nothing


def _planes(gaps: NDArray[np.float64], total: float) -> int:
    """As fine as the closest slices, and no finer than is worth its memory."""
    finest = max(float(gaps.min()), total / (FINEST * len(gaps)))
    return max(round(total / finest), len(gaps)) + 1


def _is_bridged(gaps: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which steps join slices that belong together: those no longer than half again the longer neighbour."""
    if len(gaps) == 1:
        return np.ones(1, dtype=bool)
    before = np.concatenate((gaps[1:2], gaps[:-1]))
    after = np.concatenate((gaps[1:], gaps[-2:-1]))
    joined: NDArray[np.bool_] = gaps <= BRIDGED * np.maximum(before, after)
    return joined


def _neighbours(
    depths: NDArray[np.float64], at: NDArray[np.float64], bridged: NDArray[np.bool_]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    below = np.clip(np.searchsorted(depths, at, side="right") - 1, 0, len(depths) - 2).astype(np.intp)
    above = below + 1
    gap = depths[above] - depths[below]
    share = np.clip((at - depths[below]) / gap, 0.0, 1.0)
    step = at[1] - at[0]
    # Within half a plane of a slice a plane shows that slice; further into a gap it shows nothing.
    reach = 0.5 + 0.05
    is_low, is_high = share * gap <= reach * step, (1 - share) * gap <= reach * step
    joined = bridged[below]
    exact = share.copy()
    exact[share * gap <= ON_SLICE * step] = 0.0
    exact[(1 - share) * gap <= ON_SLICE * step] = 1.0
    parted = np.where(is_high & ((1 - share) < share), 1.0, 0.0)
    share = np.where(joined, exact, parted)
    nothing = ~joined & ~is_low & ~is_high
    return np.where(nothing, EMPTY, below), np.where(nothing, EMPTY, above), share


def _value_for_nothing(slices: Pixels, padding: tuple[int, int] | None) -> tuple[int, np.dtype[np.generic]]:
    """A stored value that no voxel has; just below the smallest, so that edges drawn smooth do not glare."""
    if padding is not None:
        return padding[0], slices.dtype
    low = float(slices.min())
    if slices.dtype.kind == "f":
        return int(np.floor(low)) - 1, slices.dtype
    if low > np.iinfo(slices.dtype).min:
        return int(low) - 1, slices.dtype
    return int(low) - 1, np.dtype(np.int32 if slices.dtype.itemsize < 4 else np.float32)


def _filled(slices: Pixels, grid: RegularGrid, padding: tuple[int, int] | None, nothing: int) -> Pixels:
    planes = np.empty((grid.planes, *slices.shape[1:]), dtype=slices.dtype)
    for number, (below, above, share) in enumerate(zip(grid.below, grid.above, grid.share, strict=True)):
        if below == EMPTY:
            planes[number] = nothing
        elif share in {0.0, 1.0}:
            planes[number] = slices[above if share else below]
        else:
            planes[number] = _between(slices[below], slices[above], float(share), padding)
    return planes


def _between(low: Pixels, high: Pixels, share: float, padding: tuple[int, int] | None) -> Pixels:
    """Linear; where one of the two is no image, the nearer of them as it is."""
    mixed = low.astype(np.float32) * np.float32(1 - share) + high.astype(np.float32) * np.float32(share)
    plane = mixed.astype(low.dtype) if low.dtype.kind == "f" else np.rint(mixed).astype(low.dtype)
    if padding is not None:
        unsure = _within(low, padding) | _within(high, padding)
        nearer = high if share > 0.5 else low
        plane[unsure] = nearer[unsure]
    return plane


def _shifted(
    plane: Pixels, shift: NDArray[np.float64], nothing: int, padding: tuple[int, int] | None
) -> Pixels:
    """A slice moved to the line of the stack; shift: rows and columns by which it lies beside it."""
    from scipy.ndimage import shift as moved

    whole = moved(plane.astype(np.float32), shift, order=1, mode="constant", cval=float(nothing))
    kept = np.asarray(whole if plane.dtype.kind == "f" else np.rint(whole)).astype(plane.dtype)
    is_image = np.ones(plane.shape, np.float32)
    if padding is not None:
        is_image[_within(plane, padding)] = 0.0
    # Whatever is partly made of what is no image is no image.
    kept[moved(is_image, shift, order=1, mode="constant", cval=0.0) < 0.999] = nothing
    return kept


def _within(values: Pixels, padding: tuple[int, int]) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = (values >= padding[0]) & (values <= padding[1])
    return inside
