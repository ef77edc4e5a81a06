"""Which codecs work here, by a picture there and back, not by whether they can be imported."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def working_codecs() -> dict[str, bool]:
    """Codec name -> whether it gave back the picture that went in."""
    import imagecodecs

    picture = (np.arange(64 * 64, dtype=np.uint16) % 4096).reshape(64, 64)
    pairs = {
        "JPEG lossless": ("ljpeg_encode", "jpeg_decode"),
        "JPEG-LS": ("jpegls_encode", "jpegls_decode"),
        "JPEG 2000": ("jpeg2k_encode", "jpeg2k_decode"),
        "HTJ2K": ("htj2k_encode", "jpeg2k_decode"),
    }
    found: dict[str, bool] = {}
    for name, (encode, decode) in pairs.items():
        try:
            options = {"reversible": True} if "2k" in encode else {}
            coded = getattr(imagecodecs, encode)(picture, **options)
            found[name] = bool(np.array_equal(getattr(imagecodecs, decode)(coded), picture))
        except (RuntimeError, ImportError, ValueError, TypeError):
            found[name] = False
    found["RLE"] = _rle(picture)
    return found


def _rle(picture: NDArray[np.uint16]) -> bool:
    try:
        from rle import rle
    except ImportError:
        return False
    coded = rle.encode_frame(picture.tobytes(), 64, 64, 1, 16, "<")
    return bytes(rle.decode_frame(bytes(coded), picture.size, 16, "<")) == picture.tobytes()
