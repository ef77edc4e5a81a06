"""Where one image cuts through another: the line that a reader follows from a sagittal to an axial stack."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from viewers.geometry import normal_of, spatial
from viewers.types import Affine, Point

LEAST_DEG = 5.0  # planes nearer to parallel than this have no line that says anything
Line = tuple[Point, Point]


def corners_of(affine: Affine, rows: int, columns: int) -> NDArray[np.float64]:
    """(4, 3) LPS mm of an image's outer corners, in order round it; voxel centres lie at whole numbers."""
    ends = [(-0.5, -0.5), (-0.5, columns - 0.5), (rows - 0.5, columns - 0.5), (rows - 0.5, -0.5)]
    index = np.array([(0.0, row, column) for row, column in ends])
    corners: NDArray[np.float64] = index @ spatial(affine).T + affine[:3, 3]
    return corners


def cut(image: Affine, shape: tuple[int, int], other: Affine) -> Line | None:
    """The part of an image (rows, columns), in LPS mm, that lies in the plane of another one; None if there is none.

    Both affines lead from (slice, row, column) of one frame into the same frame of reference.
    """
    across = normal_of(other)
    if np.linalg.norm(np.cross(normal_of(image), across)) < np.sin(np.radians(LEAST_DEG)):
        return None
    corners = corners_of(image, *shape)
    heights = (corners - other[:3, 3]) @ across
    ends = []
    for here in range(4):
        there = (here + 1) % 4
        low, high = heights[here], heights[there]
        if (low < 0) != (high < 0):
            ends.append(corners[here] + (corners[there] - corners[here]) * (low / (low - high)))
    if len(ends) != 2:
        return None
    first, second = (tuple(float(part) for part in end) for end in ends)
    return (first[0], first[1], first[2]), (second[0], second[1], second[2])
