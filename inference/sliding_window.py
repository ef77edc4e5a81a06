"""A network of fixed size over a picture of any size: overlapping windows, blended by a Gaussian.

The weights follow what MONAI calls `gaussian` blending: sigma an eighth of the window, so that the middle of a window
counts for more than its rim.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray

SIGMA_SHARE = 0.125
Size = tuple[int, int, int]
Values = NDArray[np.float32]


def slide(
    values: Values,
    size: Size,
    overlap: float,
    batch: int,
    run: Callable[[Values], Values],
    tell: Callable[[float], None],
) -> Values:
    """Blended answer (channels, slices, rows, columns).

    run: windows (n, slices, rows, columns) -> (n, channels, slices, rows, columns). Where the picture is smaller than
    a window it is padded at its end with edge values, and what lies over the padding is dropped.
    """
    shape = values.shape
    padded = np.pad(
        values, [(0, max(want - have, 0)) for want, have in zip(size, shape, strict=True)], mode="edge"
    )
    weight = gaussian(size)
    total: Values | None = None
    sums = np.zeros(padded.shape, dtype=np.float32)
    places = list(starts(padded.shape, size, overlap))
    for first in range(0, len(places), batch):
        tell(first / len(places))
        some = places[first : first + batch]
        answers = run(np.stack([padded[_part(place, size)] for place in some]))
        if total is None:
            total = np.zeros((answers.shape[1], *padded.shape), dtype=np.float32)
        for place, answer in zip(some, answers, strict=True):
            total[(slice(None), *_part(place, size))] += answer * weight
            sums[_part(place, size)] += weight
    if total is None:
        raise ValueError("there is nothing to slide over")
    blended: Values = total / sums
    return blended[:, : shape[0], : shape[1], : shape[2]]


def starts(shape: tuple[int, ...], size: Size, overlap: float) -> Iterator[tuple[int, ...]]:
    """First corners of all windows; the last of each axis ends with the picture."""
    along = []
    for have, want in zip(shape, size, strict=True):
        step = max(int(want * (1 - overlap)), 1)
        along.append(sorted({min(at, have - want) for at in range(0, have, step)}))
    yield from product(*along)


def gaussian(size: Size) -> Values:
    """Weights of one window, largest in the middle, nowhere zero."""
    weight = np.ones(size, dtype=np.float64)
    for axis, length in enumerate(size):
        away = np.arange(length) - (length - 1) / 2
        curve = np.exp(-0.5 * (away / max(length * SIGMA_SHARE, 1e-6)) ** 2)
        weight *= curve.reshape([-1 if a == axis else 1 for a in range(3)])
    return np.asarray(np.maximum(weight, weight.max() * 1e-3), dtype=np.float32)


def _part(place: tuple[int, ...], size: Size) -> tuple[slice, ...]:
    return tuple(slice(at, at + length) for at, length in zip(place, size, strict=True))
