"""Enhanced multi-frame CT objects: each frame with a place and values of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import UID

from app.domain.geometry import plane_affine
from tests.support.dicom_files import AXIAL, ct_dataset, write

ENHANCED_CT = UID("1.2.840.10008.5.1.4.1.1.2.1")


def enhanced_ct(folder: Path, pixels: NDArray[np.int16], syntax: str = "", **changes: Any) -> Path:
    """Frame n, from 0, lies at z = 10 - 2 n mm and has the intercept n; written as asked, such as RLE."""
    groups = []
    for number in range(len(pixels)):
        group, place, values, window = Dataset(), Dataset(), Dataset(), Dataset()
        place.ImagePositionPatient = [0.0, 0.0, 10.0 - 2.0 * number]
        values.RescaleIntercept, values.RescaleSlope, values.RescaleType = number, 1, "HU"
        window.WindowCenter, window.WindowWidth = 40 + number, 400
        group.PlanePositionSequence, group.PixelValueTransformationSequence = [place], [values]
        group.FrameVOILUTSequence = [window]
        groups.append(group)
    shared, turned, sized = Dataset(), Dataset(), Dataset()
    turned.ImageOrientationPatient, sized.PixelSpacing, sized.SliceThickness = list(AXIAL), [0.8, 0.7], 2.0
    shared.PlaneOrientationSequence, shared.PixelMeasuresSequence = [turned], [sized]
    told: dict[str, Any] = {
        "SOPClassUID": ENHANCED_CT, "SOPInstanceUID": "1.2.3.900", "NumberOfFrames": len(pixels),
        "Rows": pixels.shape[1], "Columns": pixels.shape[2], "PixelData": pixels.astype("<i2").tobytes(),
        "ImagePositionPatient": None, "ImageOrientationPatient": None, "PixelSpacing": None, "RescaleIntercept": None,
        "RescaleSlope": None, "WindowCenter": None, "WindowWidth": None,
        "PerFrameFunctionalGroupsSequence": groups, "SharedFunctionalGroupsSequence": [shared],
    } | changes  # fmt: skip
    made = ct_dataset(**told)
    made.file_meta.MediaStorageSOPClassUID = ENHANCED_CT
    if syntax:
        made.compress(UID(syntax))
    return write(made, folder / "enhanced.dcm")


@dataclass(frozen=True, slots=True)
class Placed:
    """One frame of an enhanced file: which slice of the stack it is, from 0, and which phase, from 1."""

    slice_number: int
    phase: int = 1


SHAPE = (6, 24, 32)
CORONAL = (1.0, 0.0, 0.0, 0.0, 0.0, -1.0)
# Two directions turned about every axis: no component of either is zero.
OBLIQUE = (0.925637391, 0.236354030, -0.295520207, -0.079841952, 0.885352822, 0.458012711)
SPACING_MM, STEP_MM, ORIGIN_MM = (0.8, 0.7), 2.5, (-30.0, 12.5, 41.0)


def placed_affine(cosines: Sequence[float]) -> NDArray[np.float64]:
    """(slice, row, column) -> LPS mm of the stack that `enhanced_file` writes, slices along their normal."""
    normal = np.cross(cosines[:3], cosines[3:])
    return plane_affine(ORIGIN_MM, cosines, SPACING_MM, normal * STEP_MM)


def enhanced_file(file: Path, frames: Sequence[Placed], cosines: Sequence[float], uid: str) -> Path:
    """Frames in the order given, as an enhanced CT with everything that its IOD asks of places and phases.

    A pixel's value is 1000 phase + 100 slice + row, so that no frame looks like another.
    """
    affine, rows = placed_affine(cosines), np.arange(SHAPE[1], dtype=np.int16)[:, None]
    pixels = [np.broadcast_to(1000 * one.phase + 100 * one.slice_number + rows, SHAPE[1:]) for one in frames]
    groups = []
    for number, one in enumerate(frames, start=1):
        group, place, content = Dataset(), Dataset(), Dataset()
        place.ImagePositionPatient = [
            float(f"{v:.9g}") for v in affine[:3, 3] + one.slice_number * affine[:3, 0]
        ]
        content.TemporalPositionIndex, content.StackID, content.InStackPositionNumber = one.phase, "1", number
        content.DimensionIndexValues = [one.phase, one.slice_number + 1]
        group.PlanePositionSequence, group.FrameContentSequence = [place], [content]
        groups.append(group)
    shared, turned, sized, values = Dataset(), Dataset(), Dataset(), Dataset()
    turned.ImageOrientationPatient = [float(f"{value:.9g}") for value in cosines]
    sized.PixelSpacing, sized.SliceThickness = list(SPACING_MM), STEP_MM
    values.RescaleIntercept, values.RescaleSlope, values.RescaleType = 0, 1, "HU"
    shared.PlaneOrientationSequence, shared.PixelMeasuresSequence = [turned], [sized]
    shared.PixelValueTransformationSequence = [values]
    made = ct_dataset(
        SOPClassUID=ENHANCED_CT, SOPInstanceUID=uid, NumberOfFrames=len(frames), Rows=SHAPE[1], Columns=SHAPE[2],
        PixelData=np.stack(pixels).astype("<i2").tobytes(), ImagePositionPatient=None, ImageOrientationPatient=None,
        PixelSpacing=None, SliceThickness=None, RescaleIntercept=None, RescaleSlope=None, WindowCenter=None,
        WindowWidth=None, PerFrameFunctionalGroupsSequence=groups, SharedFunctionalGroupsSequence=[shared],
    )  # fmt: skip
    made.file_meta.MediaStorageSOPClassUID = ENHANCED_CT
    return write(made, file)
