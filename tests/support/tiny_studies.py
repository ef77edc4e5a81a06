"""Many made-up studies of one small CT image each, written fast: one dataset, other UIDs and pixels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydicom.uid import UID

from tests.support.dicom_files import ct_dataset, write


def write_studies(folder: Path, count: int, first: int = 0) -> Path:
    """Study n has UID 1.2.3.<n> and one image of 8 x 10 whose brightest pixel depends on n; every third is bright."""
    dataset = ct_dataset()
    for number in range(first, first + count):
        pixels = np.full((8, 10), 24, dtype="<i2")
        pixels[3, 4] = 1900 if number % 3 == 0 else 100
        pixels[0, 0] = number % 1000
        uid = f"1.2.3.{number + 1}"
        dataset.StudyInstanceUID, dataset.SeriesInstanceUID = uid, f"{uid}.1"
        dataset.SOPInstanceUID = f"{uid}.1.1"
        dataset.file_meta.MediaStorageSOPInstanceUID = UID(f"{uid}.1.1")
        dataset.FrameOfReferenceUID = f"{uid}.2"
        dataset.PatientID = f"P{number}"
        dataset.PixelData = pixels.tobytes()
        write(dataset, folder / f"{number:05d}.dcm")
    return folder
