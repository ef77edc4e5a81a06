"""Volume and diameters of a mask, in mm of the space that its affine leads to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.finding import Point
from app.domain.volume import Affine

MM3_PER_ML = 1000.0
STEP = 0.25  # voxels between the places that are tried for the short axis (ours)
FINE = 20  # so many times finer its ends are then found
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class MaskFigures:
    """What is told of one region.

    long_mm: the largest distance between two points of its outline within one slice; short_mm: the longest way through
    the region at a right angle to it, on the same slice (RECIST 1.1). Both run from edge to edge of voxels, not
    between their centres. slice_index counts the mask's slices.
    """

    voxels: int
    volume_ml: float
    slice_index: int
    long_mm: float
    short_mm: float
    long_ends: tuple[Point, Point]
    short_ends: tuple[Point, Point]


def piece_at(mask: Mask, index: tuple[int, int, int]) -> Mask:
    """The connected piece (by faces, edges and corners) that holds a voxel; empty where the voxel is outside."""
    from scipy import ndimage

    labels, _ = ndimage.label(mask, structure=np.ones((3, 3, 3)))
    number = int(labels[index])
    made: Mask = (labels == number) if number else np.zeros_like(mask)
    return made


def volume_ml(mask: Mask, affine: Affine) -> float:
    """Number of voxels times the volume of one."""
    return float(np.count_nonzero(mask)) * abs(float(np.linalg.det(affine[:3, :3]))) / MM3_PER_ML


def figures_of(mask: Mask, affine: Affine) -> MaskFigures | None:
    """mask: (slices, rows, columns); affine: index -> mm. None for an empty mask."""
    slices = [int(one) for one in np.flatnonzero(mask.any(axis=(1, 2)))]
    if not slices:
        return None
    longest = [_farthest(outline_points(mask[one]), affine) for one in slices]
    place = int(np.argmax([length for length, _ in longest]))
    number, (long_mm, pair) = slices[place], longest[place]
    short = _across(mask[number], pair, affine)
    long_ends, short_ends = _placed(pair, number, affine), _placed(short, number, affine)
    return MaskFigures(
        int(np.count_nonzero(mask)),
        volume_ml(mask, affine),
        number,
        long_mm,
        float(np.linalg.norm(np.subtract(*short_ends))),
        long_ends,
        short_ends,
    )


def outline_points(mask: Mask) -> NDArray[np.float64]:
    """(n, 2) row and column of the middle of every step from a voxel inside to its neighbour outside."""
    wide = np.pad(mask, 1)
    found = []
    for axis in (0, 1):
        other = np.roll(wide, -1, axis=axis)
        steps = np.argwhere(wide != other).astype(np.float64)
        steps[:, axis] += 0.5
        found.append(steps - 1)
    return np.concatenate(found)


def _farthest(points: NDArray[np.float64], affine: Affine) -> tuple[float, NDArray[np.float64]]:
    """The largest distance in mm of two points (row, column), and the two."""
    corners = _hull(points)
    mm = corners @ affine[:3, 1:3].T
    away = np.linalg.norm(mm[:, None] - mm[None], axis=2)
    first, second = np.unravel_index(int(np.argmax(away)), away.shape)
    return float(away[first, second]), corners[[first, second]]


def _hull(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Corners of the convex hull: the two that lie farthest apart are among them, in any affine picture."""
    from scipy.spatial import ConvexHull

    corners: NDArray[np.float64] = points[ConvexHull(points).vertices]
    return corners


def _across(mask: Mask, pair: NDArray[np.float64], affine: Affine) -> NDArray[np.float64]:
    """Ends (row, column) of the longest way through the mask at a right angle to a line, in mm."""
    to_mm: NDArray[np.float64] = affine[:3, 1:3]
    along = pair[1] - pair[0]
    metric = to_mm.T @ to_mm  # lengths and angles of steps in (row, column)
    step = np.array([-(metric[1] @ along), metric[0] @ along])
    step = step / np.linalg.norm(step) * STEP
    count = max(int(np.linalg.norm(along) / STEP), 1)
    starts = (pair[0] + share * along for share in (np.arange(count) + 0.5) / count)
    runs = [(run, start) for start in starts if (run := _run(mask, start, step)) is not None]
    if not runs:
        return pair
    _, start = max(runs, key=lambda found: float(np.linalg.norm(found[0][1] - found[0][0])))
    fine = _run(mask, start, step / FINE)
    return pair if fine is None else fine


def _run(mask: Mask, start: NDArray[np.float64], step: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Ends of the longest stretch inside on the line through a place; None where it meets nothing."""
    reach = int(np.ceil(np.hypot(*mask.shape) / np.linalg.norm(step)))
    line = start + np.arange(-reach, reach + 1)[:, None] * step
    ends = _longest_run(_inside(mask, line))
    return None if ends is None else line[list(ends)] + np.array([[-0.5], [0.5]]) * step


def _inside(mask: Mask, places: NDArray[np.float64]) -> NDArray[np.bool_]:
    index = np.rint(places).astype(int)
    valid = np.all((index >= 0) & (index < mask.shape), axis=1)
    found: NDArray[np.bool_] = np.zeros(len(places), dtype=np.bool_)
    found[valid] = mask[index[valid, 0], index[valid, 1]]
    return found


def _longest_run(inside: NDArray[np.bool_]) -> tuple[int, int] | None:
    """First and last place of the longest stretch that is inside."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], inside, [False]]).astype(np.int8)))
    if not len(edges):
        return None
    starts, stops = edges[0::2], edges[1::2]
    longest = int(np.argmax(stops - starts))
    return int(starts[longest]), int(stops[longest]) - 1


def _placed(ends: NDArray[np.float64], number: int, affine: Affine) -> tuple[Point, Point]:
    index: NDArray[Any] = np.column_stack([np.full(2, float(number)), ends])
    first, second = index @ affine[:3, :3].T + affine[:3, 3]
    return (
        (float(first[0]), float(first[1]), float(first[2])),
        (float(second[0]), float(second[1]), float(second[2])),
    )
