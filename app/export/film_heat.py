"""Heat of a film on the film's own pixels: which film, and the value at each of its pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.domain.finding import AnalysisResult, MapRef
from app.domain.geometry import Affine
from app.domain.source_image import SourceImage
from app.domain.study import Series
from app.domain.volume import Space
from app.export.headers import analysed_series
from app.export.stacks import image_affine, stack_of
from app.export.types import StudyExport

if TYPE_CHECKING:
    from pydicom import Dataset


def film_of(
    study: StudyExport, result: AnalysisResult, reference: MapRef
) -> tuple[Series, SourceImage] | None:
    """The film that a map names, or the only one there is; None where that is not told or it is not known here."""
    found = [
        (series, image)
        for series in analysed_series(study.study, result)
        for image in stack_of(study, series, result)
        if reference.sop_instance_uid in ("", image.sop_instance_uid) and reference.frame in (0, image.frame)
    ]
    return found[0] if len(found) == 1 else None


def laid_on(film: SourceImage, values: NDArray[np.generic], affine: Affine) -> NDArray[np.float32]:
    """The map's nearest value at each pixel of the film, (1, rows, columns); 0 where the map does not reach."""
    mapping = np.linalg.inv(affine) @ image_affine(film, Space.IMAGE)
    made = np.zeros((1, film.rows, film.columns), dtype=np.float32)
    down, along = np.arange(film.rows)[:, None], np.arange(film.columns)[None, :]
    at = [
        np.rint(mapping[axis, 1] * down + mapping[axis, 2] * along + mapping[axis, 3]).astype(np.intp)
        for axis in (1, 2)
    ]
    inside = (at[0] >= 0) & (at[0] < values.shape[1]) & (at[1] >= 0) & (at[1] < values.shape[2])
    made[0][inside] = values[0][at[0][inside], at[1][inside]]
    return made


def lay_flat(header: Dataset, frame_of_reference_uid: str) -> None:
    """Lend the header of a film a place of its own, which the library asks for; `without_place` takes it away again."""
    header.FrameOfReferenceUID = frame_of_reference_uid
    header.ImagePositionPatient, header.ImageOrientationPatient = [0, 0, 0], [1, 0, 0, 0, 1, 0]


def without_place(made: Dataset, film: SourceImage) -> None:
    """Take out the place in the patient that a film does not have; its frame is told by where it lies in the stack."""
    from pydicom.tag import Tag

    [shared], [frame] = made.SharedFunctionalGroupsSequence, made.PerFrameFunctionalGroupsSequence
    for group in (shared, frame):
        for keyword in ("PlanePositionSequence", "PlaneOrientationSequence"):
            group.pop(keyword, None)
    measures = shared.PixelMeasuresSequence[0]
    unknown = () if film.spacing_mm else ("PixelSpacing",)
    for keyword in ("SliceThickness", "SpacingBetweenSlices", *unknown):
        measures.pop(keyword, None)
    content = frame.FrameContentSequence[0]
    content.StackID, content.InStackPositionNumber, content.DimensionIndexValues = "1", 1, [1]
    [index, *_] = made.DimensionIndexSequence
    index.DimensionIndexPointer, index.FunctionalGroupPointer = (
        Tag("InStackPositionNumber"),
        Tag("FrameContentSequence"),
    )
    index.DimensionDescriptionLabel = "In-Stack Position Number"
    made.DimensionIndexSequence = [index]
    made.pop("DimensionOrganizationType", None)
    made.PatientOrientation = list(film.patient_orientation) if len(film.patient_orientation) == 2 else None
    for item in (i for d in frame.DerivationImageSequence for i in d.SourceImageSequence):
        item.SpatialLocationsPreserved = "YES"
