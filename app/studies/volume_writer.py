"""Volume files as multi-frame DICOM in the cache, so that one reader places and shows everything.

Nothing is made up: no patient, no date, no unit. What the file does not say is said on the picture
(`VOLUME_FILE` and the words after it in Image Type). UIDs come from the content: reopening gives the same study.
The files are for this cache only: Secondary Capture has no Float Pixel Data (PS3.3 A.8), which float volumes need here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from app.studies.volume_claims import SUFFIXES, Claims
from app.studies.volume_pixels import Phase, read_phases

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

VOLUME_FILE, TWO_PLACES, LOST_VALUES = "VOLUME_FILE", "TWO_PLACES", "LOST_VALUES"
_SECONDARY = "1.2.840.10008.5.1.4.1.1.7"
_CLASSES = {("u1", 1): f"{_SECONDARY}.2", ("u1", 3): f"{_SECONDARY}.4"}  # else grayscale word, .3
_LETTERS_IN_LO = 60  # of 64; the number of a phase follows


class Target(Protocol):
    """A file that is being written."""

    def write(self, data: bytes | memoryview, /) -> object:
        """Append."""
        ...


def write_volume(path: Path, claims: Claims, begin: Callable[[str], AbstractContextManager[Target]]) -> None:
    """One file per phase, each begun by its name. Raises StudyUnreadableError, OSError."""
    content = _digest({path, claims.data})
    for number, phase in enumerate(read_phases(path, claims.data), start=1):
        with begin(f"{number:04d}.dcm") as target:
            _write(_dataset(path, claims, phase, (content, number)), phase, target)


def _digest(files: set[Path]) -> bytes:
    content = hashlib.sha256()
    for file in sorted(files):
        with file.open("rb") as opened:
            content.update(hashlib.file_digest(opened, "sha256").digest())
    return content.digest()


def _uid(content: bytes, role: str) -> str:
    """A UID derived from content (PS3.5 B.2)."""
    return f"2.25.{int.from_bytes(hashlib.sha256(content + role.encode()).digest()[:16], 'big')}"


def _dataset(path: Path, claims: Claims, phase: Phase, known_by: tuple[bytes, int]) -> Dataset:
    """Everything but the pixels."""
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian

    content, number = known_by
    samples = phase.values.shape[3] if phase.values.ndim == 4 else 1
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SpecificCharacterSet = "ISO_IR 192"
    doubts = [TWO_PLACES] * claims.two_places + [f"{LOST_VALUES}_{phase.lost}"] * bool(phase.lost)
    dataset.ImageType = ["DERIVED", "SECONDARY", VOLUME_FILE, *doubts]
    dataset.SOPClassUID = _CLASSES.get((phase.values.dtype.str[1:], samples), f"{_SECONDARY}.3")
    dataset.SOPInstanceUID = _uid(content, f"image {number}")
    dataset.StudyInstanceUID = _uid(content, "study")
    dataset.SeriesInstanceUID = _uid(content, f"series {number}")
    if claims.is_placed:
        dataset.FrameOfReferenceUID = _uid(content, "frame of reference")
    dataset.Modality = "OT"
    dataset.SeriesDescription = _title(path) + (f" {number}" if number > 1 else "")
    dataset.SeriesNumber, dataset.InstanceNumber = number, 1
    dataset.NumberOfFrames = phase.values.shape[0]
    _describe_pixels(dataset, phase, samples)
    _describe_places(dataset, phase, is_placed=claims.is_placed)
    return dataset


def _title(path: Path) -> str:
    """The file's own name: all that is known of what it is."""
    suffix = max((one for one in SUFFIXES if path.name.casefold().endswith(one)), key=len, default="")
    return path.name[: len(path.name) - len(suffix)].replace("\\", "_")[:_LETTERS_IN_LO]


def _describe_pixels(dataset: Dataset, phase: Phase, samples: int) -> None:
    kind = phase.values.dtype
    bits = 8 * kind.itemsize
    dataset.SamplesPerPixel = samples
    dataset.PhotometricInterpretation = "RGB" if samples == 3 else "MONOCHROME2"
    if samples == 3:
        dataset.PlanarConfiguration = 0
    dataset.Rows, dataset.Columns = phase.values.shape[1:3]
    dataset.BitsAllocated = bits
    if kind.kind != "f":
        dataset.BitsStored, dataset.HighBit = bits, bits - 1
        dataset.PixelRepresentation = int(kind.kind == "i")
        if samples == 1:
            dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = 0, 1, "US"


def _describe_places(dataset: Dataset, phase: Phase, *, is_placed: bool) -> None:
    """Functional groups (PS3.3 C.7.6.16.2): what all slices share, and where each lies."""
    from pydicom.dataset import Dataset

    step, down, along = (phase.affine[:3, axis] for axis in range(3))
    measures, shared = Dataset(), Dataset()
    measures.PixelSpacing = [_decimal(np.linalg.norm(down)), _decimal(np.linalg.norm(along))]
    measures.SliceThickness = _decimal(np.linalg.norm(step))
    dataset.PixelSpacing, dataset.SliceThickness = measures.PixelSpacing, measures.SliceThickness
    shared.PixelMeasuresSequence = [measures]
    groups = [Dataset() for _ in range(phase.values.shape[0])]
    if is_placed:
        turned = Dataset()
        cosines = (*(along / np.linalg.norm(along)), *(down / np.linalg.norm(down)))
        turned.ImageOrientationPatient = list(map(_decimal, cosines))
        shared.PlaneOrientationSequence = [turned]
        for number, group in enumerate(groups):
            place = Dataset()
            place.ImagePositionPatient = list(map(_decimal, phase.affine[:3, 3] + number * step))
            group.PlanePositionSequence = [place]
        if len(groups) == 1:  # a single frame is placed like a plain image
            dataset.ImageOrientationPatient = turned.ImageOrientationPatient
            dataset.ImagePositionPatient = groups[0].PlanePositionSequence[0].ImagePositionPatient
    dataset.SharedFunctionalGroupsSequence = [shared]
    dataset.PerFrameFunctionalGroupsSequence = groups


def _decimal(number: float | np.floating) -> str:
    """A DS of at most 16 characters, as exact as that allows (PS3.5 6.2)."""
    from pydicom.valuerep import format_number_as_ds

    return format_number_as_ds(float(number))


def _write(dataset: Dataset, phase: Phase, target: Target) -> None:
    """The header by pydicom, then the pixels straight from their array: no second copy in memory."""
    is_float = phase.values.dtype.kind == "f"
    odd = phase.values.nbytes % 2
    tag, vr = (b"\xe0\x7f\x08\x00", b"OF") if is_float else (b"\xe0\x7f\x10\x00", b"OW")
    if phase.values.dtype.itemsize == 1:
        vr = b"OB"
    head = BytesIO()
    dataset.save_as(head, enforce_file_format=True)
    target.write(head.getvalue() + tag + vr + b"\0\0" + (phase.values.nbytes + odd).to_bytes(4, "little"))
    for slice_values in phase.values:
        target.write(np.ascontiguousarray(slice_values).data)
    target.write(b"\0" * odd)
