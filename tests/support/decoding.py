"""Files of the breadth set wherever they lie, and small encapsulated files made here."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.support.dicom_files import ct_dataset, write
from tests.support.shared import shared_dir

# pydicom writes no file of a syntax it has not heard of: one of the same length is written, then its number is put in.
STAND_INS = {
    "1.2.840.10008.1.2.4.110": "1.2.840.10008.1.2.4.201",
    "1.2.840.10008.1.2.4.111": "1.2.840.10008.1.2.4.201",
    "1.2.840.10008.1.2.4.112": "1.2.840.10008.1.2.4.201",
    "1.2.840.10008.1.2.8.1": "1.2.840.10008.1.2.4.90",
}


def breadth_rows() -> list[dict[str, str]]:
    """The lines of the breadth set's own index."""
    with (shared_dir("data", "dicom_breadth") / "index.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def breadth_file(name: str) -> Path | None:
    """A file of the set, from the set itself or from the package that brings it; None if neither has it."""
    import data_store  # type: ignore[import-untyped]  # holds files, no code to type
    import pydicom

    brought = Path(pydicom.__file__).parent / "data"
    tail = name.split("/", 1)[-1]
    places = (
        shared_dir("data", "dicom_breadth") / name,
        brought / "test_files" / tail,
        brought / tail,
        Path(data_store.__file__).parent / "data" / tail,
    )
    return next((place for place in places if place.is_file()), None)


def rle_frame(values: NDArray[Any]) -> bytes:
    """One frame of PS3.5 annex G: (rows, columns) or (rows, columns, 3), 8, 16 or 32 bits."""
    from rle import rle

    samples = values.shape[2] if values.ndim == 3 else 1
    raw = np.ascontiguousarray(values).astype(values.dtype.newbyteorder("<")).tobytes()
    rows, columns = values.shape[:2]
    return bytes(rle.encode_frame(raw, rows, columns, samples, values.dtype.itemsize * 8, "<"))


def write_encapsulated(
    path: Path, syntax: str, frames: Sequence[bytes], like: NDArray[Any], **changes: object
) -> Path:
    """A file of these codestreams, its header after `like`: (rows, columns) or (rows, columns, 3)."""
    from pydicom.encaps import encapsulate
    from pydicom.uid import UID

    bits = like.dtype.itemsize * 8
    told: dict[str, object] = {
        "Rows": like.shape[0],
        "Columns": like.shape[1],
        "NumberOfFrames": len(frames),
        "SamplesPerPixel": 3 if like.ndim == 3 else 1,
        "PhotometricInterpretation": "RGB" if like.ndim == 3 else "MONOCHROME2",
        "BitsAllocated": bits,
        "BitsStored": bits,
        "HighBit": bits - 1,
        "PixelRepresentation": int(like.dtype.kind == "i"),
        "PixelData": encapsulate(list(frames)),
    }
    if like.ndim == 3:
        told["PlanarConfiguration"] = 0
    dataset = ct_dataset(**(told | changes))
    stand_in = STAND_INS.get(syntax, syntax)
    dataset.file_meta.TransferSyntaxUID = UID(stand_in)
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    write(dataset, path)
    if stand_in != syntax:
        uid = stand_in.encode().ljust(len(stand_in) + len(stand_in) % 2, b"\0")
        path.write_bytes(path.read_bytes().replace(uid, syntax.encode().ljust(len(uid), b"\0"), 1))
    return path
