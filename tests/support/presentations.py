"""Presentation states written element by element, so that each can say one thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import UID, generate_uid

from tests.support.dicom_files import ct_dataset, write

GSPS = UID("1.2.840.10008.5.1.4.1.1.11.1")
FRAMES = UID("1.2.840.10008.5.1.4.1.1.7.2")  # multi-frame grayscale byte


def image(folder: Path, pixels: NDArray[np.int16], number: int = 1, **changes: Any) -> Dataset:
    """One CT slice of these values, slope 1, intercept 0, in a study of its own."""
    told = {
        "SOPInstanceUID": f"1.2.3.100.{number}", "InstanceNumber": number, "Rows": pixels.shape[0],
        "Columns": pixels.shape[1], "PixelData": pixels.astype("<i2").tobytes(), "RescaleIntercept": 0,
        "PixelSpacing": [1.0, 1.0], "WindowCenter": 500, "WindowWidth": 1000,
        "ImagePositionPatient": [0.0, 0.0, 5.0 * number],
    } | changes  # fmt: skip
    made = ct_dataset(**told)
    write(made, folder / f"{number}.dcm")
    return made


def frames(folder: Path, pixels: NDArray[np.uint8]) -> Dataset:
    """A multi-frame image, (frames, rows, columns)."""
    made = ct_dataset(
        SOPClassUID=FRAMES, SOPInstanceUID="1.2.3.200", Modality="OT", NumberOfFrames=len(pixels),
        Rows=pixels.shape[1], Columns=pixels.shape[2], BitsAllocated=8, BitsStored=8, HighBit=7,
        PixelRepresentation=0, RescaleIntercept=0, PixelData=pixels.tobytes(), WindowCenter=128, WindowWidth=256,
        ImagePositionPatient=None, ImageOrientationPatient=None, FrameOfReferenceUID=None,
    )  # fmt: skip
    made.file_meta.MediaStorageSOPClassUID = FRAMES
    write(made, folder / "frames.dcm")
    return made


def reference(one: Dataset, *numbers: int) -> Dataset:
    """To an image, or to frames of it."""
    made = Dataset()
    made.ReferencedSOPClassUID, made.ReferencedSOPInstanceUID = one.SOPClassUID, one.SOPInstanceUID
    if numbers:
        made.ReferencedFrameNumber = list(numbers)
    return made


@dataclass(frozen=True, slots=True)
class Plane:
    """An overlay plane of a state. ink: (rows, columns), or frames of such; layer: that it is drawn in, if any."""

    group: int
    ink: NDArray[np.bool_]
    layer: str = "L"
    origin: tuple[int, int] = (1, 1)

    def put(self, into: Dataset) -> None:
        """As PS3.3 C.9.2 has it."""
        rows, columns = self.ink.shape[-2:]
        place = self.group << 16
        into.add_new(place | 0x0010, "US", rows)
        into.add_new(place | 0x0011, "US", columns)
        if self.ink.ndim == 3:
            into.add_new(place | 0x0015, "IS", len(self.ink))
        into.add_new(place | 0x0040, "CS", "G")
        into.add_new(place | 0x0050, "SS", list(self.origin))
        into.add_new(place | 0x0100, "US", 1)
        into.add_new(place | 0x0102, "US", 0)
        if self.layer:
            into.add_new(place | 0x1001, "CS", self.layer)
        into.add_new(place | 0x3000, "OW", np.packbits(self.ink.ravel(), bitorder="little").tobytes())


def presentation(
    folder: Path, images: Sequence[Dataset], planes: Sequence[Plane] = (), **changes: Any
) -> Path:
    """A grayscale state of these images that changes nothing but what it is told."""
    series = Dataset()
    series.SeriesInstanceUID = images[0].SeriesInstanceUID
    series.ReferencedImageSequence = [reference(one) for one in images]
    told: dict[str, Any] = {
        "SOPClassUID": GSPS, "SOPInstanceUID": generate_uid(), "SeriesInstanceUID": "1.2.3.77", "Modality": "PR",
        "SeriesNumber": 77, "ContentLabel": "READ", "ContentDescription": "", "PixelData": None, "Rows": None,
        "Columns": None, "RescaleIntercept": 0, "WindowCenter": None, "WindowWidth": None,
        "PresentationLUTShape": "IDENTITY",
        "ReferencedSeriesSequence": [series], "ImagePositionPatient": None, "ImageOrientationPatient": None,
    } | changes  # fmt: skip
    made = ct_dataset(**told)
    made.file_meta.MediaStorageSOPClassUID = GSPS
    for plane in planes:
        plane.put(made)
    return write(made, folder / f"state_{made.SOPInstanceUID}.dcm")


def window(center: float, width: float, *images: Dataset) -> Dataset:
    """An item of the softcopy VOI LUT sequence; without images for all."""
    made = Dataset()
    made.WindowCenter, made.WindowWidth = center, width
    if images:
        made.ReferencedImageSequence = list(images)
    return made


def area(first: tuple[int, int], last: tuple[int, int], mode: str = "SCALE TO FIT", **more: Any) -> Dataset:
    """An item of the displayed area sequence; corners (column, row) from 1, named as they lie on the screen."""
    made = Dataset()
    made.DisplayedAreaTopLeftHandCorner, made.DisplayedAreaBottomRightHandCorner = list(first), list(last)
    made.PresentationSizeMode, made.PresentationPixelAspectRatio = mode, [1, 1]
    for keyword, value in more.items():
        setattr(made, keyword, value)
    return made


def drawing(kind: str, points: Sequence[float], units: str = "PIXEL", *, filled: bool = False) -> Dataset:
    """A graphic object; points column, row, column, row and so on."""
    made = Dataset()
    made.GraphicAnnotationUnits, made.GraphicDimensions, made.GraphicType = units, 2, kind
    made.NumberOfGraphicPoints, made.GraphicData = len(points) // 2, list(points)
    made.GraphicFilled = "Y" if filled else "N"
    return made


def note(words: str, box: Sequence[float], units: str = "PIXEL", anchor: Sequence[float] = ()) -> Dataset:
    """A text object with a box, left, top, right, bottom."""
    made = Dataset()
    made.UnformattedTextValue, made.BoundingBoxAnnotationUnits = words, units
    made.BoundingBoxTopLeftHandCorner, made.BoundingBoxBottomRightHandCorner = list(box[:2]), list(box[2:])
    if anchor:
        made.AnchorPoint, made.AnchorPointAnnotationUnits, made.AnchorPointVisibility = (
            list(anchor),
            units,
            "Y",
        )
    return made


def annotation(*parts: Dataset, images: Sequence[Dataset] = ()) -> Dataset:
    """An item of the graphic annotation sequence."""
    made = Dataset()
    made.GraphicLayer = "L"
    if images:
        made.ReferencedImageSequence = list(images)
    made.GraphicObjectSequence = [one for one in parts if "GraphicType" in one]
    made.TextObjectSequence = [one for one in parts if "UnformattedTextValue" in one]
    return made
