"""Affines from (slice, row, column) to LPS mm (PS3.3 C.7.6.2.1.1), and back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Affine = NDArray[np.float64]


def plane_affine(
    position_lps_mm: Sequence[float],
    orientation: Sequence[float],
    spacing_mm: Sequence[float],
    step_lps_mm: ArrayLike,
) -> Affine:
    """Affine of a stack from the first slice's position, six cosines, (row, column) spacing and slice step."""
    along_row = np.asarray(orientation[:3], dtype=float)
    along_column = np.asarray(orientation[3:], dtype=float)
    affine = np.eye(4)
    affine[:3, 0] = np.asarray(step_lps_mm, dtype=float)
    affine[:3, 1] = along_column * spacing_mm[0]
    affine[:3, 2] = along_row * spacing_mm[1]
    affine[:3, 3] = position_lps_mm
    return affine


def index_to_lps(affine: Affine, index: ArrayLike) -> NDArray[np.float64]:
    """(..., 3) indices (slice, row, column) to LPS mm; voxel centres lie at whole numbers."""
    points = np.asarray(index, dtype=float)
    return points @ affine[:3, :3].T + affine[:3, 3]


def lps_to_index(affine: Affine, lps_mm: ArrayLike) -> NDArray[np.float64]:
    """(..., 3) LPS mm to fractional indices (slice, row, column)."""
    points: NDArray[np.float64] = np.asarray(lps_mm, dtype=float)
    columns = (points - affine[:3, 3]).reshape(-1, 3).T
    index = np.linalg.solve(affine[:3, :3], columns).T.astype(np.float64)
    return index.reshape(points.shape)


def spacing_of(affine: Affine) -> tuple[float, float, float]:
    """Distance in mm between slices, rows and columns."""
    lengths = np.linalg.norm(affine[:3, :3], axis=0)
    return float(lengths[0]), float(lengths[1]), float(lengths[2])


def normal_of(affine: Affine) -> NDArray[np.float64]:
    """Unit vector (3,) across the rows and columns of a slice, LPS; zero where it has no extent."""
    across = np.cross(affine[:3, 2], affine[:3, 1])
    return np.asarray(across / (np.linalg.norm(across) or 1.0), dtype=np.float64)


def is_acquired_plane(affine: Affine, shape: Sequence[int], normal: ArrayLike) -> bool:
    """Whether a plane with this normal (LPS) shows slices as they were imaged, and is not cut across them.

    affine, shape: of a volume, (slices, rows, columns). Slices are told by their rows and columns, not by the way
    they are stacked, which a tilted gantry shears. Rounded cosines turn a plane a little; as long as no point of the
    picture strays from its slice by half the distance between slices, it is that slice.
    """
    across = normal_of(affine)
    given = np.asarray(normal, dtype=float)
    given = given / np.linalg.norm(given)
    sine = float(np.linalg.norm(np.cross(across, given)))
    _, row_mm, column_mm = spacing_of(affine)
    half_diagonal = 0.5 * float(np.hypot((shape[1] - 1) * row_mm, (shape[2] - 1) * column_mm))
    distance = abs(float(affine[:3, 0] @ across))
    return sine * half_diagonal < 0.5 * distance and float(abs(across @ given)) > 0.5
