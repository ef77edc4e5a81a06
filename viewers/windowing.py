"""From modality values to grey: VOI curves and tables, tables for stored types, inversion, padding."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from viewers.showing import VoiFunction, VoiTable
from viewers.types import WindowLevel

TABLE_TYPES = ("uint8", "int8", "uint16", "int16")
# From 10 % to 90 % a line takes 0.8 of its window, a sigmoid ln(9) / 2: the same rise needs a narrower one.
SIGMOID_SHARE = 0.8 / (math.log(9) / 2)
STEEPEST = 500.0  # exponents past this are 0 or 1 at any depth of grey


@dataclass(frozen=True, slots=True)
class Voi:
    """What makes grey: a window through a function, or a table in its place."""

    window: WindowLevel
    function: VoiFunction = "LINEAR"
    table: VoiTable | None = None


def window_near(table: VoiTable, function: VoiFunction) -> WindowLevel:
    """The window that comes nearest to a table through a function."""
    center, width = table.nearest
    return WindowLevel(center, width * SIGMOID_SHARE if function == "SIGMOID" else width)


def apply_window(values: NDArray[Any], window: WindowLevel) -> NDArray[np.uint8]:
    """Map modality values to 8-bit grey, linear VOI (PS3.3 C.11.2.1.2.1).

    values: any shape, modality units. Returns the same shape. Raises ValueError if the width is below 1.
    """
    if window.width < 1:
        raise ValueError(f"window width must be at least 1, got {window.width}")
    return _grey(values, window)


def smallest_width(slope: float, *, whole_numbers: bool) -> float:
    """The narrowest window that makes sense: 1 for whole numbers of unit slope, less for finer values."""
    return 1.0 if whole_numbers and abs(slope) >= 1.0 else max(min(abs(slope), 1.0), 1e-6)


def window_table(
    dtype: DTypeLike, slope: float, intercept: float, window: WindowLevel | Voi, invert: bool
) -> NDArray[np.uint8]:
    """Grey for every stored value of an 8- or 16-bit type, indexed by its bits read as unsigned.

    65536 entries (256 for 8-bit types). invert: the smallest value is white.
    """
    kind = np.dtype(dtype)
    if kind.name not in TABLE_TYPES:
        raise ValueError(f"no table for {kind.name}")
    unsigned = np.dtype(f"u{kind.itemsize}")
    stored = np.arange(2 ** (8 * kind.itemsize), dtype=np.uint32).astype(unsigned).view(kind)
    return direct_grey(stored, slope, intercept, window, invert)


def blacken(
    table: NDArray[np.uint8], dtype: DTypeLike, padding: int | tuple[int, int] | None
) -> NDArray[np.uint8]:
    """The table with padding black, whether inverted or not; padding that the type cannot hold is no padding.

    padding: one stored value, or a range of them with both ends.
    """
    kind = np.dtype(dtype)
    low, high = padding if isinstance(padding, tuple) else (padding, padding)
    if low is None or high is None:
        return table
    low, high = max(low, int(np.iinfo(kind).min)), min(high, int(np.iinfo(kind).max))
    if low <= high:
        table = table.copy()
        table[np.arange(low, high + 1).astype(kind).view(f"u{kind.itemsize}")] = 0
    return table


def look_up(pixels: NDArray[Any], table: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Grey of stored pixels through a table of `window_table`."""
    return np.take(table, pixels.view(np.dtype(f"u{pixels.dtype.itemsize}")))


def direct_grey(
    pixels: NDArray[Any], slope: float, intercept: float, window: WindowLevel | Voi, invert: bool
) -> NDArray[np.uint8]:
    """Grey of stored pixels of any type, computed for each; what a table holds for the short types."""
    voi = window if isinstance(window, Voi) else Voi(window)
    grey = voi_grey(pixels * np.float64(slope) + np.float64(intercept), voi)
    return 255 - grey if invert else grey


def voi_grey(values: NDArray[Any], voi: Voi) -> NDArray[np.uint8]:
    """8-bit grey of modality values, any shape; what is no number is black (PS3.3 C.11.2)."""
    if voi.table is not None:
        return _by_table(values, voi.table)
    if voi.function == "LINEAR":
        return _grey(values, voi.window)
    with np.errstate(invalid="ignore"):
        share = (values - voi.window.center) / max(voi.window.width, 1e-12)
        if voi.function == "SIGMOID":
            bright = 255 / (1 + np.exp(np.clip(-4 * share, -STEEPEST, STEEPEST)))
        else:
            bright = np.clip((share + 0.5) * 255, 0, 255)
        return np.nan_to_num(np.rint(bright)).astype(np.uint8)


def _by_table(values: NDArray[Any], voi: VoiTable) -> NDArray[np.uint8]:
    shades = np.rint(voi.table * (255.0 / (2**voi.bits - 1))).astype(np.uint8)
    place = np.clip(np.nan_to_num(np.rint(values)) - voi.first, 0, len(shades) - 1)
    grey: NDArray[np.uint8] = np.take(shades, place.astype(np.int32))
    return grey


def _grey(values: NDArray[Any], window: WindowLevel) -> NDArray[np.uint8]:
    if window.width == 1:  # PS3.3 C.11.2.1.2.1: the middle itself is black; a formula would make it grey
        return np.where(values > window.center - 0.5, 255, 0).astype(np.uint8)
    span = max(window.width - 1, 1e-6) if window.width >= 1 else window.width
    shift = 0.5 if window.width >= 1 else 0.0
    grey = ((values - (window.center - shift)) / span + 0.5) * 255
    # Rounded, so that 8-bit values come through their own window (128, 256) as they are.
    return np.nan_to_num(np.rint(np.clip(grey, 0, 255))).astype(np.uint8)
