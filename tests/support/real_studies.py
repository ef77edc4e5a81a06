"""Real studies for tests of the window and the command line, cut down to what a network needs to give its answer."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pydicom
from pydicom.uid import DigitalXRayImageStorageForPresentation

from app.analysis.plain_images import read_plain_image
from tests.support.dicom_files import ct_dataset, write
from tests.support.lung_tumour import lung_tumour
from tests.support.shared import shared_dir

# Of C3N-00247, by eye in a lung window: a spiculated mass of about 2 cm in the right lower lung.
MASS_LPS_MM = (-82.0, -191.0, -193.0)


def slices_about_the_mass(folder: Path, count: int) -> Path:
    """The slices of C3N-00247 nearest to its mass, as files; skips without the shared images."""
    heights = {
        file: float(pydicom.dcmread(file, stop_before_pixels=True).ImagePositionPatient[2])
        for file in sorted(shared_dir("data", "ct_chest_cptac_C3N-00247").glob("*.dcm"))
    }
    folder.mkdir(parents=True)
    for file in sorted(heights, key=lambda one: abs(heights[one] - MASS_LPS_MM[2]))[:count]:
        shutil.copyfile(file, folder / file.name)
    return folder


def lung1_about_its_lesion(folder: Path, count: int) -> tuple[Path, tuple[float, float, float]]:
    """So many slices of the lung1 volume about its lesion as DICOM files, and the lesion's middle in LPS mm.

    Its own file says nothing of a modality, so that no model made for CT may run on it. Skips without it.
    """
    told = lung_tumour()
    slices, rows, columns = np.argwhere(told.mask).mean(axis=0)
    x, y, z = told.affine[:3, :3] @ (slices, rows, columns) + told.affine[:3, 3]
    first = min(max(round(slices) - count // 2, 0), len(told.values) - count)
    for number in range(first, first + count):
        pixels = told.values[number].astype("<i2")
        made = ct_dataset(
            Rows=pixels.shape[0],
            Columns=pixels.shape[1],
            InstanceNumber=number + 1,
            ImagePositionPatient=list(told.affine[:3, 3] + number * told.affine[:3, 0]),
            PixelSpacing=[told.affine[1, 1], told.affine[0, 2]],
            SliceThickness=told.affine[2, 0],
            RescaleIntercept=0,
            PixelData=pixels.tobytes(),
        )
        write(made, folder / f"{number:03d}.dcm")
    return folder, (float(x), float(y), float(z))


def film(folder: Path, name: str, view: str) -> Path:
    """A radiograph of cxr_nih_1024 as a DICOM file: without a spacing, which its collection lost, upright as it was.

    Left of the picture is the patient's right, as on every film of the collection. Skips without the shared images.
    """
    pixels = read_plain_image(shared_dir("data", "cxr_nih_1024", "images", name)).pixels[0]
    grey = np.ascontiguousarray(pixels.astype("<u2"))
    made = ct_dataset(
        SOPClassUID=DigitalXRayImageStorageForPresentation,
        ImageType=["ORIGINAL", "PRIMARY"],
        Modality="DX",
        BodyPartExamined="CHEST",
        ViewPosition=view,
        PatientOrientation=["L", "F"],
        StudyDescription="Chest radiograph",
        SeriesDescription=view,
        Rows=grey.shape[0],
        Columns=grey.shape[1],
        BitsStored=16,
        HighBit=15,
        PixelRepresentation=0,
        PixelData=grey.tobytes(),
        WindowCenter=float(grey.min() / 2 + grey.max() / 2),
        WindowWidth=float(grey.max() - grey.min()),
        RescaleIntercept=None,
        RescaleSlope=None,
        ImagePositionPatient=None,
        ImageOrientationPatient=None,
        FrameOfReferenceUID=None,
        PixelSpacing=None,
        SliceThickness=None,
    )
    made.file_meta.MediaStorageSOPClassUID = DigitalXRayImageStorageForPresentation
    folder.mkdir(parents=True, exist_ok=True)
    return write(made, folder / f"{Path(name).stem}.dcm").parent
