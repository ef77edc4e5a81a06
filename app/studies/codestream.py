"""The size that a compressed frame claims for itself, read before a codec takes memory for it."""

from __future__ import annotations

import struct

from app.domain.errors import PixelsUnreadableError
from app.studies.pixel_header import PixelHeader

_START_OF_SCAN = 0xDA
# Start-of-frame markers: JPEG (ISO/IEC 10918-1 table B.1, without DHT, JPG and DAC) and JPEG-LS (ISO/IEC 14495-1).
_FRAME_MARKERS = (frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}) | {0xF7}
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a length
_JPEG_2000 = b"\xff\x4f\xff\x51"  # SOC, then SIZ at once (ISO/IEC 15444-1 annex A.5.1)


def declared_size(frame: bytes) -> tuple[int, int] | None:
    """(rows, columns) that the codestream announces; None where it does not say."""
    if frame[:2] == b"\xff\xd8":
        return _jpeg(frame)
    start = frame.find(_JPEG_2000, 0, 64 * 1024)  # a JP2 box may lie before the codestream
    return None if start < 0 else _jpeg_2000(frame, start)


def declared_components(frame: bytes) -> int | None:
    """How many components a JPEG 2000 codestream holds; None where it does not say."""
    start = frame.find(_JPEG_2000, 0, 64 * 1024)
    return int.from_bytes(frame[start + 40 : start + 42], "big") if start >= 0 else None


def check_size(header: PixelHeader, frame: bytes) -> None:
    """Refuse a codestream of another size before any codec takes memory for it. Raises PixelsUnreadableError."""
    size = declared_size(frame)
    if size is not None and size != (header.rows, header.columns):
        what = f"{size[0]} x {size[1]} compressed, {header.rows} x {header.columns} promised"
        raise PixelsUnreadableError("error.pixels.bad_header", file=header.path.name, what=what)


def _jpeg(frame: bytes) -> tuple[int, int] | None:
    offset = 2
    while offset + 9 <= len(frame) and frame[offset] == 0xFF:
        marker = frame[offset + 1]
        if marker == 0xFF:  # fill byte
            offset += 1
        elif marker in _ALONE:
            offset += 2
        elif marker == _START_OF_SCAN:
            return None
        elif marker in _FRAME_MARKERS:
            rows, columns = struct.unpack_from(">HH", frame, offset + 5)
            return (rows, columns) if rows and columns else None
        else:
            offset += 2 + int.from_bytes(frame[offset + 2 : offset + 4], "big")
    return None


def _jpeg_2000(frame: bytes, start: int) -> tuple[int, int] | None:
    if len(frame) < start + 24:
        return None
    right, bottom, left, top = struct.unpack_from(">4L", frame, start + 8)
    return bottom - top, right - left
