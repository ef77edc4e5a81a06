"""Small pictures for the browser: right way up, right proportions, windowed as the file asks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.domain.geometry import spacing_of
from app.domain.volume import Pixels
from app.studies.decode import decode_frame
from app.studies.display_sets import DisplaySet
from app.studies.greys import by_table, by_window
from app.studies.pixel_header import PixelHeader, header_of, of_frame
from app.studies.stack_frame import StackFrame, stack_frame
from app.studies.volumes import default_window


def thumbnail(
    display_set: DisplaySet, size_px: int = 96, fetch: Callable[[Path], None] | None = None
) -> NDArray[np.uint8]:
    """The middle frame in at most size_px x size_px: (rows, columns) grey or (rows, columns, 3).

    fetch: asked for its file before it is read.

    Raises PixelsUnreadableError, OSError.
    """
    middle = len(display_set.frames) // 2
    address = display_set.frames[middle]
    if fetch is not None:
        fetch(address.instance.path)
    header = of_frame(header_of(address.instance), address.frame - 1)
    pixels = decode_frame(header, address.frame - 1)
    frame = stack_frame(display_set, middle, header, pixels)
    _, row_mm, column_mm = spacing_of(frame.affine)

    def shrink(array: Pixels) -> NDArray[np.float32]:
        return _shrink(array, row_mm, column_mm, size_px)

    picture = _eight_bits(shrink(pixels), frame, header)
    _cover(picture, frame, shrink)
    return picture


def _shrink(pixels: Pixels, row_mm: float, column_mm: float, size_px: int) -> NDArray[np.float32]:
    """Means over blocks, then the nearest pixel: quick, and no thin line gets lost."""
    height_mm, width_mm = pixels.shape[0] * row_mm, pixels.shape[1] * column_mm
    scale = size_px / max(height_mm, width_mm)
    rows, columns = max(round(height_mm * scale), 1), max(round(width_mm * scale), 1)
    down, across = max(pixels.shape[0] // rows, 1), max(pixels.shape[1] // columns, 1)
    trimmed = pixels[: pixels.shape[0] // down * down, : pixels.shape[1] // across * across]
    blocks = trimmed.reshape(
        trimmed.shape[0] // down, down, trimmed.shape[1] // across, across, *pixels.shape[2:]
    )
    means = blocks.mean(axis=(1, 3), dtype=np.float32)
    at_row = np.minimum((np.arange(rows) + 0.5) * means.shape[0] / rows, means.shape[0] - 1).astype(int)
    at_column = np.minimum((np.arange(columns) + 0.5) * means.shape[1] / columns, means.shape[1] - 1).astype(
        int
    )
    picked: NDArray[np.float32] = means[np.ix_(at_row, at_column)]
    return picked


def _eight_bits(small: NDArray[np.float32], frame: StackFrame, header: PixelHeader) -> NDArray[np.uint8]:
    pixels = frame.pixels
    if small.ndim == 3:
        return np.asarray(np.clip(small * (255 / (2**frame.colour_bits - 1)), 0, 255), dtype=np.uint8)
    values = small * frame.slope + frame.intercept
    if frame.voi_tables:
        shown = by_table(values, frame.voi_tables[0])
    else:
        own = header.windows
        window = own[0] if own else default_window(pixels, frame.slope, frame.intercept, frame.padding_range)
        shown = by_window(values, window, frame.voi_function)
    return np.asarray(np.nan_to_num(1 - shown if frame.inverted else shown) * 255, dtype=np.uint8)


def _cover(
    picture: NDArray[np.uint8], frame: StackFrame, shrink: Callable[[Pixels], NDArray[np.float32]]
) -> None:
    """Padding black, and the shutter's grey outside it, where most of a small pixel is covered."""
    if frame.padding_range is not None:
        low, high = frame.padding_range
        picture[shrink((frame.pixels >= low) & (frame.pixels <= high)) > 0.5] = 0
    if frame.shutter is not None:
        picture[shrink(frame.shutter.shown) < 0.5] = round(frame.shutter.grey * 255)
