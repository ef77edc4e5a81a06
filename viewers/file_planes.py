"""Overlays and shutters that came with a picture, brought onto the screen with its own geometry."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from viewers.geometry import index_from_pixels
from viewers.picture import Screen
from viewers.showing import OverlayPlane, Shutter
from viewers.types import Affine, Interpolation
from viewers.vtk_bridge import Resampler, VtkArray

Argb = NDArray[np.uint32]  # 0xAARRGGBB, colour already multiplied by alpha
INK = 0xFFFFF096  # pale yellow: no grey, and none of the colours of results
EDGE = 0xC0000000  # keeps ink readable on white bone
REGION = 0x60605A38  # ink at three eighths, so that the picture shows through
FULL = 255
EVEN = 128  # a mask's border between two of its pixels
THIN = 60  # lower where screen pixels are coarser than the mask's: a line one pixel wide must not break


class FilePlanes:
    """Draws for one view; kept until picture, planes or geometry change."""

    def __init__(self) -> None:
        self._resampler = Resampler()
        self._made_for: tuple[object, ...] = ()
        self._picture: Argb = np.zeros((1, 1), dtype=np.uint32)
        self._coarse: dict[tuple[int, int], _Coarse] = {}

    def image(
        self, planes: tuple[OverlayPlane, ...], shutter: Shutter | None, affine: Affine, screen: Screen
    ) -> QImage | None:
        """Shutter, and ink over it, at the device pixels of a view; None if there is nothing to draw.

        affine: of the picture that they came with.
        """
        if not planes and shutter is None:
            return None
        place = index_from_pixels(affine, screen.plane, screen.ratio).tobytes()
        key = (place, screen.size, shutter and shutter.shown, shutter and shutter.grey, *planes)
        if not _same(key, self._made_for):
            self._picture, self._made_for = self._draw(planes, shutter, affine, screen), key
        rows, columns = self._picture.shape
        kind = QImage.Format.Format_ARGB32_Premultiplied
        image = QImage(self._picture.data, columns, rows, self._picture.strides[0], kind)
        image.setDevicePixelRatio(screen.ratio)
        return image

    def _draw(
        self, planes: tuple[OverlayPlane, ...], shutter: Shutter | None, affine: Affine, screen: Screen
    ) -> Argb:
        picture: Argb = np.zeros(screen.size[::-1], dtype=np.uint32)
        kept = {id(one) for one in (shutter and shutter.shown, *planes)}
        self._coarse = {key: held for key, held in self._coarse.items() if key[0] in kept}
        if shutter is not None:
            hidden = _Ink(shutter.shown, lambda: ~shutter.shown, (0, 0))
            grey = round(shutter.grey * FULL)
            picture[self._on_screen(hidden, affine, screen)] = 0xFF000000 | grey * 0x010101
        for plane in planes:
            ink = self._on_screen(_Ink(plane, lambda plane=plane: plane.mask, plane.origin), affine, screen)  # type: ignore[misc]  # a bound default is no parameter
            if plane.kind == "R":
                picture[ink] = REGION
            else:
                picture[_widened(ink) & ~ink & (picture >> 24 != FULL)] = EDGE
                picture[ink] = INK
        return picture

    def _on_screen(self, ink: _Ink, affine: Affine, screen: Screen) -> NDArray[np.bool_]:
        """Where the mask is true, at device pixels."""
        moved = np.eye(4)
        moved[1:3, 3] = ink.origin
        placed = np.asarray(affine) @ moved
        steps = np.abs(index_from_pixels(placed, screen.plane, screen.ratio)[:3, :2]).max(axis=0)
        step = float(steps.min())
        factor = max(math.floor(step), 1)
        held = self._coarse.get((id(ink.owner), factor))
        if held is None:
            held = _Coarse(ink.owner, VtkArray(_pooled(ink.mask(), factor)[np.newaxis]))
            self._coarse[id(ink.owner), factor] = held
        border = THIN if step / factor > 1.0 else EVEN
        matrix = index_from_pixels(placed @ _pooling(factor), screen.plane, screen.ratio)
        sampled = self._resampler.sample(held.array, matrix, screen.size, Interpolation.LINEAR)
        return np.asarray(sampled >= border)


@dataclass(frozen=True, slots=True, eq=False)
class _Ink:
    """A mask, made when it is needed, its first pixel's (row, column), and the object that it belongs to."""

    owner: object
    mask: Callable[[], NDArray[np.bool_]]
    origin: tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class _Coarse:
    """A mask at the size that is drawn; the owner is held so that its id stays its own."""

    owner: object
    array: VtkArray


def _pooled(mask: NDArray[np.bool_], factor: int) -> NDArray[np.uint8]:
    """Blocks of factor x factor pixels: full where they hold any ink, so that no thin line is lost."""
    rows, columns = (-(-size // factor) for size in mask.shape)
    whole = np.zeros((rows * factor, columns * factor), dtype=bool)
    whole[: mask.shape[0], : mask.shape[1]] = mask
    upright = whole.reshape(rows, factor, columns * factor).any(axis=1)
    blocks = np.asarray(upright.reshape(rows, columns, factor).any(axis=2))
    return blocks.astype(np.uint8) * np.uint8(FULL)


def _pooling(factor: int) -> Affine:
    """From indices of blocks to indices of pixels."""
    scaled = np.diag([1.0, factor, factor, 1.0])
    scaled[1:3, 3] = (factor - 1) / 2
    return scaled


def _widened(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """One pixel more in the four directions."""
    wide = mask.copy()
    wide[1:] |= mask[:-1]
    wide[:-1] |= mask[1:]
    wide[:, 1:] |= mask[:, :-1]
    wide[:, :-1] |= mask[:, 1:]
    return wide


def _same(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    """Arrays and planes by identity, the rest by value."""
    return len(one) == len(other) and all(
        a is b or (isinstance(a, bytes | tuple | float) and a == b) for a, b in zip(one, other, strict=True)
    )
