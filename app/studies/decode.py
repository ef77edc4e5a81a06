"""One frame of one file to an array: by offset, by codec, or by pydicom, in that order of speed.

The fast paths take only what they surely get right, and check what came out against the header; everything else goes to
pydicom's own decoders. MONOCHROME1 is never turned over here, and colour comes out as RGB.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import PixelsUnreadableError
from app.domain.volume import Pixels
from app.studies.codecs import decode_by_codec
from app.studies.modality_values import modality_values
from app.studies.pixel_header import PixelHeader
from app.studies.slow_decode import decode_slowly

GREY = frozenset({"MONOCHROME1", "MONOCHROME2"})


def decode_frame(header: PixelHeader, index: int = 0) -> Pixels:
    """Stored values of one frame: (rows, columns), or (rows, columns, 3) uint8 or uint16 for colour.

    A file with a modality LUT sequence gives the output of that table instead.

    Raises PixelsUnreadableError, OSError.
    """
    if not 0 <= index < header.frames:
        raise PixelsUnreadableError("error.pixels.no_frame", file=header.path.name, frame=index + 1)
    stored = _decode_stored(header, index)
    return modality_values(stored, header) if stored.ndim == 2 else stored


def _decode_stored(header: PixelHeader, index: int) -> Pixels:
    if (
        header.is_native
        and header.photometric in GREY
        and header.samples == 1
        and header.bits_allocated in (8, 16, 32)
    ):
        return _by_offset(header, index)
    if not header.is_native:
        decoded = decode_by_codec(header, index)
        if decoded is not None:
            return settle_bits(decoded, header) if decoded.ndim == 2 else decoded
    return decode_slowly(header, index)


def settle_bits(values: NDArray[Any], header: PixelHeader) -> Pixels:
    """Move the stored bits down, drop what lies above them, and extend the sign (PS3.5 section 8.1.1)."""
    allocated, stored, high = header.bits_allocated, header.bits_stored, header.high_bit
    if stored == allocated:
        return values
    if not stored - 1 <= high < allocated:
        what = f"high bit {high} of {allocated}"
        raise PixelsUnreadableError("error.pixels.bad_header", file=header.path.name, what=what)
    kind = header.stored_dtype
    bits = values.astype(np.dtype(f"u{kind.itemsize}"), copy=False)
    up = allocated - 1 - high
    left: NDArray[Any] = np.left_shift(bits, up) if up else bits
    settled: Pixels = np.right_shift(left.view(kind), allocated - stored)
    return settled


def _by_offset(header: PixelHeader, index: int) -> Pixels:
    """Uncompressed grey: one read at a known place."""
    if header.offset is None or header.length is None:
        raise ValueError("only for native pixels")
    if header.length < header.frame_bytes * header.frames and header.length < header.frame_bytes * (
        index + 1
    ):
        raise _truncated(header, header.length)
    values = np.empty(header.rows * header.columns, dtype=header.stored_dtype.newbyteorder("<"))
    with header.path.open("rb") as file:
        file.seek(header.offset + index * header.frame_bytes)
        found = file.readinto(values.view(np.uint8).data)
    if found != header.frame_bytes:
        raise _truncated(header, index * header.frame_bytes + found)
    return settle_bits(values.reshape(header.rows, header.columns), header)


def _truncated(header: PixelHeader, found: int) -> PixelsUnreadableError:
    expected = header.frame_bytes * header.frames
    return PixelsUnreadableError(
        "error.pixels.truncated", file=header.path.name, found=found, expected=expected
    )
