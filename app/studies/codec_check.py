"""Which codecs work here, by a picture there and back through what decodes studies, not by what can be imported."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.studies.codecs import CodecError, CutShortError, decode_codestream
from app.studies.decoding.tasks import FrameTask

SIDE, BITS = 64, 12
NEAR = 8  # a lossy picture of a smooth ramp stays this near
_JPEG = "1.2.840.10008.1.2.4."
Encode = Callable[[NDArray[Any]], bytes]


def working_codecs() -> dict[str, bool]:
    """Name of a family of transfer syntaxes -> whether it gave back the picture that went in."""
    return {
        "JPEG": _is_back(f"{_JPEG}50", _encoder("jpeg8_encode", level=95), bits=8, error=NEAR),
        "JPEG lossless": _is_back(f"{_JPEG}70", _encoder("ljpeg_encode")),
        "JPEG-LS": _is_back(f"{_JPEG}80", _encoder("jpegls_encode")),
        "JPEG 2000": _is_back(f"{_JPEG}90", _encoder("jpeg2k_encode", reversible=True)),
        "HTJ2K": _is_back(f"{_JPEG}201", _encoder("htj2k_encode", reversible=True)),
        "JPEG XL": _is_back(f"{_JPEG}110", _encoder("jpegxl_encode", lossless=True)),
        "RLE": _is_back("1.2.840.10008.1.2.5", _run_lengths),
    }


def _encoder(name: str, **options: Any) -> Encode:  # options: whatever the library's function takes
    def encode(picture: NDArray[Any]) -> bytes:
        import imagecodecs

        return bytes(getattr(imagecodecs, name)(picture, **options))

    return encode


def _run_lengths(picture: NDArray[Any]) -> bytes:
    from rle import rle

    return bytes(rle.encode_frame(picture.tobytes(), SIDE, SIDE, 1, 16, "<"))


def _is_back(syntax: str, encode: Encode, bits: int = BITS, error: int = 0) -> bool:
    """False too where this build of the library cannot make a picture to try it with."""
    ramp = np.add.outer(np.arange(SIDE), np.arange(SIDE)) * 2 ** (bits - 8)
    picture = ramp.astype(np.uint8 if bits == 8 else np.uint16)
    task = FrameTask(syntax, SIDE, SIDE, 1, 8 if bits == 8 else 16, bits, False, "MONOCHROME2", 0)
    try:
        back = decode_codestream(task, encode(picture))
    except (CodecError, CutShortError, AttributeError, ImportError, RuntimeError, ValueError, TypeError):
        return False
    return back.shape == picture.shape and int(np.abs(back.astype(int) - picture.astype(int)).max()) <= error
