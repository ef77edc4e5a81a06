"""Uncompressed frames, by one read at a known place (PS3.5 section 8)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import PixelsUnreadableError
from app.studies.codecs import COLOURS, GREY, CodecError, unpack
from app.studies.decoding.tasks import task_of
from app.studies.pixel_header import PixelHeader
from app.support.held.doors import open_file


def decode_native(header: PixelHeader, index: int) -> NDArray[Any]:
    """Stored bits (rows, columns), 1-bit frames as 0 and 1, or RGB (rows, columns, 3).

    Raises PixelsUnreadableError, OSError.
    """
    if header.samples == 1 and header.bits_allocated == 1:
        return _single_bits(header, index)
    if header.samples == 1 and header.photometric in GREY:
        return _grey(header, index)
    if header.samples == 3 and header.photometric in COLOURS and header.bits_allocated in (8, 16, 32):
        return _colour(header, index)
    what = f"{header.samples} samples of {header.bits_allocated} bits, {header.photometric or '-'}"
    raise PixelsUnreadableError("error.pixels.bad_header", file=header.path.name, what=what)


def _grey(header: PixelHeader, index: int) -> NDArray[Any]:
    values = np.empty(header.rows * header.columns, dtype=header.stored_dtype.newbyteorder("<"))
    _read(header, index * values.nbytes, values.view(np.uint8))
    return values.astype(header.stored_dtype, copy=False).reshape(header.rows, header.columns)


def _single_bits(header: PixelHeader, index: int) -> NDArray[Any]:
    """Frames follow each other without a gap, across the borders of bytes (PS3.5 section 8.1.1)."""
    pixels = header.rows * header.columns
    first, skip = divmod(index * pixels, 8)
    packed = np.empty((skip + pixels + 7) // 8, dtype=np.uint8)
    _read(header, first, packed)
    bits = np.unpackbits(packed, bitorder="little", count=skip + pixels)
    return bits[skip:].reshape(header.rows, header.columns)


def _colour(header: PixelHeader, index: int) -> NDArray[Any]:
    pixels, width = header.rows * header.columns, header.bits_allocated // 8
    whole = pixels * 3 * width
    is_halved = header.photometric == "YBR_FULL_422" and (header.length or 0) < whole * header.frames
    raw = np.empty(pixels * 2 * width if is_halved else whole, dtype=np.uint8)
    _read(header, index * raw.nbytes, raw)
    space = header.photometric
    if space == "YBR_FULL_422" and not is_halved:  # said to be halved, but is not: a toolkit's habit
        space = "YBR_FULL"
    elif space in {"YBR_ICT", "YBR_RCT"}:  # made by JPEG 2000 only, so these were turned back already
        space = "RGB"
    task = replace(task_of(header), photometric=space, is_signed=False)
    try:
        return unpack(task, raw.tobytes())
    except CodecError as error:
        raise PixelsUnreadableError(
            "error.pixels.bad_header", file=header.path.name, what=str(error)
        ) from error


def _read(header: PixelHeader, start: int, into: NDArray[np.uint8]) -> None:
    """Fill `into` from the pixels, `start` bytes on. Raises PixelsUnreadableError if they end before."""
    if header.offset is None or header.length is None:
        raise ValueError("only for native pixels")
    if start + into.nbytes > header.length:
        raise _truncated(header, min(header.length, start + into.nbytes))
    with open_file(header.path) as file:
        file.seek(header.offset + start)
        found = file.readinto(into.data)
    if found != into.nbytes:
        raise _truncated(header, start + found)


def _truncated(header: PixelHeader, found: int) -> PixelsUnreadableError:
    expected = header.frame_bytes * header.frames
    return PixelsUnreadableError(
        "error.pixels.truncated", file=header.path.name, found=found, expected=expected
    )
