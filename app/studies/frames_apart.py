"""Single frames of a multi-frame object that is on its way: its header, and frames that came before the whole.

They lie in a folder of their own within that of their study: what lies among the copies is whole objects alone, and
whoever takes the study away, or its key, takes them too.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from app.support.held.doors import open_file, settle, writing

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

APART = ".frames"
NATIVE = "1.2.840.10008.1.2.1"  # explicit VR little endian
PIXELS = 0x7FE00010


def folder_of(path: Path) -> Path:
    """Where the parts of an object lie that will lie at a path."""
    return path.parent / APART


def head_file(path: Path) -> Path:
    """The header of an object that will lie at a path."""
    return folder_of(path) / path.name


def frame_file(path: Path, number: int) -> Path:
    """One of its frames, from 1, as an object of one frame."""
    return folder_of(path) / f"{path.stem}.{number}{path.suffix}"


def header_of(path: Path) -> Path:
    """Where the header of an object can be read now: in its own file, or before that is here, in its head."""
    return path if path.exists() or not head_file(path).exists() else head_file(path)


def write_head(path: Path, dataset: Dataset) -> None:
    """Keep a header without pixels. Raises OSError."""
    _save(head_file(path), dataset, NATIVE)


def write_frame(path: Path, number: int, syntax: str, stored: bytes) -> Path:
    """Make an object of one frame out of the header and that frame as it is stored. Raises OSError, ValueError.

    The functional groups keep that frame's item alone, so that its place and its values are its own.
    """
    from pydicom import dcmread
    from pydicom.encaps import encapsulate

    with open_file(head_file(path)) as file:
        whole = dcmread(file)
    groups = whole.get("PerFrameFunctionalGroupsSequence")
    if groups:
        if number > len(groups):
            raise ValueError("no such frame")
        own = copy.deepcopy(groups[number - 1])
        del whole.PerFrameFunctionalGroupsSequence
        whole.PerFrameFunctionalGroupsSequence = [own]
    whole.NumberOfFrames = 1
    if syntax == NATIVE:
        if len(stored) != frame_bytes(whole):
            raise ValueError("a frame of another size")
        whole.add_new(PIXELS, "OB" if whole.BitsAllocated <= 8 else "OW", stored + b"\0" * (len(stored) % 2))
    else:
        whole.add_new(PIXELS, "OB", encapsulate([stored]))
        whole[PIXELS].is_undefined_length = True
    made = frame_file(path, number)
    _save(made, whole, syntax)
    return made


def frame_bytes(header: Dataset) -> int:
    """Bytes of one native frame."""
    samples, bits = int(header.get("SamplesPerPixel", 1)), int(header.BitsAllocated)
    return int(header.Rows) * int(header.Columns) * samples * bits // 8


def forget(paths: Sequence[Path]) -> None:
    """The whole objects are here, or will not come: their parts go."""
    import shutil

    for folder in {folder_of(path) for path in paths}:
        shutil.rmtree(folder, ignore_errors=True)


def _save(file: Path, dataset: Dataset, syntax: str) -> None:
    from pydicom.dataset import FileMetaDataset
    from pydicom.uid import UID

    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = (
        dataset.SOPClassUID,
        dataset.SOPInstanceUID,
    )
    meta.TransferSyntaxUID = UID(syntax)
    dataset.file_meta = meta
    written = BytesIO()
    dataset.save_as(written, enforce_file_format=True, implicit_vr=False, little_endian=True)
    half = file.with_name(f".{file.name}.{threading.get_ident()}.part")
    half.unlink(missing_ok=True)
    with writing(half) as opened:
        opened.write(written.getbuffer())
    settle(half, file)
