"""Which transfer syntaxes are decoded, and in which words the others are refused (PS3.6 table A-1)."""

from __future__ import annotations

from app.domain.errors import PixelsUnreadableError
from app.studies.codecs import COLOURS, GREY, KNOWN
from app.studies.pixel_header import NATIVE_LITTLE, PixelHeader

_ROOT = "1.2.840.10008.1.2."
BIG_ENDIAN, DEFLATED = _ROOT + "2", _ROOT + "1.99"
COMPRESSED = KNOWN

_MPEG2, _H264, _HEVC = "MPEG-2", "MPEG-4 AVC/H.264", "HEVC/H.265"
VIDEO = {
    **{_ROOT + f"4.{number}{part}": _MPEG2 for number in (100, 101) for part in ("", ".1")},
    **{_ROOT + f"4.{number}{part}": _H264 for number in range(102, 107) for part in ("", ".1")},
    **{_ROOT + f"4.{number}": _HEVC for number in (107, 108)},
    **{_ROOT + f"7.{number}": "SMPTE ST 2110" for number in (1, 2, 3)},
}
ELSEWHERE = {
    _ROOT + "4.94": "JPIP Referenced",
    _ROOT + "4.95": "JPIP Referenced Deflate",
    _ROOT + "4.204": "JPIP HTJ2K Referenced",
    _ROOT + "4.205": "JPIP HTJ2K Referenced Deflate",
}


def refusal_of(header: PixelHeader) -> PixelsUnreadableError | None:
    """Why this file is not decoded at all, or None."""
    name, syntax = header.path.name, header.syntax
    if syntax in VIDEO:
        return PixelsUnreadableError("error.pixels.video", file=name, name=VIDEO[syntax])
    if syntax in ELSEWHERE:
        return PixelsUnreadableError("error.pixels.not_here", file=name, name=ELSEWHERE[syntax])
    if syntax and syntax not in NATIVE_LITTLE | {BIG_ENDIAN, DEFLATED} | COMPRESSED:
        return PixelsUnreadableError("error.pixels.unknown_syntax", file=name, syntax=syntax)
    if header.samples > 1 and header.photometric not in COLOURS:
        space = header.photometric or "-"
        return PixelsUnreadableError("error.pixels.colour_space", file=name, space=space)
    if header.samples == 1 and header.photometric not in GREY:
        what = f"{header.photometric}, one sample a pixel"
        return PixelsUnreadableError("error.pixels.bad_header", file=name, what=what)
    return None
