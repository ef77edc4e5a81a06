"""Slabs of one picture, sampled for a view and kept until something that they depend on changes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from viewers.geometry import index_from_pixels
from viewers.picture import Picture, PictureSampler, Screen
from viewers.slabs import Projection, Slab, SlabMode, inside, layer_depths
from viewers.types import Affine, ViewState
from viewers.vtk_bridge import Resampler

AT_ONCE = 16  # layers: at 800 x 800 they take 20 MB
COSTLY = 16_000_000  # pixels times layers: about 60 ms on two cores of 2024


class SlabSampler:
    """Never from a coarser copy of the volume: a vessel one voxel wide must not fade in a maximum."""

    def __init__(self) -> None:
        self._resampler = Resampler()
        self._padding = Resampler()
        self._grey = PictureSampler()
        self._kept_for: tuple[object, ...] = ()
        self._kept_from: Picture | None = None
        self._kept: tuple[NDArray[Any], NDArray[np.bool_]] | None = None

    def cost(self, picture: Picture, screen: Screen, slab: Slab) -> int:
        """Pixels times layers."""
        depths = layer_depths(
            index_from_pixels(picture.affine, screen.plane, screen.ratio), slab.thickness_mm
        )
        return screen.size[0] * screen.size[1] * len(depths)

    def sampled(self, picture: Picture, screen: Screen, slab: Slab) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Stored values (rows, columns) at the device pixels of a view, and where nothing was imaged."""
        matrix = index_from_pixels(picture.affine, screen.plane, screen.ratio)
        key = (matrix.tobytes(), screen.size, slab)
        if self._kept is not None and key == self._kept_for and picture is self._kept_from:
            return self._kept
        array = picture.level(1.0)[0]
        projection = Projection(_mode_of_stored(picture, slab), screen.size[::-1], array.pixels.dtype)
        depths = layer_depths(matrix, slab.thickness_mm)
        for start in range(0, len(depths), AT_ONCE):
            self._add(projection, picture, screen.size, matrix, depths[start : start + AT_ONCE])
        self._kept, self._kept_for, self._kept_from = projection.result(), key, picture
        return self._kept

    def _add(
        self,
        projection: Projection,
        picture: Picture,
        size: tuple[int, int],
        matrix: Affine,
        depths: NDArray[np.float64],
    ) -> None:
        """Layers at equal distances, sampled in one go: the processor's cache then holds what two of them share."""
        block = matrix.copy()
        block[:3, 3] += matrix[:3, 2] * depths[0]
        block[:3, 2] *= depths[1] - depths[0] if len(depths) > 1 else 1.0
        whole = (*size, len(depths))
        padded = picture.padded()
        hidden = None if padded is None else self._padding.sample_layers(padded, block, whole) > 0
        layers = self._resampler.sample_layers(picture.level(1.0)[0], block, whole)
        for number, layer in enumerate(layers):
            here = block.copy()
            here[:3, 3] += block[:3, 2] * number
            usable = inside(here, size, picture.shape)
            if hidden is not None:
                usable = ~hidden[number] if usable is None else usable & ~hidden[number]
            projection.add(layer, usable)

    def paint(
        self, painter: QPainter, picture: Picture, screen: Screen, state: ViewState, slab: Slab
    ) -> None:
        """At the size of `screen`, over the whole view; black where nothing was imaged."""
        stored, void = self.sampled(picture, screen, slab)
        image = self._grey.image(picture, stored, state, screen.ratio, void)
        width, height = screen.size[0] / screen.ratio, screen.size[1] / screen.ratio
        painter.drawImage(QRectF(QPointF(0, 0), QPointF(width, height)), image)


def coarser(screen: Screen) -> Screen:
    """Half as many pixels each way over the same view; rounded up, so the last ones reach past its edge."""
    columns, rows = (max(1, -(-size // 2)) for size in screen.size)
    return Screen(screen.plane, (columns, rows), screen.ratio / 2)


def _mode_of_stored(picture: Picture, slab: Slab) -> SlabMode:
    """The largest modality value is the smallest stored one where the slope is negative."""
    turned = {SlabMode.MIP: SlabMode.MINIP, SlabMode.MINIP: SlabMode.MIP}
    return turned.get(slab.mode, slab.mode) if picture.source.slope < 0 else slab.mode
