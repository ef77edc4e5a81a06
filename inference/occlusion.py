"""Heat for any network: cover one part of the picture after another and see how much of the score goes with it.

After Zeiler and Fergus 2014 (arXiv:1311.2901). It says what the score hangs on, not where a lesion is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Cell = tuple[slice, slice, slice]
Scores = Callable[[Floats], NDArray[np.float64]]
FLAT_GRID = (1, 14, 14)  # 196 passes: a cell of 16 pixels at 224
DEEP_GRID = (4, 6, 6)


def occlusion(
    values: Floats, grid: tuple[int, int, int], batch: int, scores: Scores, told: Callable[[float], None]
) -> Floats:
    """Loss of score for each cell of a grid, 0 where covering it raised the score; shape `grid`.

    values: (slices, rows, columns). scores: (n, slices, rows, columns) -> (n,). Covered is filled with the mean of the
    picture. grid is cut down to the shape where that is smaller.
    """
    shape = tuple(min(wanted, have) for wanted, have in zip(grid, values.shape, strict=True))
    whole = float(scores(values[None])[0])
    fill = values.mean(dtype=np.float64)
    cells = list(_cells(values.shape, shape))
    lost = np.zeros(len(cells), np.float32)
    for start in range(0, len(cells), batch):
        some = cells[start : start + batch]
        covered = np.repeat(values[None], len(some), axis=0)
        for number, cell in enumerate(some):
            covered[number][cell] = fill
        lost[start : start + len(some)] = whole - scores(covered)
        told((start + len(some)) / len(cells))
    return np.maximum(lost, 0).reshape(shape)


def default_grid(shape: tuple[int, ...]) -> tuple[int, int, int]:
    """Fine over a single slice, coarse through many."""
    return FLAT_GRID if shape[0] == 1 else DEEP_GRID


def _cells(shape: tuple[int, ...], grid: tuple[int, ...]) -> Iterator[Cell]:
    """Cells that together cover the picture once, in the order of the grid."""
    for index in np.ndindex(*grid):
        bounds = [
            slice(math.floor(number * have / count), math.floor((number + 1) * have / count))
            for number, have, count in zip(index, shape, grid, strict=True)
        ]
        yield bounds[0], bounds[1], bounds[2]
