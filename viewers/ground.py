"""What of a picture is background and drawn black, however its window and inversion fall: air beside a breast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from viewers.geometry import index_from_pixels
from viewers.types import Affine
from viewers.vtk_bridge import Resampler, VtkArray

if TYPE_CHECKING:
    from viewers.picture import Screen

_HALF = 128


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """air: 255 where it is background, else 0, (1, rows, columns) with an affine of its own."""

    air: VtkArray
    affine: Affine


def ground(air: NDArray[np.bool_], step: int, affine: Affine) -> Ground:
    """Of every step-th pixel (rows, columns) of a picture with this affine."""
    bytes_of = air.astype(np.uint8)[np.newaxis] * np.uint8(255)
    return Ground(VtkArray(bytes_of), np.asarray(affine @ np.diag([1.0, step, step, 1.0]), dtype=np.float64))


class GroundSampler:
    """Background at the device pixels of a view; a change of window alone samples nothing anew."""

    def __init__(self) -> None:
        self._resampler = Resampler()
        self._key: tuple[Any, ...] | None = None
        self._of: Ground | None = None
        self._void: NDArray[np.bool_] = np.empty((0, 0), dtype=np.bool_)

    def void(self, one: Ground, screen: Screen) -> NDArray[np.bool_]:
        """True where the view shows background, (rows, columns)."""
        matrix = index_from_pixels(one.affine, screen.plane, screen.ratio)
        key = (matrix.tobytes(), screen.size)
        if key != self._key or one is not self._of:
            self._void = self._resampler.sample(one.air, matrix, screen.size) >= _HALF
            self._key, self._of = key, one
        return self._void
