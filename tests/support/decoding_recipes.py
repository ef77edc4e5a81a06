"""Files made here for what the shared files lack: each recipe gives the path of a file and the frames it must give."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from tests.support.decoding import rle_frame, write_encapsulated

Frames = list[NDArray[Any]]
Recipe = Callable[[Path], tuple[Path, Frames]]
ROOT = "1.2.840.10008.1.2."
ROWS, COLUMNS = 37, 53  # odd on purpose: 1-bit frames begin inside bytes, fragments get pad bytes


def grey(bits: int = 12, *, signed: bool = False, frames: int = 1) -> Frames:
    """A ramp with noise in it that uses the whole range; each frame another."""
    noise = np.random.default_rng(7)
    low = -(1 << bits - 1) if signed else 0
    width = 8 if bits <= 8 else 16 if bits <= 16 else 32
    kind = np.dtype(f"{'i' if signed else 'u'}{width // 8}")
    ramp = np.linspace(0, (1 << bits) - 1, ROWS * COLUMNS).reshape(ROWS, COLUMNS)
    made = []
    for number in range(frames):
        jitter = noise.integers(0, max((1 << bits) // 16, 1), (ROWS, COLUMNS))
        made.append(((ramp.astype(np.int64) + jitter + number * 5) % (1 << bits) + low).astype(kind))
    return made


def colour(bits: int = 8) -> Frames:
    """RGB, three different ramps."""
    one, two, three = grey(bits, frames=3)
    return [np.ascontiguousarray(np.stack([one, two[::-1], three[:, ::-1]], axis=-1))]


def stored(bits: int) -> dict[str, Any]:
    """Header entries of a depth below the allocated one."""
    return {"BitsStored": bits, "HighBit": bits - 1}


def coded(
    number: str, frames: Frames, encode: Callable[[NDArray[Any]], bytes | bytearray], **changes: object
) -> Callable[[Path], tuple[Path, Frames]]:
    """A recipe that encodes each frame on its own; the number is the end of the transfer syntax UID."""

    def make(folder: Path) -> tuple[Path, Frames]:
        streams = [bytes(encode(frame)) for frame in frames]
        return write_encapsulated(folder / "made.dcm", ROOT + number, streams, frames[0], **changes), frames

    return make


def jpeg_lossless(predictor: int) -> Callable[[NDArray[Any]], bytes]:
    """Process 14 with one of its seven ways to predict a pixel from its neighbours."""

    def encode(frame: NDArray[Any]) -> bytes:
        options: dict[str, Any] = {"bitspersample": frame.dtype.itemsize * 8}  # 12 is taken for 16 else
        if frame.ndim == 3:
            options |= {"colorspace": "RGB", "outcolorspace": "RGB"}
        return bytes(imagecodecs.jpeg8_encode(frame, lossless=True, predictor=predictor, **options))

    return encode


def jpeg_2000(frame: NDArray[Any], *, mct: bool = True, **options: Any) -> bytes:
    """Reversible, without the boxes of a JP2 file."""
    return bytes(imagecodecs.jpeg2k_encode(frame, reversible=True, codecformat="j2k", mct=mct, **options))


def htj2k(frame: NDArray[Any]) -> bytes:
    """Reversible high-throughput JPEG 2000."""
    return bytes(imagecodecs.htj2k_encode(frame, reversible=True))


def jpeg_xl(frame: NDArray[Any]) -> bytes:
    """Lossless JPEG XL."""
    return bytes(imagecodecs.jpegxl_encode(frame, lossless=True))


def jpeg_ls(interleave: int, near: int = 0) -> Callable[[NDArray[Any]], bytes]:
    """Colour plane after plane (0), line by line (1) or sample by sample (2)."""

    def encode(frame: NDArray[Any]) -> bytes:
        import jpeg_ls as pyjpegls

        planes = frame if interleave else np.ascontiguousarray(frame.transpose(2, 0, 1))
        return bytes(pyjpegls.encode_array(planes, lossy_error=near, interleave_mode=interleave))

    return encode


def deflate(raw: bytes) -> bytes:
    """As PS3.5 annex A.5 and Deflated Image Frame Compression have it: no header, no checksum."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(raw) + packer.flush()


def raw_bytes(frame: NDArray[Any]) -> bytes:
    """Little-endian, colour by pixel."""
    return np.ascontiguousarray(frame).astype(frame.dtype.newbyteorder("<")).tobytes()


def packed_bits(frames: Sequence[NDArray[Any]]) -> bytes:
    """One bit a pixel, lowest bit first, no gap between frames."""
    return np.packbits(np.concatenate([frame.ravel() for frame in frames]), bitorder="little").tobytes()


def masks(frames: int) -> Frames:
    """0 and 1."""
    return [(frame & 1).astype(np.uint8) for frame in grey(8, frames=frames)]


ONE_BIT: dict[str, Any] = {"BitsAllocated": 1, "BitsStored": 1, "HighBit": 0}


def rle_bits(frame: NDArray[Any]) -> bytes:
    """Packed bits as one segment."""
    packed = np.frombuffer(packed_bits([frame]), np.uint8).reshape(1, -1)
    return rle_frame(packed)


def reordered_ybr(frame: NDArray[Any]) -> NDArray[Any]:
    """RGB to YCbCr by the forward matrix of PS3.3 C.7.6.3.1.2, rounded."""
    matrix = np.array([[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]])
    turned = frame.astype(np.float64) @ matrix.T + np.array([0.0, 128.0, 128.0])
    held: NDArray[Any] = np.clip(np.rint(turned), 0, 255).astype(np.uint8)
    return held
