"""One frame of one file to an array: in place where it is uncompressed, in a decoder process where a codec is asked.

The fast paths take only what they surely get right, and check what came out against the header; big-endian, deflated
and odd files go to pydicom. MONOCHROME1 is never turned over here, and colour comes out as RGB.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import PixelsUnreadableError
from app.domain.volume import Pixels
from app.studies.codecs import LOSSY
from app.studies.decoding.compressed import decode_compressed, prewarm
from app.studies.decoding.native import decode_native
from app.studies.decoding.syntaxes import COMPRESSED, refusal_of
from app.studies.modality_values import modality_values
from app.studies.pixel_header import PixelHeader
from app.studies.slow_decode import decode_slowly, through_palette

__all__ = ["decode_frame", "prewarm", "settle_bits"]


def decode_frame(header: PixelHeader, index: int = 0) -> Pixels:
    """Stored values of one frame: (rows, columns), or (rows, columns, 3) unsigned for colour.

    A file with a modality LUT sequence gives the output of that table instead, one with a palette its colours.

    Raises PixelsUnreadableError, OSError.
    """
    if not 0 <= index < header.frames:
        raise PixelsUnreadableError("error.pixels.no_frame", file=header.path.name, frame=index + 1)
    stored = decode_stored(header, index)
    if stored.ndim == 3:
        return stored
    if header.photometric == "PALETTE COLOR":
        return through_palette(stored, header)
    return modality_values(stored, header)


def decode_stored(header: PixelHeader, index: int) -> Pixels:
    """As `decode_frame`, before any table: palette indices stay indices. Raises PixelsUnreadableError, OSError."""
    refusal = refusal_of(header)
    if refusal is not None:
        raise refusal
    if header.is_native:
        decoded = decode_native(header, index)
    elif header.syntax in COMPRESSED:
        decoded = hold_overshoot(decode_compressed(header, index), header)
    else:
        return decode_slowly(header, index)
    return settle_bits(decoded, header) if decoded.ndim == 2 and decoded.dtype.kind != "f" else decoded


def hold_overshoot(values: NDArray[Any], header: PixelHeader) -> NDArray[Any]:
    """Lossy coding swings past the largest stored value; cut off as a bit above, white would turn black."""
    if header.syntax not in LOSSY or values.ndim != 2 or header.is_signed:
        return values
    if header.bits_stored == header.bits_allocated or header.high_bit != header.bits_stored - 1:
        return values
    held: NDArray[Any] = np.minimum(values, values.dtype.type((1 << header.bits_stored) - 1))
    return held


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
