"""Breast tomosynthesis (1.2.840.10008.5.1.4.1.1.13.1.3): slices lie by their place, not by their number in the file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import UID

from app.domain.study import Study
from app.studies.display_sets import DisplaySet, display_sets
from app.studies.scan import scan
from tests.support.dicom_files import ct_dataset, write

TOMOSYNTHESIS = UID("1.2.840.10008.5.1.4.1.1.13.1.3")
MLO = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)  # rows run to the back, columns to the feet: slices are stacked along x


def item(**values: object) -> list[Dataset]:
    made = Dataset()
    for keyword, value in values.items():
        setattr(made, keyword, value)
    return [made]


def tomosynthesis(folder: Path, heights_mm: list[float], **changes: object) -> Study:
    """One multi-frame object; frame n, from 0, holds the value n and lies at x = heights_mm[n]."""
    frames = np.stack([np.full((6, 5), number, dtype="<u2") for number in range(len(heights_mm))])
    groups = []
    for height in heights_mm:
        group = Dataset()
        group.PlanePositionSequence = item(ImagePositionPatient=[height, -10.0, 20.0])
        group.FrameVOILUTSequence = item(WindowCenter=3, WindowWidth=8)
        groups.append(group)
    shared = Dataset()
    shared.PlaneOrientationSequence = item(ImageOrientationPatient=list(MLO))
    shared.PixelMeasuresSequence = item(PixelSpacing=[0.1, 0.1], SliceThickness=1.0)
    shared.PixelValueTransformationSequence = item(RescaleIntercept=0, RescaleSlope=1, RescaleType="US")
    made = ct_dataset(
        SOPClassUID=TOMOSYNTHESIS, Modality="MG", NumberOfFrames=len(heights_mm), Rows=6, Columns=5,
        PixelData=frames.tobytes(), PixelRepresentation=0, ImagePositionPatient=None, ImageOrientationPatient=None,
        PixelSpacing=None, RescaleIntercept=None, RescaleSlope=None, WindowCenter=None, WindowWidth=None,
        ImageType=["DERIVED", "PRIMARY", "TOMOSYNTHESIS", "NONE"], ImageLaterality="L", VolumetricProperties="VOLUME",
        PerFrameFunctionalGroupsSequence=groups, SharedFunctionalGroupsSequence=[shared], **changes,
    )  # fmt: skip
    made.file_meta.MediaStorageSOPClassUID = TOMOSYNTHESIS
    write(made, folder / "dbt.dcm")
    [study] = scan([folder]).studies
    return study


def places(one: DisplaySet) -> list[float]:
    return [float(affine[0, 3]) for affine in one.affines]


@pytest.mark.parametrize(
    "heights", [[1.0, 2.0, 3.0, 4.0, 5.0], [5.0, 4.0, 3.0, 2.0, 1.0], [3.0, 1.0, 5.0, 2.0, 4.0]]
)
def test_slices_are_stacked_by_their_place_however_they_are_numbered(
    tmp_path: Path, heights: list[float]
) -> None:
    [shown] = display_sets(tomosynthesis(tmp_path, heights))
    seen = places(shown)
    assert seen in (sorted(heights), sorted(heights, reverse=True))
    assert [heights[frame.frame - 1] for frame in shown.frames] == seen


def test_the_same_stack_whichever_way_it_was_written(tmp_path: Path) -> None:
    """Two makers write the slices of one breast from its two sides; the screen must not show which."""
    [one] = display_sets(tomosynthesis(tmp_path / "a", [1.0, 2.0, 3.0, 4.0]))
    [other] = display_sets(tomosynthesis(tmp_path / "b", [4.0, 3.0, 2.0, 1.0]))
    assert places(one) == places(other)


def test_a_stack_of_tomosynthesis_is_a_volume_one_millimetre_apart(tmp_path: Path) -> None:
    [shown] = display_sets(tomosynthesis(tmp_path, [3.0, 1.0, 5.0, 2.0, 4.0]))
    assert shown.affine is not None
    assert float(np.linalg.norm(shown.affine[:3, 0])) == pytest.approx(1.0)
    assert float(np.linalg.norm(shown.affine[:3, 1])) == pytest.approx(0.1)


def test_slices_without_a_place_keep_their_numbers_and_are_no_volume(tmp_path: Path) -> None:
    study = tomosynthesis(tmp_path, [1.0, 1.0, 1.0, 1.0])
    [shown] = display_sets(study)
    assert [frame.frame for frame in shown.frames] == [1, 2, 3, 4]
    assert shown.affine is None
    assert shown.remarks
