"""Shapes as signed distances in LPS mm: negative inside, about true near the surface.

Nothing here knows a grid. `Points` holds the coordinates of many places as arrays that broadcast against each
other, so an untilted axial grid costs three vectors instead of three volumes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float32]
Segments = tuple[
    NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]
]  # starts, ends (n, 3), radii (n, 2)
Box = NDArray[np.float64]  # (2, 3): low corner, high corner, LPS mm


Field = Callable[["Points"], Floats]


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Places in LPS mm; x, y, z broadcast to the shape of the grid they stand for."""

    x: Floats
    y: Floats
    z: Floats
    memo: dict[Field, Floats] = field(default_factory=dict)  # what `shared` fields gave here


@dataclass(frozen=True, slots=True, eq=False)
class Solid:
    """A closed shape with a density; hu is one number or a field of its own."""

    name: str
    distance: Field
    box: Box
    hu: float | Field
    frame: Box | None = None  # painted over this larger box, where `shared` fields are known already


@dataclass(frozen=True, slots=True, eq=False)
class Tubes:
    """Many tapering tubes painted as one: starts, ends (n, 3), radii (n, 2).

    flatten divides the craniocaudal distance, so 1.8 makes a section 1.8 times as high as it is thick.
    """

    name: str
    starts: NDArray[np.float64]
    ends: NDArray[np.float64]
    radii: NDArray[np.float64]
    hu: float
    flatten: float = 1.0


Part = Solid | Tubes


def ellipsoid(
    center: Sequence[float], semi_axes: Sequence[float], turn: NDArray[np.float64] | None = None
) -> Field:
    """An ellipsoid; turn (3, 3) has its axes as columns."""
    frame = np.eye(3) if turn is None else turn

    def distance(at: Points) -> Floats:
        offset = (at.x - np.float32(center[0]), at.y - np.float32(center[1]), at.z - np.float32(center[2]))
        squares = []
        for axis in range(3):
            terms = [
                part * np.float32(frame[i, axis])
                for i, part in enumerate(offset)
                if abs(frame[i, axis]) > 1e-9
            ]
            along = sum(terms[1:], terms[0])
            squares.append((along / np.float32(semi_axes[axis])) ** 2)
        rho = np.sqrt(squares[0] + squares[1] + squares[2])
        length = np.sqrt(offset[0] ** 2 + offset[1] ** 2 + offset[2] ** 2)
        # Along the ray from the centre the surface lies at length / rho.
        return np.asarray(length - length / np.maximum(rho, np.float32(1e-3)), dtype=np.float32)

    return distance


def box_field(center: Sequence[float], half_sizes: Sequence[float], rounding: float = 0.0) -> Field:
    """An upright box with rounded edges."""

    def distance(at: Points) -> Floats:
        over = [
            np.abs(part - np.float32(middle)) - np.float32(half - rounding)
            for part, middle, half in zip((at.x, at.y, at.z), center, half_sizes, strict=True)
        ]
        zero = np.float32(0)
        outside = np.sqrt(
            sum((np.maximum(part, zero) ** 2 for part in over[1:]), np.maximum(over[0], zero) ** 2)
        )
        inside = np.minimum(np.maximum(np.maximum(over[0], over[1]), over[2]), zero)
        return np.asarray(outside + inside - np.float32(rounding), dtype=np.float32)

    return distance


def shared(shape: Field) -> Field:
    """The same field, computed once for the same `Points`: for shapes that many others are made of."""

    def distance(at: Points) -> Floats:
        known = at.memo.get(shape)
        if known is None:
            known = at.memo[shape] = shape(at)
        return known

    return distance


def bounded(shape: Field, box: Box, far_mm: float = 30.0) -> Field:
    """The same field inside a box, far_mm outside of it: saves work where axes stay short."""

    def distance(at: Points) -> Floats:
        axes = (at.x, at.y, at.z)
        whole = np.broadcast_shapes(*(part.shape for part in axes))
        window = [slice(0, size) for size in whole]
        for part, low, high in zip(axes, box[0], box[1], strict=True):
            long = [axis for axis, size in enumerate(part.shape) if size > 1]
            if len(long) > 1:
                return shape(at)
            inside = np.flatnonzero((part >= low) & (part <= high))
            if not len(inside):
                return np.full((1,) * len(whole), far_mm, dtype=np.float32)
            if long:
                window[long[0]] = slice(inside[0], inside[-1] + 1)
        near = [
            part[tuple(w if size > 1 else slice(None) for w, size in zip(window, part.shape, strict=True))]
            for part in axes
        ]
        found = np.full(whole, far_mm, dtype=np.float32)
        found[tuple(window)] = shape(Points(near[0], near[1], near[2]))
        return found

    return distance


def common(*fields: Field) -> Field:
    """What lies in all of them."""

    def distance(at: Points) -> Floats:
        worst = fields[0](at)
        for other in fields[1:]:
            worst = np.maximum(worst, other(at))
        return worst

    return distance


def union(*fields: Field) -> Field:
    """What lies in any of them."""

    def distance(at: Points) -> Floats:
        best = fields[0](at)
        for other in fields[1:]:
            best = np.minimum(best, other(at))
        return best

    return distance


def outside(field: Field) -> Field:
    """What does not lie in it."""
    return lambda at: -field(at)


def grown(field: Field, by_mm: float) -> Field:
    """The shape with its surface moved outwards."""
    return lambda at: field(at) - np.float32(by_mm)


def rounded_common(radius_mm: float, *fields: Field) -> Field:
    """What lies in all of them, inner edges rounded off."""
    size = np.float32(radius_mm)

    def distance(at: Points) -> Floats:
        worst = fields[0](at)
        for shape in fields[1:]:
            other = shape(at)
            blend = np.maximum(size - np.abs(worst - other), np.float32(0)) / size
            worst = np.maximum(worst, other) + blend * blend * size * np.float32(0.25)
        return worst

    return distance


def box_around(center: ArrayLike, reach: ArrayLike) -> Box:
    """A bounding box; reach is one half size or three."""
    middle = np.asarray(center, dtype=float)
    half = np.broadcast_to(np.asarray(reach, dtype=float), (3,))
    return np.stack([middle - half, middle + half])


def smooth_profile(knots: Sequence[tuple[float, float]], sigma_mm: float = 5.0) -> Callable[[Floats], Floats]:
    """A smooth curve through about these (place, value) knots; constant beyond its ends."""
    places, values = np.asarray(knots, dtype=float).T
    fine = np.arange(places[0] - 30, places[-1] + 30, 1.0)
    kernel = np.exp(-0.5 * (np.arange(-15, 16) / sigma_mm) ** 2)
    raw = np.interp(fine, places, values)
    padded = np.pad(raw, 15, mode="edge")
    curve = np.convolve(padded, kernel / kernel.sum(), mode="valid").astype(np.float32)

    def value(at: Floats) -> Floats:
        return np.interp(at, fine, curve).astype(np.float32)

    return value


def chain(points: ArrayLike, radii: ArrayLike) -> Segments:
    """Starts, ends and radii of tubes along a polyline."""
    path = np.asarray(points, dtype=float)
    size = np.broadcast_to(np.asarray(radii, dtype=float), (len(path),))
    return path[:-1], path[1:], np.stack([size[:-1], size[1:]], axis=1)


def curve(points: ArrayLike, step_mm: float = 6.0) -> NDArray[np.float64]:
    """A smooth path (Catmull-Rom) through the points, sampled about every step_mm."""
    knots = np.asarray(points, dtype=float)
    padded = np.vstack([2 * knots[0] - knots[1], knots, 2 * knots[-1] - knots[-2]])
    path = []
    for i in range(len(knots) - 1):
        before, start, end, after = padded[i : i + 4]
        count = max(2, int(np.ceil(np.linalg.norm(end - start) / step_mm)))
        t = np.linspace(0, 1, count, endpoint=False)[:, None]
        path.append(
            0.5
            * (
                2 * start
                + (end - before) * t
                + (2 * before - 5 * start + 4 * end - after) * t**2
                + (3 * start - before - 3 * end + after) * t**3
            )
        )
    return np.vstack([*path, knots[-1:]])


def joined(pieces: Sequence[Segments]) -> Segments:
    """Many chains as one."""
    starts, ends, radii = (np.vstack([piece[k] for piece in pieces]) for k in range(3))
    return starts, ends, radii
