"""One picture or volume ready to be sampled onto a screen, and the sampler with its caches."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPolygonF

from viewers.colormaps import false_colors
from viewers.enhance import blur_px, sharpened
from viewers.geometry import ScreenPlane, index_at, index_from_pixels, visible_part
from viewers.gestures import WindowPace
from viewers.ground import Ground, GroundSampler
from viewers.showing import VoiTable
from viewers.types import Affine, Frame, Interpolation, Point, ViewState, VolumeImage
from viewers.vtk_bridge import Resampler, VtkArray
from viewers.windowing import (
    TABLE_TYPES,
    Voi,
    blacken,
    direct_grey,
    look_up,
    smallest_width,
    window_table,
)

_BAND_ROWS = 32  # rows worked on at once, so that they stay in the processor's cache
_FLOAT_STEP = 1e-4
_SPARSE = 64  # values per axis looked at for the range of values


class Picture:
    """Pixels (slices, rows, columns[, 3]) with their place; coarser copies are made when they are first needed.

    flat: the source is one frame without a slice axis.
    """

    def __init__(self, source: Frame | VolumeImage, *, flat: bool) -> None:
        self.pixels: NDArray[Any] = source.pixels[np.newaxis] if flat else source.pixels
        self.affine: Affine = np.asarray(source.affine, dtype=np.float64)
        self.source = source
        self.is_colour = self.pixels.ndim == 4
        self._levels = [VtkArray(self.pixels)]
        self._pace: tuple[float, float] | None = None
        self._padded: VtkArray | None = None
        self._padding_is_known = False
        self.ground: Ground | None = None  # what is background, where somebody has worked it out

    @property
    def shape(self) -> tuple[int, ...]:
        """Slices, rows, columns."""
        return tuple(self.pixels.shape[:3])

    def level(self, pixels_per_step: float) -> tuple[VtkArray, Affine]:
        """The array to sample in steps of so many pixels, and its affine.

        Single pictures are averaged before they are drawn smaller than half size, so that no pixel is skipped.
        """
        if self.pixels.shape[0] > 1 or pixels_per_step < 2.0:
            return self._levels[0], self.affine
        wanted = int(math.log2(pixels_per_step) + 1e-6)
        while len(self._levels) <= wanted and min(self._levels[-1].pixels.shape[1:3]) >= 2:
            self._levels.append(VtkArray(halved(self._levels[-1].pixels)))
        wanted = min(wanted, len(self._levels) - 1)
        return self._levels[wanted], coarser_affine(self.affine, wanted)

    def padded(self) -> VtkArray | None:
        """255 where a voxel is padding, else 0; None where none is. Made when it is first needed."""
        if not self._padding_is_known:
            limits = padding_of(self.source)
            if limits is not None:
                hidden = (self.pixels >= limits[0]) & (self.pixels <= limits[1])
                self._padded = VtkArray(hidden.view(np.uint8) * np.uint8(255)) if hidden.any() else None
            self._padding_is_known = True
        return self._padded

    def value_at(self, point_mm: Point) -> float | None:
        """Modality value of the voxel that a point lies in; None outside, in padding, and for colour."""
        index = np.rint(index_at(self.affine, point_mm)).astype(int)
        if self.is_colour or np.any(index < 0) or np.any(index >= self.shape):
            return None
        stored = self.pixels[tuple(index)]
        padding = padding_of(self.source)
        if padding is not None and padding[0] <= stored <= padding[1]:
            return None
        return float(stored) * self.source.slope + self.source.intercept

    def value_limits(self) -> tuple[float, float]:
        """Smallest and largest modality value, from a sample of the pixels."""
        if self._pace is None:
            steps = tuple(slice(None, None, max(1, size // _SPARSE)) for size in self.shape)
            stored = self.pixels[steps]
            padding = padding_of(self.source)
            kept = stored if padding is None else stored[(stored < padding[0]) | (stored > padding[1])]
            kept = kept[np.isfinite(kept)]
            kept = kept if kept.size else np.zeros(1)
            ends = (
                float(end) * self.source.slope + self.source.intercept for end in (kept.min(), kept.max())
            )
            low, high = sorted(ends)
            self._pace = (low, high)
        return self._pace

    def smallest_window(self) -> float:
        """Narrowest width that makes sense for these values."""
        whole = bool(np.issubdtype(self.pixels.dtype, np.integer))
        if not whole:  # steps of float values are not known: a share of what there is
            low, high = self.value_limits()
            return max(min((high - low) * _FLOAT_STEP, 1.0), 1e-12)
        return smallest_width(self.source.slope, whole_numbers=whole)

    def window_pace(self, invert: bool) -> WindowPace:
        """How fast a drag should change the window."""
        low, high = self.value_limits()
        smallest = self.smallest_window()
        return WindowPace(max(high - low, smallest), smallest, self.source.inverted == invert)


@dataclass(frozen=True, slots=True, eq=False)
class Screen:
    """Where a view's pixels lie, its size in device pixels, and device pixels per logical one."""

    plane: ScreenPlane
    size: tuple[int, int]
    ratio: float


class PictureSampler:
    """Samples one picture at a time; a change of window alone samples nothing anew."""

    def __init__(self) -> None:
        self._resampler = Resampler()
        self._sampled_from: Picture | None = None
        self._sampled_for: tuple[object, ...] | None = None
        self._sampled: NDArray[Any] = np.empty((0, 0), dtype=np.uint8)
        self._shown: NDArray[np.uint8] = np.empty((0, 0), dtype=np.uint8)
        self._table_for: tuple[object, ...] | None = None
        self._table: NDArray[np.uint8] = np.empty(0, dtype=np.uint8)
        self._ground = GroundSampler()
        self.interpolation = Interpolation.LINEAR
        self._strong: NDArray[Any] | None = None
        self._strong_of: NDArray[Any] | None = None

    def paint(self, painter: QPainter, picture: Picture, screen: Screen, state: ViewState) -> None:
        """Paint the picture; what is no part of it is black, however window and inversion fall."""
        self.interpolation = state.between
        sampled = self.sampled(picture, screen)
        if state.edges and not picture.is_colour:
            sampled = self._with_edges(sampled, picture, screen)
        ground = picture.ground if state.ground else None
        void = None if ground is None else self._ground.void(ground, screen)
        image = self.image(picture, sampled, state, screen.ratio, void)
        painter.drawImage(QPointF(0, 0), image)
        width, height = screen.size[0] / screen.ratio, screen.size[1] / screen.ratio
        inside = visible_part(picture.affine, picture.shape, screen.plane, (width, height))
        if len(inside):  # a little inward: a pixel whose centre lies just outside was not sampled
            inside = inside + np.sign(inside.mean(axis=0) - inside) * (0.4 / screen.ratio)
        rest = QPainterPath()
        rest.setFillRule(Qt.FillRule.OddEvenFill)
        rest.addRect(QRectF(0, 0, width, height))
        rest.addPolygon(QPolygonF([QPointF(x, y) for x, y in inside.tolist()]))
        painter.fillPath(rest, Qt.GlobalColor.black)

    def sampled(self, picture: Picture, screen: Screen) -> NDArray[Any]:
        """Stored values at the device pixels of a view, (rows, columns[, 3])."""
        plane, size, ratio = screen.plane, screen.size, screen.ratio
        matrix = index_from_pixels(picture.affine, plane, ratio)
        key = (matrix.tobytes(), size, self.interpolation)
        if key != self._sampled_for or picture is not self._sampled_from:
            steps = np.abs(matrix[:3, :2]).max(axis=0)
            array, affine = picture.level(float(steps.min()))
            if affine is not picture.affine:
                matrix = index_from_pixels(affine, plane, ratio)
            self._sampled = self._resampler.sample(array, matrix, size, self.interpolation)
            self._sampled_for, self._sampled_from = key, picture
        return self._sampled

    def _with_edges(self, sampled: NDArray[Any], picture: Picture, screen: Screen) -> NDArray[Any]:
        """Kept until other values are sampled: a change of window alone enhances nothing anew."""
        if self._strong is None or self._strong_of is not sampled:
            padding = padding_of(picture.source)
            keep = None if padding is None else (sampled >= padding[0]) & (sampled <= padding[1])
            mm_per_px = float(np.linalg.norm(screen.plane.right)) / screen.ratio
            self._strong, self._strong_of = sharpened(sampled, blur_px(mm_per_px), keep), sampled
        return self._strong

    def image(
        self,
        picture: Picture,
        sampled: NDArray[Any],
        state: ViewState,
        ratio: float,
        void: NDArray[np.bool_] | None = None,
    ) -> QImage:
        """The sampled values as grey (or colour) for the painter; void: what is black whatever is sampled there."""
        if picture.is_colour:
            colours = _bytes_of(sampled, picture.source)
            self._shown = np.ascontiguousarray(255 - colours if state.invert else colours)
            kind = QImage.Format.Format_RGB888
        else:
            self._shown = self._grey(sampled, picture, state)
            if void is not None:
                self._shown[void] = 0
            kind = QImage.Format.Format_Grayscale8
            if state.colors:
                self._shown = false_colors(state.colors)[self._shown]
                kind = QImage.Format.Format_RGB888
        rows, columns = self._shown.shape[:2]
        image = QImage(self._shown.data, columns, rows, self._shown.strides[0], kind)
        image.setDevicePixelRatio(ratio)
        return image

    def _grey(self, sampled: NDArray[Any], picture: Picture, state: ViewState) -> NDArray[np.uint8]:
        source, kind = picture.source, sampled.dtype
        padding = padding_of(source)
        how = grey_of(source, state)
        if kind.name not in TABLE_TYPES:
            grey = direct_grey(sampled, *how)
            if padding is not None:
                grey[(sampled >= padding[0]) & (sampled <= padding[1])] = 0
            return grey
        if (kind, how, padding) != self._table_for:
            self._table = blacken(window_table(kind, *how), kind, padding)
            self._table_for = (kind, how, padding)
        return look_up(sampled, self._table)


def _bytes_of(colours: NDArray[Any], source: Frame | VolumeImage) -> NDArray[np.uint8]:
    """Colour samples of any depth as bytes."""
    if colours.dtype == np.uint8:
        return colours
    bits = 8 * colours.dtype.itemsize if isinstance(source, VolumeImage) else source.colour_bits
    scaled = np.rint(colours * (255.0 / (2**bits - 1)))
    return np.asarray(np.clip(scaled, 0, 255), dtype=np.uint8)


def padding_of(source: Frame | VolumeImage) -> tuple[int, int] | None:
    """Stored values, both ends included, that are no part of the image."""
    if source.padding_range is not None:
        return source.padding_range
    return None if source.padding is None else (source.padding, source.padding)


def table_of(source: Frame | VolumeImage, state: ViewState) -> VoiTable | None:
    """The source's own VOI table that is in force, if any."""
    tables = () if isinstance(source, VolumeImage) else source.voi_tables
    return tables[state.table] if state.table is not None and state.table < len(tables) else None


def grey_of(source: Frame | VolumeImage, state: ViewState) -> tuple[float, float, Voi, bool]:
    """What makes grey of stored values now: slope, intercept, VOI, and whether the least is white."""
    inverted = source.inverted != state.invert
    if state.stored_table is not None:
        return 1.0, 0.0, Voi(state.window, "LINEAR", state.stored_table), inverted
    voi = Voi(state.window, source.voi_function, table_of(source, state))
    return source.slope, source.intercept, voi, inverted


def halved(pixels: NDArray[Any]) -> NDArray[Any]:
    """Means of 2x2 pixels over axes 1 and 2; an odd last row or column counts twice."""
    odd = [(0, 0), (0, pixels.shape[1] % 2), (0, pixels.shape[2] % 2)] + [(0, 0)] * (pixels.ndim - 3)
    even = np.pad(pixels, odd, mode="edge") if any(end for _, end in odd) else pixels
    whole = np.issubdtype(pixels.dtype, np.integer)
    wide = np.int32 if whole and pixels.dtype.itemsize <= 2 else np.float64
    slices, rows, columns = even.shape[0], even.shape[1] // 2, even.shape[2] // 2
    mean: NDArray[Any] = np.empty((slices, rows, columns, *even.shape[3:]), dtype=pixels.dtype)
    for top in range(0, rows, _BAND_ROWS):
        band = even[:, 2 * top : 2 * (top + _BAND_ROWS)]
        upright = np.add(band[:, 0::2], band[:, 1::2], dtype=wide)
        total = upright[:, :, 0::2] + upright[:, :, 1::2]
        mean[:, top : top + _BAND_ROWS] = (total + 2) >> 2 if wide is np.int32 else total / 4
    return mean


def coarser_affine(affine: Affine, level: int) -> Affine:
    """Affine of the picture halved so many times."""
    if level == 0:
        return affine
    factor = 2.0**level
    coarse = np.diag([1.0, factor, factor, 1.0])
    coarse[1:3, 3] = (factor - 1) / 2
    return np.asarray(affine @ coarse, dtype=np.float64)
