"""Compressed frames straight through a codec that gives up Python's lock (imagecodecs), where that is surely right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import PixelsUnreadableError
from app.studies.codestream import declared_size
from app.studies.pixel_header import PixelHeader

_JPEG_PROCESS = "1.2.840.10008.1.2.4."
JPEG_8_BIT = _JPEG_PROCESS + "50"
JPEG_12_BIT = _JPEG_PROCESS + "51"
JPEG_LOSSLESS = frozenset({_JPEG_PROCESS + "57", _JPEG_PROCESS + "70"})
JPEG_LS = frozenset({_JPEG_PROCESS + "80", _JPEG_PROCESS + "81"})
JPEG_2000 = frozenset({_JPEG_PROCESS + "90", _JPEG_PROCESS + "91"})
HTJ2K = frozenset({_JPEG_PROCESS + "201", _JPEG_PROCESS + "202", _JPEG_PROCESS + "203"})

Codec = Callable[[bytes], NDArray[Any]]


def decode_by_codec(header: PixelHeader, index: int) -> NDArray[Any] | None:
    """The frame, or None where this is not the place to decode it.

    Raises PixelsUnreadableError if the codestream announces another size than the header: no codec may be given it.
    """
    grey = header.samples == 1 and header.photometric in {"MONOCHROME1", "MONOCHROME2"}
    codec = _grey_codec(header.syntax) if grey else _colour_codec(header)
    if codec is None or header.offset is None or header.bits_allocated not in (8, 16):
        return None
    frame = frame_bytes(header, index)
    if frame is None:
        return None
    check_size(header, frame)
    try:
        decoded = codec(frame)
    except (RuntimeError, ValueError, TypeError):  # every codec error of imagecodecs is a RuntimeError
        return None
    return _as_promised(decoded, header, grey=grey)


def frame_bytes(header: PixelHeader, index: int) -> bytes | None:
    """The codestream of one frame, fragments joined (PS3.5 annex A.4); None if the fragments make no sense."""
    from pydicom.encaps import get_frame

    if header.offset is None:
        return None
    with header.path.open("rb") as file:
        file.seek(header.offset)
        try:
            return bytes(get_frame(file, index, number_of_frames=header.frames))
        except (ValueError, EOFError, OSError, IndexError):
            return None


def check_size(header: PixelHeader, frame: bytes) -> None:
    """Refuse a codestream of another size before any codec takes memory for it. Raises PixelsUnreadableError."""
    size = declared_size(frame)
    if size is not None and size != (header.rows, header.columns):
        what = f"{size[0]} x {size[1]} compressed, {header.rows} x {header.columns} promised"
        raise PixelsUnreadableError("error.pixels.bad_header", file=header.path.name, what=what)


def _as_promised(decoded: NDArray[Any], header: PixelHeader, *, grey: bool) -> NDArray[Any] | None:
    """The array if it has the size and type that the header promises."""
    shape = (header.rows, header.columns) if grey else (header.rows, header.columns, 3)
    if (
        decoded.shape != shape
        or decoded.dtype.kind not in "iu"
        or decoded.dtype.itemsize * 8 != header.bits_allocated
    ):
        return None
    if not grey:
        return decoded
    if decoded.dtype.kind == "i" and not header.is_signed:
        return None
    return decoded.view(np.dtype(f"{'i' if header.is_signed else 'u'}{decoded.dtype.itemsize}"))


def _grey_codec(syntax: str) -> Codec | None:
    import imagecodecs

    if syntax in JPEG_LOSSLESS or syntax in (JPEG_8_BIT, JPEG_12_BIT):
        return lambda frame: np.asarray(imagecodecs.jpeg_decode(frame))
    if syntax in JPEG_LS:
        return lambda frame: np.asarray(imagecodecs.jpegls_decode(frame))
    if syntax in HTJ2K or syntax in JPEG_2000:
        return lambda frame: np.asarray(imagecodecs.jpeg2k_decode(frame))
    return None


def _colour_codec(header: PixelHeader) -> Codec | None:
    """Eight-bit JPEG: the header, not the codestream's guess, says whether its colours were transformed."""
    import imagecodecs

    if header.syntax not in (JPEG_8_BIT, JPEG_12_BIT) or header.samples != 3 or header.bits_stored != 8:
        return None
    if header.photometric.startswith("YBR_FULL"):
        return lambda frame: np.asarray(
            imagecodecs.jpeg8_decode(frame, colorspace="YCBCR", outcolorspace="RGB")
        )
    if header.photometric == "RGB":
        return _rgb
    return None


def _rgb(frame: bytes) -> NDArray[Any]:
    """A JFIF marker means YCbCr by definition, whatever the DICOM header says beside it (ISO/IEC 10918-5)."""
    import imagecodecs

    if frame[6:10] == b"JFIF":
        return np.asarray(imagecodecs.jpeg8_decode(frame))
    return np.asarray(imagecodecs.jpeg8_decode(frame, colorspace="RGB", outcolorspace="RGB"))
