"""What of a volume is cut away: a box along its own axes, moved by handles, and one plane across it. Numpy alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from viewers.types import Point, VolumeImage

Vector = NDArray[np.float64]
THINNEST = 0.02  # of the volume's extent: what always stays between two sides


@dataclass(frozen=True, slots=True)
class HalfSpace:
    """Kept is what lies on the side that the unit normal points to. point, normal: LPS mm."""

    point: Point
    normal: Point


@dataclass(frozen=True, slots=True)
class Crop:
    """What is kept: from low to high, shares of the volume's extent along (slice, row, column)."""

    low: Point = (0.0, 0.0, 0.0)
    high: Point = (1.0, 1.0, 1.0)

    def moved(self, axis: int, *, is_high: bool, to: float) -> Crop:
        """One side elsewhere; it never passes the other."""
        low, high = list(self.low), list(self.high)
        if is_high:
            high[axis] = min(max(to, low[axis] + THINNEST), 1.0)
        else:
            low[axis] = max(min(to, high[axis] - THINNEST), 0.0)
        return replace(self, low=(low[0], low[1], low[2]), high=(high[0], high[1], high[2]))


@dataclass(frozen=True, slots=True)
class Handle:
    """The middle of one side of the box."""

    axis: int
    is_high: bool
    point: Point


def place_at(volume: VolumeImage, share: Vector) -> Vector:
    """LPS mm of shares of the extent, borders of the outer voxels being 0 and 1; (..., 3)."""
    index = np.asarray(share) * np.array(volume.pixels.shape[:3]) - 0.5
    return np.asarray(index @ volume.affine[:3, :3].T + volume.affine[:3, 3])


def handles(crop: Crop, volume: VolumeImage) -> tuple[Handle, ...]:
    """Six of them."""
    middle = (np.asarray(crop.low) + crop.high) / 2
    found = []
    for axis, is_high in product(range(3), (False, True)):
        share = middle.copy()
        share[axis] = (crop.high if is_high else crop.low)[axis]
        found.append(Handle(axis, is_high, _point(place_at(volume, share))))
    return tuple(found)


def edges(crop: Crop, volume: VolumeImage) -> tuple[tuple[Point, Point], ...]:
    """The twelve edges of the box, LPS mm."""
    corners = [np.where(bits, crop.high, crop.low) for bits in product((False, True), repeat=3)]
    pairs = [(a, b) for a, b in combinations(corners, 2) if np.count_nonzero(a != b) == 1]
    return tuple((_point(place_at(volume, a)), _point(place_at(volume, b))) for a, b in pairs)


def sides(crop: Crop, volume: VolumeImage) -> tuple[HalfSpace, ...]:
    """The half-spaces whose common part the box is; a side that cuts nothing away is left out."""
    across = np.linalg.inv(volume.affine[:3, :3])
    found = []
    for handle in handles(crop, volume):
        share = (crop.high if handle.is_high else crop.low)[handle.axis]
        if share == (1.0 if handle.is_high else 0.0):
            continue
        inward = across[handle.axis] * (-1.0 if handle.is_high else 1.0)
        found.append(HalfSpace(handle.point, _point(inward / np.linalg.norm(inward))))
    return tuple(found)


def share_per_px(volume: VolumeImage, axis: int, on_screen: Vector) -> Vector:
    """(x, y): how much of the extent along an axis a drag of one pixel is. on_screen: (3, 2) pixels per mm of LPS."""
    step = volume.affine[:3, axis] * volume.pixels.shape[axis]
    way = step @ on_screen
    length = float(way @ way)
    return np.asarray(way / length) if length > 1.0 else np.zeros(2)


def is_kept(points: Vector, spaces: tuple[HalfSpace, ...]) -> NDArray[np.bool_]:
    """Which of (n, 3) points nothing cuts away."""
    kept = np.ones(len(points), dtype=np.bool_)
    for space in spaces:
        kept &= (points - np.asarray(space.point)) @ np.asarray(space.normal) >= -1e-9
    return kept


def _point(place: Vector) -> Point:
    x, y, z = (float(part) for part in place)
    return x, y, z
