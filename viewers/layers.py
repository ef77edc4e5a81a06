"""Heat and outlines brought onto a picture's plane, kept until the geometry or the layer changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from viewers.compositor import OUTSIDE, heat_picture
from viewers.geometry import PictureBox, ScreenPlane, index_from_pixels
from viewers.outlines import outline_picture
from viewers.picture import Screen
from viewers.slabs import layer_depths
from viewers.types import HeatLayer, Interpolation, OutlineLayer
from viewers.vtk_bridge import Resampler, VtkArray

_LARGEST_GRID = 2048
_MOST_SMOOTH = 6  # more regions than this on one picture are drawn along voxel borders, in one go
_INSIDE = 255
_AT_ONCE = 16  # layers of a slab: at 800 x 800 they take 10 to 40 MB

Argb = NDArray[np.uint32]
Color = tuple[int, int, int]


class LayerCache:
    """Draws layers for one view. Arrays of layers are taken as never changing: a change is a new layer."""

    def __init__(self) -> None:
        self._resampler = Resampler()
        self._arrays: dict[int, tuple[object, VtkArray]] = {}
        self.reach_mm = 0.0  # thickness of the slab that layers are drawn of; 0: of the plane alone
        self._heat = _Kept()
        self._outlines = _Kept()
        self.drawn: frozenset[Color] = frozenset()  # colours of the regions that the last outlines show

    def heat_image(self, layers: tuple[HeatLayer, ...], screen: Screen) -> QImage | None:
        """Heat of all layers at the device pixels of a view, colours multiplied by alpha."""
        if not layers:
            return None
        if not self._heat.holds(layers, screen, self.reach_mm):
            sampled = [
                self._through(self._array(layer.values), _matrix(layer.affine, screen), screen.size)
                for layer in layers
            ]
            self._heat.keep(heat_picture(sampled, layers), layers, screen, self.reach_mm)
        return self._heat.image(screen.ratio)

    def outline_image(
        self, layers: tuple[OutlineLayer, ...], box: PictureBox, step_mm: tuple[float, float], screen: Screen
    ) -> QImage | None:
        """Outlines of all layers at the device pixels of a view.

        box, step_mm: the picture and its pixels, the grid on which labels are read before edges are smoothed.
        """
        if not layers:
            return None
        if not self._outlines.holds(layers, screen, self.reach_mm):
            regions = [region for layer in layers for region in self._regions(layer, box, step_mm, screen)]
            blank = np.zeros(screen.size[::-1], dtype=np.uint32)
            widening = max(0, round(screen.ratio) - 1)
            picture = outline_picture(regions, widening) if regions else blank
            self.drawn = frozenset(color for _, color in regions)
            self._outlines.keep(picture, layers, screen, self.reach_mm)
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
        read = self._anywhere(labels, onto_grid, size, layer.colors)
        if len(read) > _MOST_SMOOTH:
            read = self._anywhere(labels, _matrix(layer.affine, screen), screen.size, layer.colors)
            return [(mask, layer.colors[label]) for label, mask in read.items()]
        if not read:
            return []
        smooth = self._smooth(np.stack(list(read.values()), axis=-1), grid, screen)
        return [(smooth[..., number], layer.colors[label]) for number, label in enumerate(read)]

    def _through(
        self, values: VtkArray, matrix: NDArray[np.float64], size: tuple[int, int]
    ) -> NDArray[np.float32]:
        """Heat of the plane, or the largest in the slab at each pixel; a copy, as the next sample writes over it."""
        found: NDArray[np.float32] | None = None
        for block, count in self._depths(matrix):
            layers = self._resampler.sample_layers(values, block, (*size, count), outside=OUTSIDE)
            largest = layers.max(axis=0)
            found = largest if found is None else np.maximum(found, largest)
        assert found is not None  # there is always one layer
        return found

    def _anywhere(
        self,
        labels: VtkArray,
        matrix: NDArray[np.float64],
        size: tuple[int, int],
        wanted: Mapping[int, Color],
    ) -> dict[int, NDArray[np.bool_]]:
        """Where each label lies in the plane, or anywhere in the slab; labels that are nowhere fall out."""
        found: dict[int, NDArray[np.bool_]] = {}
        for block, count in self._depths(matrix):
            layers = self._resampler.sample_layers(labels, block, (*size, count), Interpolation.NEAREST)
            for label in (label for label in wanted if label):
                here = (layers == label).any(axis=0)
                if here.any():
                    found[label] = found[label] | here if label in found else here
        return {label: found[label] for label in wanted if label in found}

    def _depths(self, matrix: NDArray[np.float64]) -> Iterator[tuple[NDArray[np.float64], int]]:
        """(matrix of the first of them, how many) of the layers that are looked at together."""
        depths = layer_depths(matrix, self.reach_mm) if self.reach_mm else np.zeros(1)
        for start in range(0, len(depths), _AT_ONCE):
            part = depths[start : start + _AT_ONCE]
            block = matrix.copy()
            block[:3, 3] += matrix[:3, 2] * part[0]
            block[:3, 2] *= part[1] - part[0] if len(part) > 1 else 1.0
            yield block, len(part)

    def _smooth(self, masks: NDArray[np.bool_], grid: ScreenPlane, screen: Screen) -> NDArray[np.bool_]:
        """The insides of regions (rows, columns, regions): where a mask, read between pixels, is over one half.

        All are read in one go, each a sample of the same pixels.
        """
        flat = VtkArray(masks[np.newaxis].astype(np.uint8) * np.uint8(_INSIDE))
        sampled = self._resampler.sample(flat, _matrix(grid_affine(grid), screen), screen.size)
        return np.asarray(sampled.reshape(*sampled.shape[:2], -1) > _INSIDE // 2)

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

    def holds(self, layers: tuple[object, ...], screen: Screen, reach_mm: float) -> bool:
        return layers == self._layers and (reach_mm, *_place(screen)) == self._place

    def keep(self, picture: Argb, layers: tuple[object, ...], screen: Screen, reach_mm: float) -> None:
        self._picture, self._layers, self._place = picture, layers, (reach_mm, *_place(screen))

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
