"""Segments of somebody else, brought onto the grid that a reader corrects."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from app.domain.geometry import Affine
from app.domain.masks import MaskBlock, MaskGrid
from app.domain.volume import CancelToken

SAME_MM = 1e-3


def blocks_of(
    labels: NDArray[np.integer],
    affine: Affine,
    numbers: Mapping[int, int],
    grid: MaskGrid,
    cancel: CancelToken,
) -> tuple[MaskBlock, ...]:
    """Nearest label at each voxel of the grid. numbers: label -> segment; labels without one are left out.

    A voxel of the grid whose centre lies outside of the labels' own voxels gets none. Each block is one segment's box.
    """
    if labels.shape == grid.shape and np.allclose(affine, grid.affine, atol=SAME_MM):
        placed: NDArray[np.integer] = labels
    else:
        placed = _resampled(labels, affine, grid, cancel)
    found = []
    for label, number in numbers.items():
        cancel.check()
        block = _block(placed, label, number)
        if block is not None:
            found.append(block)
    return tuple(found)


def _block(placed: NDArray[np.integer], label: int, number: int) -> MaskBlock | None:
    slices = [n for n in range(len(placed)) if (placed[n] == label).any()]
    if not slices:
        return None
    part = placed[slices[0] : slices[-1] + 1] == label
    rows, columns = (np.flatnonzero(part.any(axis=axes)) for axes in ((0, 2), (0, 1)))
    voxels = part[:, rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return MaskBlock(number, (slices[0], int(rows[0]), int(columns[0])), np.ascontiguousarray(voxels))


def _resampled(
    labels: NDArray[np.integer], affine: Affine, grid: MaskGrid, cancel: CancelToken
) -> NDArray[np.integer]:
    to_labels = np.linalg.inv(affine) @ grid.affine
    made = np.zeros(grid.shape, dtype=labels.dtype)
    rows, columns = np.arange(grid.shape[1])[:, None], np.arange(grid.shape[2])[None, :]
    for number, target in enumerate(made):
        cancel.check()
        index = [
            np.rint(
                to_labels[axis, 0] * number
                + to_labels[axis, 1] * rows
                + to_labels[axis, 2] * columns
                + to_labels[axis, 3]
            ).astype(np.int32)
            for axis in range(3)
        ]
        inside = np.ones(target.shape, dtype=np.bool_)
        for axis in range(3):
            inside &= (index[axis] >= 0) & (index[axis] < labels.shape[axis])
        target[inside] = labels[index[0][inside], index[1][inside], index[2][inside]]
    return made
