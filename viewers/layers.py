"""Heat and outlines brought onto a picture's plane, kept until the geometry or the layer changes."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage, QPainterPath, QPolygonF, QTransform

from viewers.compositor import OUTSIDE, heat_picture
from viewers.geometry import PictureBox, ScreenPlane, index_from_pixels
from viewers.outlines import outlines
from viewers.scene import OutlinePath
from viewers.types import HeatLayer, OutlineLayer
from viewers.vtk_bridge import Interpolation, Resampler, VtkArray

_KEPT_PATHS = 64
_LARGEST_GRID = 2048


class LayerCache:
    """Draws layers for one view. Arrays of layers are taken as never changing: a change is a new layer."""

    def __init__(self) -> None:
        self._resampler = Resampler()
        self._arrays: dict[int, tuple[object, VtkArray]] = {}
        self._heat_of: tuple[HeatLayer, ...] = ()
        self._heat_for: tuple[object, ...] | None = None
        self._heat: NDArray[np.uint32] | None = None
        self._paths: OrderedDict[tuple[object, ...], tuple[tuple[int, QPainterPath], ...]] = OrderedDict()

    def heat_image(
        self, layers: tuple[HeatLayer, ...], plane: ScreenPlane, size: tuple[int, int], ratio: float
    ) -> QImage | None:
        """Heat of all layers at the device pixels of a view, colours multiplied by alpha."""
        if not layers:
            return None
        matrices = [index_from_pixels(np.asarray(layer.affine), plane, ratio) for layer in layers]
        key = (size, b"".join(matrix.tobytes() for matrix in matrices))
        if key != self._heat_for or layers != self._heat_of or self._heat is None:
            sampled = [
                self._resampler.sample(self._array(layer.values), matrix, size, outside=OUTSIDE)
                for layer, matrix in zip(layers, matrices, strict=True)
            ]
            self._heat = heat_picture(sampled, layers)
            self._heat_for, self._heat_of = key, layers
        image = QImage(
            self._heat.data,
            size[0],
            size[1],
            self._heat.strides[0],
            QImage.Format.Format_ARGB32_Premultiplied,
        )
        image.setDevicePixelRatio(ratio)
        return image

    def outline_paths(
        self,
        layers: tuple[OutlineLayer, ...],
        box: PictureBox,
        step_mm: tuple[float, float],
        plane: ScreenPlane,
    ) -> tuple[OutlinePath, ...]:
        """Outlines in screen pixels; found on a grid over the whole picture, so zoom and pan find nothing anew."""
        found: list[OutlinePath] = []
        for layer in layers:
            grid, size = picture_grid(box, step_mm)
            onto_screen = grid_to_screen(grid, plane)
            for label, path in self._paths_of(layer, grid, size):
                name = layer.names.get(label, "")
                found.append(OutlinePath(onto_screen.map(path), layer.colors[label], name))
        return tuple(found)

    def _paths_of(
        self, layer: OutlineLayer, grid: ScreenPlane, size: tuple[int, int]
    ) -> tuple[tuple[int, QPainterPath], ...]:
        matrix = index_from_pixels(np.asarray(layer.affine), grid)
        key = (id(layer.labels), tuple(layer.colors), size, matrix.round(9).tobytes())
        if key not in self._paths:
            labels = self._resampler.sample(self._array(layer.labels), matrix, size, Interpolation.NEAREST)
            lines = outlines(labels, layer.colors)
            self._paths[key] = tuple(
                (label, _path(polylines)) for label, polylines in lines.items() if polylines
            )
            while len(self._paths) > _KEPT_PATHS:
                self._paths.popitem(last=False)
        return self._paths[key]

    def _array(self, values: NDArray[np.generic]) -> VtkArray:
        held = self._arrays.get(id(values))
        if held is None or held[0] is not values:
            self._arrays[id(values)] = held = (values, VtkArray(values))
        return held[1]

    def keep_only(self, heat: tuple[HeatLayer, ...], labels: tuple[OutlineLayer, ...]) -> None:
        """Drop what was kept for layers that are gone."""
        wanted = {id(layer.values) for layer in heat} | {id(layer.labels) for layer in labels}
        self._arrays = {key: held for key, held in self._arrays.items() if key in wanted}
        for key in [key for key in self._paths if key[0] not in wanted]:
            del self._paths[key]


def picture_grid(box: PictureBox, step_mm: tuple[float, float]) -> tuple[ScreenPlane, tuple[int, int]]:
    """Pixels of (column, row) steps over a picture, and how many (columns, rows) there are."""
    columns = min(max(1, round(box.width_mm / step_mm[0])), _LARGEST_GRID)
    rows = min(max(1, round(box.height_mm / step_mm[1])), _LARGEST_GRID)
    corner = box.center - box.right * box.width_mm / 2 - box.down * box.height_mm / 2
    right, down = box.right * (box.width_mm / columns), box.down * (box.height_mm / rows)
    return ScreenPlane(corner, right, down, np.cross(box.right, box.down)), (columns, rows)


def grid_to_screen(grid: ScreenPlane, plane: ScreenPlane) -> QTransform:
    """From grid pixels to screen pixels of a parallel plane."""

    def along(vector: NDArray[np.float64]) -> tuple[float, float]:
        x_px = float(vector @ plane.right) / float(plane.right @ plane.right)
        return x_px, float(vector @ plane.down) / float(plane.down @ plane.down)

    (m11, m12), (m21, m22) = along(grid.right), along(grid.down)
    x_px, y_px = along(grid.origin - plane.origin)
    return QTransform(m11, m12, m21, m22, x_px, y_px)


def _path(polylines: list[NDArray[np.float64]]) -> QPainterPath:
    path = QPainterPath()
    for line in polylines:
        path.addPolygon(QPolygonF([QPointF(x, y) for x, y in line.tolist()]))
    return path
