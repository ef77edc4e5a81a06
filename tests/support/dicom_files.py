"""Small DICOM files written with pydicom, one tag at a time under the test's control."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def ct_dataset(**changes: Any) -> FileDataset:
    """One CT slice of 8 x 10 pixels; a change to None takes the element out."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    values: dict[str, Any] = {
        "SpecificCharacterSet": "ISO_IR 192",
        "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"],
        "SOPClassUID": CTImageStorage,
        "SOPInstanceUID": generate_uid(),
        "StudyDate": "20260105",
        "StudyTime": "101500",
        "AccessionNumber": "A77",
        "Modality": "CT",
        "StudyDescription": "Chest",
        "SeriesDescription": "Axial",
        "PatientName": "Doe^Jane",
        "PatientID": "123",
        "PatientBirthDate": "19650101",
        "PatientSex": "F",
        "StudyInstanceUID": "1.2.3",
        "SeriesInstanceUID": "1.2.3.4",
        "SeriesNumber": 4,
        "InstanceNumber": 1,
        "FrameOfReferenceUID": "1.2.3.5",
        "ImagePositionPatient": [-10.0, -20.0, 30.0],
        "ImageOrientationPatient": list(AXIAL),
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "Rows": 8,
        "Columns": 10,
        "PixelSpacing": [0.8, 0.7],
        "SliceThickness": 2.0,
        "BitsAllocated": 16,
        "BitsStored": 16,
        "HighBit": 15,
        "PixelRepresentation": 1,
        "RescaleIntercept": -1024,
        "RescaleSlope": 1,
        "WindowCenter": [40, -500],
        "WindowWidth": [400, 1500],
        "PixelData": np.arange(80, dtype="<i2").tobytes(),
    }
    for keyword, value in {**values, **changes}.items():
        if value is not None:
            setattr(dataset, keyword, value)
    meta.MediaStorageSOPInstanceUID = dataset.get("SOPInstanceUID", "1.2.3.9")
    return dataset


def write(dataset: Dataset, path: Path) -> Path:
    """Save as Part 10."""
    path.parent.mkdir(parents=True, exist_ok=True)
    dataset.save_as(path, enforce_file_format=True)
    return path


def write_stack(folder: Path, positions: Sequence[Sequence[float]], **changes: Any) -> list[Path]:
    """One file per position; pixels of slice n hold the value n."""
    paths = []
    for number, position in enumerate(positions):
        pixels = np.full(80, number, dtype="<i2").tobytes()
        told = {
            "ImagePositionPatient": list(position),
            "InstanceNumber": number + 1,
            "PixelData": pixels,
            **changes,
        }
        paths.append(write(ct_dataset(**told), folder / f"{number:03d}"))
    return paths
