"""Objects made with highdicom and pydicom over a small oblique CT whose slices lie in no order."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.uid import generate_uid

from app.domain.geometry import Affine, plane_affine
from app.domain.study import Study
from app.studies.scan import scan
from tests.support.dicom_files import ct_dataset

STUDY, SERIES, FRAME = (
    "1.2.826.0.1.3680043.8.498.5501",
    "1.2.826.0.1.3680043.8.498.5502",
    "1.2.826.0.1.3680043.8.498.5503",
)
# A head turned by 20 degrees about one axis and 10 about another: no cosine is zero but one.
_A, _B = np.deg2rad(20), np.deg2rad(10)
ROW = (float(np.cos(_A)), float(np.sin(_A)), 0.0)
COLUMN = (
    float(-np.sin(_A) * np.cos(_B)),
    float(np.cos(_A) * np.cos(_B)),
    float(np.sin(_B)),
)
NORMAL = np.cross(ROW, COLUMN)
ORIGIN = np.asarray([-31.5, 12.25, -140.75])
SPACING = (0.8, 0.7)
STEP = 2.5
SHAPE = (6, 8, 10)
ORDER = (3, 0, 5, 1, 4, 2)  # of the files


def stack_affine() -> Affine:
    """(slice, row, column) -> LPS mm of the stack."""
    return plane_affine(ORIGIN.tolist(), (*ROW, *COLUMN), SPACING, NORMAL * STEP)


def oblique_ct(folder: Path, heights: Sequence[float] | None = None) -> list[Dataset]:
    """Slices written to a folder in no order; returned in order of height. heights: steps above the first slice."""
    folder.mkdir(parents=True, exist_ok=True)
    places = list(heights) if heights is not None else [float(n) for n in range(SHAPE[0])]
    made: list[Dataset] = []
    for number, height in enumerate(places):
        position = ORIGIN + NORMAL * STEP * height
        dataset = ct_dataset(
            SOPInstanceUID=f"1.2.826.0.1.3680043.8.498.55{number + 10}",
            StudyInstanceUID=STUDY,
            SeriesInstanceUID=SERIES,
            FrameOfReferenceUID=FRAME,
            ImagePositionPatient=[round(float(part), 6) for part in position],
            ImageOrientationPatient=[round(part, 10) for part in (*ROW, *COLUMN)],
            InstanceNumber=ORDER[number % len(ORDER)] + 1,
            SliceThickness=STEP,
            StudyID="1",
            ReferringPhysicianName="",
            PositionReferenceIndicator="",
            Manufacturer="Scanner maker",
        )
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        dataset.save_as(folder / f"slice_{ORDER[number % len(ORDER)]}.dcm", enforce_file_format=True)
        made.append(dataset)
    return made


def study_of(*folders: Path) -> Study:
    """The one study of these folders."""
    [study] = scan(list(folders)).studies
    return study


def describe_segment(number: int, label: str, *, by_machine: bool = True) -> Any:
    """A segment description with colour, anatomy and tracking."""
    from highdicom import AlgorithmIdentificationSequence
    from highdicom.color import CIELabColor
    from highdicom.seg import SegmentDescription
    from pydicom.sr.codedict import codes

    return SegmentDescription(
        segment_number=number,
        segment_label=label,
        segmented_property_category=codes.SCT.MorphologicallyAbnormalStructure,
        segmented_property_type=codes.SCT.Nodule,
        algorithm_type="AUTOMATIC" if by_machine else "MANUAL",
        algorithm_identification=AlgorithmIdentificationSequence(
            name="Nodule finder", version="4.2", family=codes.DCM.ArtificialIntelligence
        )
        if by_machine
        else None,
        tracking_uid=generate_uid(entropy_srcs=[label, str(number)]),
        tracking_id=label,
        anatomic_regions=[codes.SCT.Lung],
        display_color=CIELabColor.from_rgb(200, 60, 40),
    )


def segmentation(
    images: Sequence[Dataset],
    voxels: NDArray[Any],
    labels: Sequence[str],
    kind: str = "BINARY",
    **other: Any,
) -> Dataset:
    """A SEG of images given in any order; voxels (image, row, column) or with a last axis for segments."""
    from highdicom.seg import Segmentation

    machine = bool(other.pop("by_machine", True))
    return Segmentation(
        source_images=list(images),
        pixel_array=voxels,
        segmentation_type=kind,
        segment_descriptions=[
            describe_segment(n, label, by_machine=machine) for n, label in enumerate(labels, start=1)
        ],
        series_instance_uid=generate_uid(),
        series_number=90,
        sop_instance_uid=generate_uid(),
        instance_number=1,
        manufacturer="Finder Ltd",
        manufacturer_model_name="Finder",
        software_versions="7.1",
        device_serial_number="1",
        content_label="FINDINGS",
        **other,
    )


def save(made: Dataset, file: Path) -> Path:
    """Write and return the path."""
    file.parent.mkdir(parents=True, exist_ok=True)
    made.save_as(file, enforce_file_format=True)
    return file
