"""Recipes of uncompressed files, of odd layouts of fragments, and of what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from pydicom import dcmwrite
from pydicom.encaps import encapsulate, encapsulate_extended
from pydicom.uid import UID

from tests.support.decoding import rle_frame, write_encapsulated
from tests.support.decoding_recipes import (
    COLUMNS,
    ONE_BIT,
    ROOT,
    ROWS,
    Frames,
    Recipe,
    colour,
    grey,
    masks,
    packed_bits,
    raw_bytes,
    reordered_ybr,
    stored,
)
from tests.support.dicom_files import ct_dataset, write


def native(frames: Frames, pixels: bytes, number: str = "1", **changes: object) -> Recipe:
    """A recipe of an uncompressed file, little-endian unless the number says otherwise."""

    def make(folder: Path) -> tuple[Path, Frames]:
        first = frames[0]
        bits = first.dtype.itemsize * 8
        told: dict[str, object] = {
            "Rows": first.shape[0],
            "Columns": first.shape[1],
            "NumberOfFrames": len(frames),
            "SamplesPerPixel": 3 if first.ndim == 3 else 1,
            "PhotometricInterpretation": "RGB" if first.ndim == 3 else "MONOCHROME2",
            "BitsAllocated": bits,
            "BitsStored": bits,
            "HighBit": bits - 1,
            "PixelRepresentation": int(first.dtype.kind == "i"),
            "PlanarConfiguration": 0 if first.ndim == 3 else None,
            "PixelData": pixels + b"\0" * (len(pixels) % 2),
        }
        dataset = ct_dataset(**(told | changes))
        dataset.file_meta.TransferSyntaxUID = UID(ROOT.rstrip(".") if number == "implicit" else ROOT + number)
        if "PixelData" in dataset:
            dataset["PixelData"].VR = "OW" if bits > 8 else "OB"
        path = folder / "made.dcm"
        if number == "2":
            dcmwrite(path, dataset, implicit_vr=False, little_endian=False, force_encoding=True)
            return path, frames
        return write(dataset, path), frames

    return make


def _big(frames: Frames) -> bytes:
    return b"".join(frame.astype(frame.dtype.newbyteorder(">")).tobytes() for frame in frames)


def _all(frames: Frames) -> bytes:
    return b"".join(raw_bytes(frame) for frame in frames)


def _planar(frame_set: Frames) -> bytes:
    return b"".join(raw_bytes(np.ascontiguousarray(frame.transpose(2, 0, 1))) for frame in frame_set)


def _floats(kind: str, keyword: str) -> Recipe:
    frames = [(frame.astype(kind) - 900) / 7 for frame in grey(12, frames=2)]
    pixels: dict[str, Any] = {keyword: _all(frames)}
    return native(
        frames,
        b"",
        PixelData=None,
        BitsStored=None,
        HighBit=None,
        PixelRepresentation=None,
        **pixels,
    )


def _halved(folder: Path) -> tuple[Path, Frames]:
    """YBR_FULL_422: each pair of pixels shares its colour, so colours are made that agree in pairs."""
    wanted = np.repeat(colour()[0][:, :26], 2, axis=1)
    ybr = reordered_ybr(wanted)
    pairs = np.stack([ybr[:, 0::2, 0], ybr[:, 1::2, 0], ybr[:, 0::2, 1], ybr[:, 0::2, 2]], axis=-1)
    return native([wanted], pairs.tobytes(), PhotometricInterpretation="YBR_FULL_422")(folder)


def layout(kind: str) -> Recipe:
    """RLE frames under an offset table of some kind, or in several fragments."""

    def make(folder: Path) -> tuple[Path, Frames]:
        frames = grey(16, frames=3)
        streams = [rle_frame(frame) for frame in frames]
        extra: dict[str, object] = {}
        if kind == "extended":
            pixels, extra["ExtendedOffsetTable"], extra["ExtendedOffsetTableLengths"] = encapsulate_extended(
                streams
            )
        elif kind == "fragments":
            pixels = encapsulate(streams, fragments_per_frame=4)
        elif kind == "wrong":
            pixels = encapsulate(streams)
            pixels = pixels[:8] + (12).to_bytes(4, "little") * 3 + pixels[20:]
        else:
            pixels = encapsulate(streams, has_bot=kind == "basic")
        if kind == "unended":
            pixels = pixels.removesuffix(b"\xfe\xff\xdd\xe0\0\0\0\0")
        return write_encapsulated(
            folder / "made.dcm", ROOT + "5", streams, frames[0], PixelData=pixels, **extra
        ), frames

    return make


def refused(uid: str, **changes: object) -> Recipe:
    """A file whose coding is not decoded: nothing is to come out."""

    def make(folder: Path) -> tuple[Path, Frames]:
        like = colour()[0] if changes else grey(8)[0]
        return write_encapsulated(folder / "made.dcm", uid, [b"\x00\x00\x01\xb3" * 8], like, **changes), []

    return make


NATIVE: dict[str, Recipe] = {
    "native-1-unaligned": native(masks(9), packed_bits(masks(9)), **ONE_BIT),
    "native-8-signed": native(grey(8, signed=True), _all(grey(8, signed=True))),
    "native-12-implicit": native(grey(12, frames=2), _all(grey(12, frames=2)), "implicit", **stored(12)),
    "native-32": native(grey(32), _all(grey(32))),
    "native-32-signed": native(grey(31, signed=True), _all(grey(31, signed=True))),
    "native-float": _floats("f4", "FloatPixelData"),
    "native-double": _floats("f8", "DoubleFloatPixelData"),
    "native-rgb-planar-16": native(colour(16), _planar(colour(16)), PlanarConfiguration=1),
    "native-ybr-full": native(
        colour(), raw_bytes(reordered_ybr(colour()[0])), PhotometricInterpretation="YBR_FULL"
    ),
    "native-ybr-full-422": _halved,
    "native-monochrome1": native(grey(8), _all(grey(8)), PhotometricInterpretation="MONOCHROME1"),
    "big-endian-16": native(grey(16, frames=2), _big(grey(16, frames=2)), "2"),
    "big-endian-32-signed": native(grey(31, signed=True), _big(grey(31, signed=True)), "2"),
    "big-endian-rgb-16": native(colour(16), _big(colour(16)), "2"),
    "deflated-16": native(grey(16, frames=2), _all(grey(16, frames=2)), "1.99"),
    **{
        f"offsets-{kind}": layout(kind)
        for kind in ("none", "basic", "extended", "wrong", "fragments", "unended")
    },
    **{
        f"video-{n}": refused(f"{ROOT}4.{n}", PhotometricInterpretation="YBR_PARTIAL_420")
        for n in range(100, 109)
    },
    "jpip": refused(ROOT + "4.94"),
    "jpeg-hierarchical": refused(ROOT + "4.61"),
    "private": refused("1.2.840.113619.5.2"),
    "cmyk": refused(ROOT + "4.50", PhotometricInterpretation="CMYK", SamplesPerPixel=4),
    "odd-pixels": native(grey(8), bytes(ROWS * COLUMNS // 2)),
}
