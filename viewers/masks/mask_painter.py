"""The book of segments on one view: sampled at the view's own pixels, and kept until book or place change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from viewers.geometry import index_from_pixels
from viewers.masks.book import MaskBook
from viewers.masks.mask_picture import Argb, Color, color_tables, colored
from viewers.picture import Screen
from viewers.slabs import layer_depths
from viewers.types import Interpolation
from viewers.vtk_bridge import Resampler, VtkArray

AT_ONCE = 16  # layers of a slab


@dataclass(frozen=True, slots=True, eq=False)
class MaskLook:
    """Colours by number, the segment that is worked on, whether regions are filled.

    reach_mm: thickness of the slab that is drawn; 0 for the plane alone. In a slab the highest number shows.
    """

    colors: Mapping[int, Color]
    chosen: int = 0
    fills: bool = True
    reach_mm: float = 0.0


class MaskPainter:
    """Draws the voxels themselves: what is painted is seen as it is, not smoothed."""

    def __init__(self) -> None:
        self._resampler = Resampler()
        self._book: MaskBook | None = None
        self._array: VtkArray | None = None
        self._drawn_at = -1
        self._key: tuple[object, ...] | None = None
        self._tables: tuple[Argb, Argb] = color_tables({})
        self._tables_for: tuple[object, ...] = ()
        self._picture: Argb = np.zeros((1, 1), dtype=np.uint32)

    def image(self, book: MaskBook, look: MaskLook, screen: Screen) -> QImage:
        """All segments that are drawn, at the device pixels of a view, colours multiplied by alpha."""
        if book is not self._book:
            self._book, self._array, self._key = book, VtkArray(book.labels), None
        matrix = index_from_pixels(book.affine, screen.plane, screen.ratio)
        inks = (tuple(look.colors.items()), look.chosen, look.fills)
        key = (matrix.tobytes(), screen.size, book.serial, look.reach_mm, inks)
        if key != self._key and self._array is not None:
            self._key = key
            if inks != self._tables_for:
                self._tables = color_tables(look.colors, look.chosen, fills=look.fills)
                self._tables_for = inks
            if book.serial != self._drawn_at:
                self._array.touch()
                self._drawn_at = book.serial
            labels = self._labels(self._array, matrix, screen.size, look.reach_mm)
            self._picture = colored(labels, self._tables, max(1, round(screen.ratio * 1.5)))
        rows, columns = self._picture.shape
        kind = QImage.Format.Format_ARGB32_Premultiplied
        image = QImage(self._picture.data, columns, rows, self._picture.strides[0], kind)
        image.setDevicePixelRatio(screen.ratio)
        return image

    def _labels(
        self, array: VtkArray, matrix: NDArray[np.float64], size: tuple[int, int], reach_mm: float
    ) -> NDArray[np.uint8]:
        """Numbers at the pixels of a view: of the plane, or the highest in the slab."""
        depths = layer_depths(matrix, reach_mm) if reach_mm else np.zeros(1)
        found = np.zeros(size[::-1], dtype=np.uint8)
        for start in range(0, len(depths), AT_ONCE):
            part = depths[start : start + AT_ONCE]
            block = matrix.copy()
            block[:3, 3] += matrix[:3, 2] * part[0]
            block[:3, 2] *= part[1] - part[0] if len(part) > 1 else 1.0
            layers = self._resampler.sample_layers(array, block, (*size, len(part)), Interpolation.NEAREST)
            found = np.maximum(found, layers.max(axis=0)) if len(depths) > 1 else layers[0]
        return found
