"""A network of fixed size over a picture of any size: overlapping windows, blended.

Places, weights and padding are those of MONAI's `sliding_window_inference`, so that a network answers here as it did
where it was trained; `tests/reference_numbers` holds MONAI's own numbers to compare with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import NDArray

SIGMA_SHARE = 0.125
LEAST_WEIGHT = 1e-3
Size = tuple[int, int, int]
Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Windows:
    """How windows of `size` lie and are blended.

    blend: gaussian counts the middle of a window more than its rim, constant all alike. padding: what lies round a
    picture that is smaller than a window, half to either side.
    """

    size: Size
    overlap: float = 0.5
    batch: int = 1
    blend: Literal["gaussian", "constant"] = "gaussian"
    padding: Literal["zeros", "edge"] = "zeros"


def slide(
    values: Values, windows: Windows, run: Callable[[Values], Values], tell: Callable[[float], None]
) -> Values:
    """Blended answer (channels, slices, rows, columns).

    run: windows (n, slices, rows, columns) -> (n, channels, slices, rows, columns). What it says of padding is dropped.
    """
    size = windows.size
    rest = [max(want - have, 0) for want, have in zip(size, values.shape, strict=True)]
    around = [(one // 2, one - one // 2) for one in rest]
    padded = np.pad(values, around, mode="edge" if windows.padding == "edge" else "constant")
    weight = gaussian(size) if windows.blend == "gaussian" else np.ones(size, np.float32)
    total: Values | None = None
    sums = np.zeros(padded.shape, dtype=np.float32)
    places = list(starts(padded.shape, size, windows.overlap))
    for first in range(0, len(places), windows.batch):
        tell(first / len(places))
        some = places[first : first + windows.batch]
        answers = run(np.stack([padded[_part(place, size)] for place in some]))
        if total is None:
            total = np.zeros((answers.shape[1], *padded.shape), dtype=np.float32)
        for place, answer in zip(some, answers, strict=True):
            total[(slice(None), *_part(place, size))] += answer * weight
            sums[_part(place, size)] += weight
    if total is None:
        raise ValueError("there is nothing to slide over")
    blended: Values = total / sums
    kept = [slice(before, before + have) for (before, _), have in zip(around, values.shape, strict=True)]
    return blended[(slice(None), *kept)]


def starts(shape: tuple[int, ...], size: Size, overlap: float) -> Iterator[tuple[int, ...]]:
    """First corners of all windows; the last of each axis ends with the picture."""
    along = []
    for have, want in zip(shape, size, strict=True):
        step = max(int(want * (1 - overlap)), 1)
        along.append(sorted({min(at, have - want) for at in range(0, have, step)}))
    yield from product(*along)


def gaussian(size: Size) -> Values:
    """Weights of one window, largest in the middle, nowhere zero; sigma is an eighth of the window."""
    weight = np.ones(size, dtype=np.float64)
    for axis, length in enumerate(size):
        away = np.arange(length) - (length - 1) / 2
        curve = np.exp(-0.5 * (away / max(length * SIGMA_SHARE, 1e-6)) ** 2)
        weight *= curve.reshape([-1 if a == axis else 1 for a in range(3)])
    return np.asarray(np.maximum(weight, LEAST_WEIGHT), dtype=np.float32)


def _part(place: tuple[int, ...], size: Size) -> tuple[slice, ...]:
    return tuple(slice(at, at + length) for at, length in zip(place, size, strict=True))
