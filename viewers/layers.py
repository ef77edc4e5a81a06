"""Heat and outlines brought onto a picture's plane, kept until the geometry or the layer changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from viewers.compositor import OUTSIDE, heat_picture
from viewers.geometry import PictureBox, ScreenPlane, index_from_pixels
from viewers.outlines import outline_picture
from viewers.picture import Screen
from viewers.types import HeatLayer, OutlineLayer
from viewers.vtk_bridge import Interpolation, Resampler, VtkArray

_LARGEST_GRID = 2048
_MOST_SMOOTH = 6  # more regions than this on one picture are drawn along voxel borders, in one go
_INSIDE = 255

Argb = NDArray[np.uint32]
Color = tuple[int, int, int]


class LayerCache:
    """Draws layers for one view. Arrays of layers are taken as never changing: a change is a new layer."""

    def __init__(self) -> None:
        self._resampler = Resampler()
        self._arrays: dict[int, tuple[object, VtkArray]] = {}
        self._heat = _Kept()
        self._outlines = _Kept()

    def heat_image(self, layers: tuple[HeatLayer, ...], screen: Screen) -> QImage | None:
        """Heat of all layers at the device pixels of a view, colours multiplied by alpha."""
        if not layers:
            return None
        if not self._heat.holds(layers, screen):
            sampled = [
                self._resampler.sample(
                    self._array(layer.values), _matrix(layer.affine, screen), screen.size, outside=OUTSIDE
                )
                for layer in layers
            ]
            self._heat.keep(heat_picture(sampled, layers), layers, screen)
        return self._heat.image(screen.ratio)

    def outline_image(
        self, layers: tuple[OutlineLayer, ...], box: PictureBox, step_mm: tuple[float, float], screen: Screen
    ) -> QImage | None:
        """Outlines of all layers at the device pixels of a view.

        box, step_mm: the picture and its pixels, the grid on which labels are read before edges are smoothed.
        """
        if not layers:
            return None
        if not self._outlines.holds(layers, screen):
            regions = [region for layer in layers for region in self._regions(layer, box, step_mm, screen)]
            blank = np.zeros(screen.size[::-1], dtype=np.uint32)
            widening = max(0, round(screen.ratio) - 1)
            picture = outline_picture(regions, widening) if regions else blank
            self._outlines.keep(picture, layers, screen)
        return self._outlines.image(screen.ratio)

    def keep_only(self, heat: Sequence[HeatLayer], labels: Sequence[OutlineLayer]) -> None:
        """Drop what was kept for layers that are gone."""
        wanted = {id(layer.values) for layer in heat} | {id(layer.labels) for layer in labels}
        self._arrays = {key: held for key, held in self._arrays.items() if key in wanted}

    def _regions(
        self, layer: OutlineLayer, box: PictureBox, step_mm: tuple[float, float], screen: Screen
    ) -> list[tuple[NDArray[np.bool_], Color]]:
        """One mask at device pixels for each region of a layer that the picture shows."""
        grid, size = picture_grid(box, step_mm)
        labels = self._array(layer.labels)
        onto_grid = index_from_pixels(np.asarray(layer.affine), grid)
        read = self._resampler.sample(labels, onto_grid, size, Interpolation.NEAREST)
        shown = [label for label in layer.colors if label and np.any(read == label)]
        if len(shown) > _MOST_SMOOTH:
            matrix = _matrix(layer.affine, screen)
            read = self._resampler.sample(labels, matrix, screen.size, Interpolation.NEAREST)
            return [(read == label, layer.colors[label]) for label in shown]
        return [(self._smooth(read == label, grid, screen), layer.colors[label]) for label in shown]

    def _smooth(self, mask: NDArray[np.bool_], grid: ScreenPlane, screen: Screen) -> NDArray[np.bool_]:
        """The inside of a region: where the mask, read between its pixels, is more than one half."""
        flat = VtkArray(mask[np.newaxis].astype(np.uint8) * np.uint8(_INSIDE))
        sampled = self._resampler.sample(flat, _matrix(grid_affine(grid), screen), screen.size)
        return np.asarray(sampled > _INSIDE // 2)

    def _array(self, values: NDArray[Any]) -> VtkArray:
        held = self._arrays.get(id(values))
        if held is None or held[0] is not values:
            self._arrays[id(values)] = held = (values, VtkArray(values))
        return held[1]


class _Kept:
    """One picture, and what it was made for."""

    def __init__(self) -> None:
        self._picture: Argb = np.zeros((1, 1), dtype=np.uint32)
        self._layers: tuple[object, ...] = ()
        self._place: tuple[object, ...] = ()

    def holds(self, layers: tuple[object, ...], screen: Screen) -> bool:
        return layers == self._layers and _place(screen) == self._place

    def keep(self, picture: Argb, layers: tuple[object, ...], screen: Screen) -> None:
        self._picture, self._layers, self._place = picture, layers, _place(screen)

    def image(self, ratio: float) -> QImage:
        rows, columns = self._picture.shape
        kind = QImage.Format.Format_ARGB32_Premultiplied
        image = QImage(self._picture.data, columns, rows, self._picture.strides[0], kind)
        image.setDevicePixelRatio(ratio)
        return image


def picture_grid(box: PictureBox, step_mm: tuple[float, float]) -> tuple[ScreenPlane, tuple[int, int]]:
    """Pixels of (column, row) steps over a picture, and how many (columns, rows) there are."""
    columns = min(max(1, round(box.width_mm / step_mm[0])), _LARGEST_GRID)
    rows = min(max(1, round(box.height_mm / step_mm[1])), _LARGEST_GRID)
    corner = box.center - box.right * box.width_mm / 2 - box.down * box.height_mm / 2
    right, down = box.right * (box.width_mm / columns), box.down * (box.height_mm / rows)
    return ScreenPlane(corner, right, down, np.cross(box.right, box.down)), (columns, rows)


def grid_affine(grid: ScreenPlane) -> NDArray[np.float64]:
    """The affine of an array of one slice whose pixels are those of a grid."""
    affine = np.eye(4)
    affine[:3, :3] = np.column_stack([grid.normal, grid.down, grid.right])
    affine[:3, 3] = grid.origin + (grid.right + grid.down) / 2
    return affine


def _matrix(affine: NDArray[np.float64], screen: Screen) -> NDArray[np.float64]:
    return index_from_pixels(np.asarray(affine), screen.plane, screen.ratio)


def _place(screen: Screen) -> tuple[object, ...]:
    plane = screen.plane
    return (screen.size, screen.ratio, *(v.tobytes() for v in (plane.origin, plane.right, plane.down)))
