"""A voxel of a segmentation lies where its own frame says, whatever the order of frames, files and segments."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from highdicom.seg import segread
from pydicom import Dataset, dcmread

from app.domain.errors import GeometryRefusedError
from app.domain.geometry import index_to_lps, lps_to_index
from app.domain.objects import SegmentationObject
from app.domain.volume import Volume
from app.studies.display_sets import display_sets
from app.studies.load import load_volume
from app.studies.objects.masks import segment_mask, segment_masks, segment_on_volume, segment_planes
from app.studies.objects.read import read_object
from tests.support.objects import (
    NORMAL,
    ORIGIN,
    SHAPE,
    STEP,
    oblique_ct,
    save,
    segmentation,
    stack_affine,
    study_of,
)

SHUFFLED = (4, 1, 5, 0, 3, 2)
VOXEL = (4, 2, 7)  # slice, row, column of the stack


def read(file: Path) -> SegmentationObject:
    found = read_object(file)
    assert isinstance(found, SegmentationObject)
    return found


def volume_of(folder: Path) -> Volume:
    [shown] = display_sets(study_of(folder))
    return load_volume(shown)


@pytest.fixture
def images(tmp_path: Path) -> list[Dataset]:
    return oblique_ct(tmp_path / "ct")


def shuffled_seg(images: list[Dataset], kind: str = "BINARY") -> Dataset:
    voxels = np.zeros(SHAPE, np.uint8)
    voxels[VOXEL] = 1
    voxels[1, 6, 3] = 2
    order = [images[n] for n in SHUFFLED]
    return segmentation(order, voxels[list(SHUFFLED)], ["one", "two"], kind)


@pytest.mark.parametrize("kind", ["BINARY", "LABELMAP"])
def test_a_voxel_lies_at_its_known_point(kind: str, images: list[Dataset], tmp_path: Path) -> None:
    seg = read(save(shuffled_seg(images, kind), tmp_path / "seg.dcm"))
    for number, voxel in ((1, VOXEL), (2, (1, 6, 3))):
        mask = segment_mask(seg, number)
        assert mask.values.dtype == np.bool_
        found = np.argwhere(mask.values)
        assert len(found) == 1
        by_hand = (
            ORIGIN
            + NORMAL * STEP * voxel[0]
            + np.asarray(index_to_lps(stack_affine(), voxel) - index_to_lps(stack_affine(), (voxel[0], 0, 0)))
        )
        assert index_to_lps(mask.affine, found[0]) == pytest.approx(by_hand, abs=1e-3)


def test_empty_frames_that_were_left_out_leave_their_place(images: list[Dataset], tmp_path: Path) -> None:
    voxels = np.zeros(SHAPE, np.uint8)
    voxels[0, 1, 1] = voxels[4, 2, 7] = 1
    seg = read(save(segmentation(images, voxels, ["far apart"]), tmp_path / "seg.dcm"))
    assert len(seg.frames) == 2
    mask = segment_mask(seg, 1)
    assert np.argwhere(mask.values).tolist() == [[0, 1, 1], [4, 2, 7]]
    assert mask.affine == pytest.approx(stack_affine(), abs=1e-3)


def test_a_mask_on_its_volume_is_what_was_drawn(images: list[Dataset], tmp_path: Path) -> None:
    volume = volume_of(tmp_path / "ct")
    rng = np.random.default_rng(7)
    voxels = (rng.random(SHAPE) > 0.6).astype(np.uint8)
    order = list(SHUFFLED)
    made = segmentation([images[n] for n in order], voxels[order], ["noise"])
    seg = read(save(made, tmp_path / "seg.dcm"))
    on_volume = segment_on_volume(seg, 1, volume)
    assert not on_volume.outside
    at = np.argwhere(voxels)
    index = np.rint(lps_to_index(volume.affine, index_to_lps(stack_affine(), at))).astype(int)
    expected = np.zeros(volume.pixels.shape, bool)
    expected[tuple(index.T)] = True
    assert np.array_equal(on_volume.values, expected)


def test_highdicom_reads_the_same_from_the_same_file(images: list[Dataset], tmp_path: Path) -> None:
    file = save(shuffled_seg(images), tmp_path / "seg.dcm")
    theirs = segread(file).get_volume(combine_segments=True)
    seg = read(file)
    for number in (1, 2):
        mask = segment_mask(seg, number)
        at = index_to_lps(mask.affine, np.argwhere(mask.values)[0])
        index = np.rint(np.linalg.inv(theirs.affine) @ np.append(at, 1.0)).astype(int)[:3]
        assert int(theirs.array[tuple(index)]) == number


def test_uneven_slices_make_no_volume_but_planes(tmp_path: Path) -> None:
    heights = [0.0, 1.0, 2.37, 3.0, 4.71, 5.0]
    images = oblique_ct(tmp_path / "ct", heights)
    voxels = np.zeros(SHAPE, np.uint8)
    voxels[:, 2, 7] = 1
    seg = read(save(segmentation(images, voxels, ["column"]), tmp_path / "seg.dcm"))
    with pytest.raises(GeometryRefusedError) as refused:
        segment_mask(seg, 1)
    assert refused.value.key == "error.objects.uneven"
    planes = {
        round(float(NORMAL @ (plane.affine[:3, 3] - ORIGIN)) / STEP, 3): plane
        for plane in segment_planes(seg, 1)
    }
    assert sorted(planes) == pytest.approx(heights, abs=1e-3)
    for height, plane in planes.items():
        at = index_to_lps(plane.affine, np.argwhere(plane.values)[0])
        flat = index_to_lps(stack_affine(), (0, 2, 7))
        assert at == pytest.approx(flat + NORMAL * STEP * height, abs=1e-2)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("shift", "shifted by part of a pixel"),
        ("between", "between slices"),
        ("spacing", "other directions or pixel size"),
    ],
)
def test_a_mask_that_does_not_lie_on_voxels_is_refused_in_words(
    change: str, words: str, images: list[Dataset], tmp_path: Path
) -> None:
    volume = volume_of(tmp_path / "ct")
    made = shuffled_seg(images)
    if change == "spacing":
        shared = made.SharedFunctionalGroupsSequence[0]
        shared.PixelMeasuresSequence[0].PixelSpacing = [0.9, 0.7]
    for group in made.PerFrameFunctionalGroupsSequence if change != "spacing" else ():
        plane = group.PlanePositionSequence[0]
        move = NORMAL * STEP * 0.5 if change == "between" else np.asarray([0.35, 0.0, 0.0])
        position = np.asarray(plane.ImagePositionPatient, dtype=float) + move
        plane.ImagePositionPatient = [round(float(part), 6) for part in position]
    seg = read(save(made, tmp_path / "moved.dcm"))
    with pytest.raises(GeometryRefusedError) as refused:
        segment_on_volume(seg, 1, volume)
    assert refused.value.facts["what"] == words


def test_another_frame_of_reference_is_refused(images: list[Dataset], tmp_path: Path) -> None:
    volume = volume_of(tmp_path / "ct")
    made = shuffled_seg(images)
    made.FrameOfReferenceUID = "1.2.3.999"
    seg = read(save(made, tmp_path / "elsewhere.dcm"))
    with pytest.raises(GeometryRefusedError) as refused:
        segment_on_volume(seg, 1, volume)
    assert refused.value.key == "error.objects.other_frame"


def test_a_part_of_the_image_is_put_at_its_offset(images: list[Dataset], tmp_path: Path) -> None:
    volume = volume_of(tmp_path / "ct")
    made = shuffled_seg(images)
    affine = stack_affine()
    for group in made.PerFrameFunctionalGroupsSequence:
        plane = group.PlanePositionSequence[0]
        moved = np.asarray(plane.ImagePositionPatient, dtype=float) + affine[:3, 1] * 3 - affine[:3, 2] * 2
        plane.ImagePositionPatient = [round(float(part), 6) for part in moved]
    seg = read(save(made, tmp_path / "part.dcm"))
    found = segment_on_volume(seg, 1, volume)
    assert [index_to_lps(volume.affine, at).tolist() for at in np.argwhere(found.values)] == [
        pytest.approx(index_to_lps(affine, (4, 5, 5)), abs=1e-3)
    ]
    assert segment_on_volume(seg, 2, volume).outside  # its row lies beyond the last one


def test_fractions_are_shares_of_their_maximum(images: list[Dataset], tmp_path: Path) -> None:
    values = np.linspace(0.0, 1.0, int(np.prod(SHAPE))).reshape(SHAPE).astype(np.float32)
    made = segmentation(
        images, values, ["chance"], "FRACTIONAL", max_fractional_value=200, fractional_type="PROBABILITY"
    )
    seg = read(save(made, tmp_path / "seg.dcm"))
    mask = segment_mask(seg, 1)
    assert (mask.kind, mask.values.dtype, seg.fractional_type) == (
        "fraction",
        np.dtype(np.float32),
        "PROBABILITY",
    )
    assert np.abs(mask.values - values).max() <= 0.5 / 200 + 1e-6


def test_what_overlaps_stays_two_masks(images: list[Dataset], tmp_path: Path) -> None:
    voxels = np.zeros((*SHAPE, 2), np.uint8)
    voxels[2, 2:6, 2:6, 0] = 1
    voxels[2, 4:8, 4:8, 1] = 1
    seg = read(save(segmentation(images, voxels, ["one", "two"]), tmp_path / "seg.dcm"))
    one, two = segment_masks(seg, (1, 2))
    assert (int(one.values.sum()), int(two.values.sum())) == (16, 16)
    assert int((one.values & two.values).sum()) == 4


def test_two_masks_of_one_segment_at_one_place_are_not_merged(images: list[Dataset], tmp_path: Path) -> None:
    made = shuffled_seg(images)
    for group in made.PerFrameFunctionalGroupsSequence:
        group.SegmentIdentificationSequence[0].ReferencedSegmentNumber = 1
        group.PlanePositionSequence[0].ImagePositionPatient = [0.0, 0.0, 0.0]
    file = save(made, tmp_path / "phases.dcm")
    assert len(dcmread(file).PerFrameFunctionalGroupsSequence) == 2
    with pytest.raises(GeometryRefusedError) as refused:
        segment_mask(read(file), 1)
    assert refused.value.key == "error.objects.several_masks"


def test_recommended_colour_is_the_one_that_was_given(images: list[Dataset], tmp_path: Path) -> None:
    seg = read(save(shuffled_seg(images), tmp_path / "seg.dcm"))
    colour = seg.segments[0].color_rgb
    assert colour is not None
    assert np.abs(np.asarray(colour) - (200, 60, 40)).max() <= 2
