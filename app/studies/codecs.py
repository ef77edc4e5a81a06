"""One compressed frame to an array, one function for each family of codecs; runs in a decoder process.

Only what is surely right is given back: size, type and colour are those that the header promises. Which library takes
which syntax was chosen by speed (`tests/benchmarks/bench_decode.py`).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.studies.decoding.colour import from_planes, spread_422, ybr_to_rgb
from app.studies.decoding.cut_short import is_cut_short
from app.studies.decoding.tasks import FrameTask

_JPEG_PROCESS = "1.2.840.10008.1.2.4."
JPEG_8_BIT = _JPEG_PROCESS + "50"
JPEG_12_BIT = _JPEG_PROCESS + "51"
JPEG_LOSSLESS = frozenset({_JPEG_PROCESS + "57", _JPEG_PROCESS + "70"})
JPEG = JPEG_LOSSLESS | {JPEG_8_BIT, JPEG_12_BIT}
JPEG_LS = frozenset({_JPEG_PROCESS + "80", _JPEG_PROCESS + "81"})
JPEG_2000_PART_2 = frozenset({_JPEG_PROCESS + "92", _JPEG_PROCESS + "93"})
JPEG_2000 = frozenset({_JPEG_PROCESS + "90", _JPEG_PROCESS + "91"}) | JPEG_2000_PART_2
HTJ2K = frozenset({_JPEG_PROCESS + "201", _JPEG_PROCESS + "202", _JPEG_PROCESS + "203"})
JPEG_XL = frozenset({_JPEG_PROCESS + "110", _JPEG_PROCESS + "111", _JPEG_PROCESS + "112"})
RLE = "1.2.840.10008.1.2.5"
ENCAPSULATED_NATIVE = "1.2.840.10008.1.2.1.98"
DEFLATED_FRAMES = "1.2.840.10008.1.2.8.1"
PACKED = frozenset(
    {RLE, ENCAPSULATED_NATIVE, DEFLATED_FRAMES}
)  # no picture format: bytes as PS3.5 section 8 has them
KNOWN = JPEG | JPEG_LS | JPEG_2000 | HTJ2K | JPEG_XL | PACKED
LOSSY = frozenset(_JPEG_PROCESS + number for number in ("50", "51", "81", "91", "93", "112", "203"))

GREY = frozenset({"MONOCHROME1", "MONOCHROME2", "PALETTE COLOR", ""})
COLOURS = frozenset({"RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT"})


class CodecError(Exception):
    """The codec refused the frame, or gave back another picture than the header promises."""


class CutShortError(Exception):
    """The codestream ends before the picture does; no other codec may fill in the rest."""


def decode_codestream(task: FrameTask, frame: bytes) -> NDArray[Any]:
    """(rows, columns) with the bits as they are stored, or (rows, columns, 3) RGB.

    Raises CodecError, CutShortError, MemoryError.
    """
    family = _family(task.syntax)
    try:
        return _as_promised(family(task, frame), task)
    except CodecError:
        raise
    except (RuntimeError, ValueError, TypeError, OverflowError, zlib.error) as error:
        raise CodecError(
            type(error).__name__
        ) from error  # every codec error of imagecodecs is a RuntimeError


def _family(syntax: str) -> Callable[[FrameTask, bytes], NDArray[Any]]:
    families: tuple[tuple[frozenset[str], Callable[[FrameTask, bytes], NDArray[Any]]], ...] = (
        (JPEG, _jpeg),
        (JPEG_LS, _jpeg_ls),
        (JPEG_2000 | HTJ2K, _jpeg_2000),
        (JPEG_XL, _jpeg_xl),
        (frozenset({RLE}), _rle),
        (frozenset({DEFLATED_FRAMES}), _deflated),
        (frozenset({ENCAPSULATED_NATIVE}), unpack),
    )
    for syntaxes, decode in families:
        if syntax in syntaxes:
            return decode
    raise CodecError(syntax)


def _jpeg(task: FrameTask, frame: bytes) -> NDArray[Any]:
    """The header, not the codestream's guess, says whether colours were transformed; JFIF means YCbCr by definition
    (ISO/IEC 10918-5), whatever the header says beside it.
    """
    import imagecodecs

    spaces: dict[str, Any] = {}  # names or numbers of colour spaces
    if task.samples > 1 and not (frame[6:10] == b"JFIF" and task.syntax not in JPEG_LOSSLESS):
        spaces["colorspace"] = "YCBCR" if task.photometric.startswith("YBR") else "RGB"
        spaces["outcolorspace"] = "RGB"

    def decode(stream: bytes) -> NDArray[Any]:
        return np.asarray(imagecodecs.jpeg8_decode(stream, **spaces))

    decoded = decode(frame)
    if is_cut_short(decoded, frame, decode):
        raise CutShortError
    return decoded


def _jpeg_ls(task: FrameTask, frame: bytes) -> NDArray[Any]:
    import imagecodecs

    decoded = np.asarray(imagecodecs.jpegls_decode(frame))
    if task.samples == 3 and decoded.shape == (
        3,
        task.rows,
        task.columns,
    ):  # not interleaved: plane after plane
        decoded = decoded.transpose(1, 2, 0)
    return _untransformed(decoded, task)


def _jpeg_2000(task: FrameTask, frame: bytes) -> NDArray[Any]:
    """The codec turns YBR_ICT and YBR_RCT back by itself; YBR_FULL was there before it (PS3.5 section 8.2.4).

    HTJ2K too goes through OpenJPEG: OpenJPH is twice as fast, but gives back whatever lay in memory where a stream is
    damaged, and says so to nobody.
    """
    import imagecodecs

    decoded = np.asarray(imagecodecs.jpeg2k_decode(frame))
    if task.syntax in JPEG_2000_PART_2 and task.samples == 1 and decoded.ndim == 3:
        decoded = decoded[..., task.component]
    return _untransformed(decoded, task)


def _jpeg_xl(task: FrameTask, frame: bytes) -> NDArray[Any]:
    """Always RGB or grey; its colour transforms are its own business."""
    import imagecodecs

    return np.asarray(imagecodecs.jpegxl_decode(frame, numthreads=1))


def _rle(task: FrameTask, frame: bytes) -> NDArray[Any]:
    """Byte planes of each sample, the highest byte first (PS3.5 annex G)."""
    import imagecodecs

    size = max(task.bits_allocated // 8, 1)
    raw = imagecodecs.dicomrle_decode(frame, np.dtype(f"<u{size}"))
    return unpack(task, bytes(raw), planar=1)


def _deflated(task: FrameTask, frame: bytes) -> NDArray[Any]:
    """Never inflated further than the header promises."""
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    raw = inflate.decompress(frame, packed_bytes(task) + 2)
    if not inflate.eof:
        raise CodecError("not whole, or larger than promised")
    return unpack(task, raw)


def packed_bytes(task: FrameTask) -> int:
    """Size of a frame as PS3.5 section 8 packs it, on its own."""
    pixels = task.rows * task.columns
    if task.photometric == "YBR_FULL_422" and task.samples == 3:
        return pixels * 2 * task.bits_allocated // 8
    return (pixels * task.samples * task.bits_allocated + 7) // 8


def unpack(task: FrameTask, raw: bytes, *, planar: int | None = None) -> NDArray[Any]:
    """Little-endian bytes of one frame to an array; one pad byte is no error. Raises CodecError."""
    is_halved = task.photometric == "YBR_FULL_422" and task.samples == 3 and planar is None
    pixels = task.rows * task.columns
    expected = (
        packed_bytes(task) if planar is None else (pixels * task.samples * task.bits_allocated + 7) // 8
    )
    if not expected <= len(raw) <= expected + 1:
        raise CodecError(f"{len(raw)} of {expected} bytes")
    if task.bits_allocated == 1:
        bits = np.unpackbits(np.frombuffer(raw, np.uint8, expected), bitorder="little", count=pixels)
        return bits.reshape(task.rows, task.columns)
    values = np.frombuffer(
        raw, np.dtype(f"<u{task.bits_allocated // 8}"), expected * 8 // task.bits_allocated
    )
    if task.samples == 1:
        return values.reshape(task.rows, task.columns)
    if is_halved:
        return ybr_to_rgb(spread_422(values, task.rows, task.columns))
    if (task.planar if planar is None else planar) == 1:
        return _untransformed(from_planes(values, task.rows, task.columns, task.samples), task)
    return _untransformed(values.reshape(task.rows, task.columns, task.samples), task)


def _untransformed(decoded: NDArray[Any], task: FrameTask) -> NDArray[Any]:
    """RGB from colours that were YCbCr before the codec saw them."""
    if task.samples != 3 or not task.photometric.startswith("YBR_FULL"):
        return decoded
    if decoded.shape[-1] != 3 or decoded.dtype.kind != "u" or decoded.dtype.itemsize > 2:
        raise CodecError("no YCbCr of 8 or 16 bits")
    return ybr_to_rgb(decoded)


def _as_promised(decoded: NDArray[Any], task: FrameTask) -> NDArray[Any]:
    """The array if it has the size and type that the header promises; narrower values are widened."""
    size = (task.rows, task.columns)
    grey = task.photometric in GREY
    if decoded.shape != (size if grey else (*size, 3)) or (task.samples == 1) is not grey:
        raise CodecError(f"{decoded.shape}")
    if not grey and task.photometric not in COLOURS:
        raise CodecError(task.photometric)
    width = max(task.bits_allocated, 8) // 8
    if decoded.dtype.kind not in "iub" or decoded.dtype.itemsize > width:
        raise CodecError(f"{decoded.dtype}")
    if decoded.dtype.kind == "i" and not task.is_signed:
        raise CodecError("signed")
    kind = "i" if task.is_signed and grey else "u"
    if decoded.dtype.itemsize == width and decoded.dtype.kind != "b":
        return decoded.view(np.dtype(f"{kind}{width}"))
    return decoded.astype(np.dtype(f"{kind}{width}"))
