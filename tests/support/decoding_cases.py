"""Every recipe by name; `tests/corpus/decoding/expected.csv` says what must come of each."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from tests.support.decoding import rle_frame, write_encapsulated
from tests.support.decoding_native import NATIVE
from tests.support.decoding_recipes import (
    ONE_BIT,
    ROOT,
    Frames,
    Recipe,
    coded,
    colour,
    deflate,
    grey,
    htj2k,
    jpeg_2000,
    jpeg_lossless,
    jpeg_ls,
    jpeg_xl,
    masks,
    packed_bits,
    raw_bytes,
    reordered_ybr,
    rle_bits,
    stored,
)


def _ybr(number: str, encode: Any) -> Recipe:
    """YCbCr that no codec turned: what comes out must be RGB again, but for rounding twice."""

    def make(folder: Path) -> tuple[Path, Frames]:
        frame = colour()[0]
        stream = bytes(encode(reordered_ybr(frame)))
        changes = {"PhotometricInterpretation": "YBR_FULL"}
        return write_encapsulated(folder / "made.dcm", ROOT + number, [stream], frame, **changes), [frame]

    return make


def _components(folder: Path) -> tuple[Path, Frames]:
    """JPEG 2000 part 2: three frames as the components of one codestream."""
    frames = grey(12, frames=3)
    stream = jpeg_2000(np.ascontiguousarray(np.stack(frames, axis=-1)), mct=False)
    path = write_encapsulated(
        folder / "made.dcm", ROOT + "4.92", [stream], frames[0], NumberOfFrames=3, **stored(12)
    )
    return path, frames


def _lossy_jpeg(frame: NDArray[Any], **options: Any) -> bytes:
    return bytes(imagecodecs.jpeg8_encode(frame, level=95, **options))


_ls_near = partial(imagecodecs.jpegls_encode, level=3)

CASES: dict[str, Recipe] = {
    **{
        f"jpeg-lossless-sv{number}-8": coded("4.57", grey(8), jpeg_lossless(number)) for number in range(1, 8)
    },
    **{
        f"jpeg-lossless-sv{number}-16": coded("4.57", grey(16, frames=2), jpeg_lossless(number))
        for number in range(1, 8)
    },
    "jpeg-lossless-rgb": coded("4.70", colour(), jpeg_lossless(1)),
    "jpeg-lossless-signed": coded(
        "4.70", grey(16, signed=True), lambda one: jpeg_lossless(1)(one.view(np.uint16))
    ),
    "jpeg-baseline": coded("4.50", grey(8), _lossy_jpeg),
    "jpeg-extended-8": coded("4.51", grey(8), _lossy_jpeg),
    "jpeg-extended-12": coded(
        "4.51", grey(12, frames=2), partial(_lossy_jpeg, bitspersample=12), **stored(12)
    ),
    **{f"jpeg-ls-interleave{mode}": coded("4.80", colour(), jpeg_ls(mode)) for mode in (0, 1, 2)},
    "jpeg-ls-16": coded("4.80", grey(16, frames=2), imagecodecs.jpegls_encode),
    "jpeg-ls-7": coded("4.80", grey(7), imagecodecs.jpegls_encode, **stored(7)),
    "jpeg-ls-ybr-full": _ybr("4.80", imagecodecs.jpegls_encode),
    "jpeg-ls-near-rgb": coded("4.81", colour(), jpeg_ls(0, 3)),
    "jpeg-ls-near-16": coded("4.81", grey(16), _ls_near),
    "jpeg-2000-signed": coded("4.90", grey(12, signed=True, frames=2), jpeg_2000, **stored(12)),
    "jpeg-2000-rgb": coded("4.90", colour(), partial(jpeg_2000, mct=False)),
    "jpeg-2000-rct": coded("4.90", colour(), jpeg_2000, PhotometricInterpretation="YBR_RCT"),
    "jpeg-2000-ybr-full": _ybr("4.90", partial(jpeg_2000, mct=False)),
    "jpeg-2000-rgb-16": coded("4.90", colour(16), partial(jpeg_2000, mct=False)),
    "jpeg-2000-1": coded(
        "4.90", masks(2), partial(jpeg_2000, bitspersample=1), **(ONE_BIT | {"BitsAllocated": 1})
    ),
    "jpeg-2000-part-2": _components,
    "htj2k-16": coded("4.201", grey(16, frames=2), htj2k),
    "htj2k-signed": coded("4.201", grey(12, signed=True), htj2k, **stored(12)),
    "htj2k-rpcl-12": coded("4.202", grey(12), htj2k, **stored(12)),
    "htj2k-rgb": coded("4.203", colour(), htj2k),
    "jpeg-xl-8": coded("4.110", grey(8), jpeg_xl),
    "jpeg-xl-16": coded("4.110", grey(16, frames=2), jpeg_xl),
    "jpeg-xl-rgb": coded("4.110", colour(), jpeg_xl),
    "jpeg-xl-rgb-16": coded("4.112", colour(16), jpeg_xl),
    "rle-1": coded("5", masks(3), rle_bits, **ONE_BIT),
    "rle-8": coded("5", grey(8, frames=3), rle_frame),
    "rle-32-signed": coded("5", grey(30, signed=True), rle_frame),
    "rle-rgb-16": coded("5", colour(16), rle_frame),
    "rle-ybr-full": _ybr("5", rle_frame),
    "deflated-frames-1": coded("8.1", masks(3), lambda one: deflate(packed_bits([one])), **ONE_BIT),
    "deflated-frames-16": coded("8.1", grey(16, frames=2), lambda one: deflate(raw_bytes(one))),
    "deflated-frames-rgb": coded("8.1", colour(), lambda one: deflate(raw_bytes(one))),
    "encapsulated-native-12": coded("1.98", grey(12, frames=2), raw_bytes, **stored(12)),
    "encapsulated-native-rgb": coded("1.98", colour(), raw_bytes),
    **NATIVE,
}
