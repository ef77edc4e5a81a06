"""Files with tables, overlays and shutters, and second opinions on how they look."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import data_store  # type: ignore[import-untyped]  # only files
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset
from pydicom.sequence import Sequence

from app.studies.display_sets import DisplaySet, display_sets
from app.studies.load import load_frame
from app.studies.scan import scan
from app.studies.stack_frame import StackFrame
from tests.support.dicom_files import ct_dataset, write
from tests.support.dicom_tools import tool
from viewers.windowing import Voi, direct_grey


def packaged(name: str) -> Path:
    """A file of the package pydicom-data."""
    return Path(data_store.__file__).parent / "data" / name


def item(**values: Any) -> Dataset:
    """One item of a sequence."""
    dataset = Dataset()
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return dataset


def lut_item(first: int, entries: list[int], bits: int, **more: Any) -> Dataset:
    """An item of a Modality or VOI LUT Sequence with 16-bit entries as OW."""
    made = item(LUTDescriptor=[len(entries) % 65536, first % 65536, bits], **more)
    made["LUTDescriptor"].VR = "US"
    made.LUTData = np.asarray(entries, dtype="<u2").tobytes()
    made["LUTData"].VR = "OW"
    return made


def with_overlay(dataset: FileDataset, group: int, mask: NDArray[np.bool_], **more: Any) -> FileDataset:
    """The data set with a plane of its own; more: Origin, Type, Frames, First, Label."""
    rows, columns = mask.shape[-2:]
    packed = np.packbits(mask.ravel(), bitorder="little").tobytes()
    for element, vr, value in (
        (0x0010, "US", rows),
        (0x0011, "US", columns),
        (0x0015, "IS", more.get("Frames")),
        (0x0040, "CS", more.get("Type", "G")),
        (0x0050, "SS", list(more.get("Origin", (1, 1)))),
        (0x0051, "US", more.get("First")),
        (0x0100, "US", 1),
        (0x0102, "US", 0),
        (0x1500, "LO", more.get("Label")),
        (0x3000, "OW", packed + b"\0" * (len(packed) % 2)),
    ):
        if value is not None:
            dataset.add_new(group << 16 | element, vr, value)
    return dataset


def grey_file(pixels: NDArray[Any], **changes: Any) -> FileDataset:
    """One file of these stored values, (rows, columns) or (frames, rows, columns), without rescale or window."""
    signed = pixels.dtype.kind == "i"
    told: dict[str, Any] = {
        "Rows": pixels.shape[-2], "Columns": pixels.shape[-1], "PixelRepresentation": int(signed),
        "BitsAllocated": 8 * pixels.dtype.itemsize, "BitsStored": 8 * pixels.dtype.itemsize,
        "HighBit": 8 * pixels.dtype.itemsize - 1, "PixelData": pixels.tobytes(), "WindowCenter": None,
        "WindowWidth": None, "RescaleSlope": None, "RescaleIntercept": None,
        "NumberOfFrames": len(pixels) if pixels.ndim == 3 else None,
    }  # fmt: skip
    return ct_dataset(**{**told, **changes})


def only_set(dataset: FileDataset, folder: Path) -> DisplaySet:
    """The display set of one file."""
    return display_sets(scan([write(dataset, folder / "x.dcm")]).studies[0])[0]


def frame_of(dataset: FileDataset, folder: Path, index: int = 0) -> StackFrame:
    """One decoded frame of one file."""
    return load_frame(only_set(dataset, folder), index)


def frame_at(path: Path, index: int = 0) -> StackFrame:
    """One decoded frame of a file that is there already."""
    return load_frame(display_sets(scan([path]).studies[0])[0], index)


def grey(frame: StackFrame, voi: Voi) -> NDArray[np.uint8]:
    """What a view makes of every pixel of a frame."""
    return direct_grey(frame.pixels, frame.slope, frame.intercept, voi, frame.inverted)


def by_dcmtk(path: Path, folder: Path, *options: str) -> NDArray[np.int64]:
    """Grey by dcmtk's dcmj2pnm, (rows, columns)."""
    out = folder / "dcmtk.pgm"
    command = [tool("dcmj2pnm", "dcmtk"), "--write-raw-pnm", *options, str(path), str(out)]
    subprocess.run(command, capture_output=True, check=True, timeout=60)
    data = out.read_bytes()
    lines = [line for line in data[:400].split(b"\n") if not line.startswith(b"#")]
    columns, rows = (int(part) for part in lines[1].split())
    return np.frombuffer(data[-rows * columns :], np.uint8).reshape(rows, columns).astype(np.int64)


def sequence(*items: Dataset) -> Sequence:
    """A sequence of items."""
    return Sequence(items)
