"""Segmentations read again by pydicom: the same voxels as highdicom reads, and nothing taken for granted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from highdicom.seg import segread
from pydicom import Dataset, dcmread

from app.domain.errors import ExportRefusedError
from app.domain.source_image import SourceImage
from app.export.seg_read import read_voxels
from app.workflows.export import export_reading
from tests.support.export import Case, build_case, stack_in


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return build_case(tmp_path_factory.mktemp("case"))


@pytest.fixture(scope="module")
def stack(case: Case) -> tuple[SourceImage, ...]:
    assert case.study is not None
    return stack_in(case.study, case.study.series[0], case.reading.results[0])


@pytest.fixture(scope="module")
def folder(case: Case, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("made") / "out"
    made = export_reading(
        case.reading, case.study, ["seg", "seg_labelmap"], target, identified=True, paths=case.paths
    )
    return made.folder


@pytest.mark.parametrize("name", ["seg_0001.dcm", "seg_labelmap_0001.dcm"])
def test_it_reads_what_highdicom_reads(folder: Path, stack: tuple[SourceImage, ...], name: str) -> None:
    found = read_voxels(folder / name, stack)
    theirs = segread(folder / name).get_pixels_by_source_instance(
        [image.sop_instance_uid for image in stack],
        assert_missing_frames_are_empty=True,
        combine_segments=True,
    )
    assert found.any()
    np.testing.assert_array_equal(found, theirs)


def _on_another_image(made: Dataset) -> None:
    source = made.PerFrameFunctionalGroupsSequence[0].DerivationImageSequence[0].SourceImageSequence[0]
    source.ReferencedSOPInstanceUID = "1.2.3.4"


def _one_frame_twice(made: Dataset) -> None:
    first, second = made.PerFrameFunctionalGroupsSequence[:2]
    second.DerivationImageSequence = first.DerivationImageSequence
    size = made.Rows * made.Columns // 8
    made.PixelData = made.PixelData[:size] * 2 + made.PixelData[2 * size :]


def _half_the_pixels(made: Dataset) -> None:
    made.PixelData = made.PixelData[: len(made.PixelData) // 4 * 2]


def _one_frame_untold(made: Dataset) -> None:
    made.PerFrameFunctionalGroupsSequence = made.PerFrameFunctionalGroupsSequence[1:]


@pytest.mark.parametrize("damage", [_on_another_image, _one_frame_twice, _half_the_pixels, _one_frame_untold])
def test_a_file_that_is_not_whole_is_refused(
    folder: Path, stack: tuple[SourceImage, ...], tmp_path: Path, damage: Callable[[Dataset], None]
) -> None:
    made = dcmread(folder / "seg_0001.dcm")
    damage(made)
    made.save_as(tmp_path / "damaged.dcm")
    with pytest.raises(ExportRefusedError):
        read_voxels(tmp_path / "damaged.dcm", stack)
