"""Slices from feet to head, rows from front to back, columns from the patient's right to left: the common axial order.

Axes are only exchanged and turned round, never interpolated. An oblique or sheared stack gets the nearest order.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inference.image import Args, Image, PreprocessOp

CANONICAL = (2, 1, 0)  # slices along z (head), rows along y (back), columns along x (left) of LPS


def _forward(image: Image, _: Args) -> Image:
    if not image.in_patient:
        return image
    order = axis_order(image.affine)
    turn = np.zeros((4, 4))
    turn[3, 3] = 1
    flips = []
    for target, source in enumerate(order):
        away = image.affine[CANONICAL[target], source] < 0
        turn[source, target] = -1 if away else 1
        if away:
            turn[source, 3] = image.values.shape[source] - 1
            flips.append(target)
    values = (
        np.flip(np.transpose(image.values, order), tuple(flips))
        if flips
        else np.transpose(image.values, order)
    )
    return replace(image, values=np.ascontiguousarray(values), affine=image.affine @ turn)


def axis_order(affine: NDArray[np.float64]) -> tuple[int, int, int]:
    """For slices, rows, columns of the common order: which axis of the array lies along it."""
    directions = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)
    best, chosen = -1.0, (0, 1, 2)
    for order in ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)):
        fit = sum(abs(float(directions[CANONICAL[target], source])) for target, source in enumerate(order))
        if fit > best:
            best, chosen = fit, order
    return chosen


OP = PreprocessOp("orient", _forward)
