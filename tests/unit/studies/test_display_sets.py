"""Frames are ordered by where they lie; every doubt about a stack has a name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.domain.errors import GeometryRefusedError, PixelsUnreadableError
from app.domain.geometry import index_to_lps
from app.domain.volume import RemarkKind, Space
from app.studies.display_sets import DisplaySet, display_sets
from app.studies.load import load_frame, load_volume
from app.studies.scan import scan
from app.studies.thumbnail import thumbnail
from tests.support.dicom_files import ct_dataset, write, write_stack
from tests.support.shared import shared_dir

CORONAL = [1.0, 0.0, 0.0, 0.0, 0.0, -1.0]


def sets_of(folder: Path) -> tuple[DisplaySet, ...]:
    return tuple(one for study in scan([folder]).studies for one in display_sets(study))


def kinds(one: DisplaySet) -> set[RemarkKind]:
    return {remark.kind for remark in one.remarks}


def test_slices_are_ordered_by_place_whatever_their_numbers_say(tmp_path: Path) -> None:
    write_stack(tmp_path, [(0, 0, z) for z in (8, 0, 4, 2, 6)])
    only = sets_of(tmp_path)[0]
    volume = load_volume(only)
    assert volume.pixels[:, 0, 0].tolist() == [1, 3, 2, 4, 0]
    assert np.allclose(volume.affine[:3, 3], 0)
    assert np.allclose(volume.affine[:3, :3], np.array([[0, 0, 0.7], [0, 0.8, 0], [2.0, 0, 0]]))


def test_a_coronal_stack_keeps_its_own_directions(tmp_path: Path) -> None:
    write_stack(tmp_path, [(5, y, 9) for y in (0, 3, 6)], ImageOrientationPatient=CORONAL)
    volume = load_volume(sets_of(tmp_path)[0])
    assert np.allclose(index_to_lps(volume.affine, [2, 1, 1]), [5.7, 6, 8.2])


def test_a_tilted_gantry_gives_a_sheared_affine_and_says_so(tmp_path: Path) -> None:
    write_stack(tmp_path, [(0, 0.5 * n, 2.0 * n) for n in range(5)])
    only = sets_of(tmp_path)[0]
    assert kinds(only) == {RemarkKind.TILT}
    assert only.volumetric
    assert np.allclose(index_to_lps(load_volume(only).affine, [4, 0, 0]), [0, 2, 8])


@pytest.mark.parametrize(
    ("z", "kind", "why", "has_planes"),
    [
        ((0, 2, 4, 8, 10), RemarkKind.MISSING_SLICES, "geometry.missing_slices", True),
        ((0, 2, 4.9, 6, 9.3), RemarkKind.UNEVEN_SPACING, "geometry.uneven_spacing", True),
        ((0, 2, 2, 4), RemarkKind.DUPLICATE_SLICES, "geometry.duplicate_slices", False),
    ],
)
def test_what_makes_no_volume_as_it_is_is_named_and_still_shown(
    tmp_path: Path, z: tuple[float, ...], kind: RemarkKind, why: str, *, has_planes: bool
) -> None:
    write_stack(tmp_path, [(0, 0, at) for at in z])
    only = sets_of(tmp_path)[0]
    assert kind in kinds(only)
    assert (only.affine, only.volumetric, only.why_no_volume) == (None, has_planes, why)
    assert len(only.frames) == len(z)
    assert load_frame(only, 1).pixels.shape == (8, 10)
    with pytest.raises(GeometryRefusedError):
        load_volume(only)


def test_every_place_imaged_twice_is_two_phases(tmp_path: Path) -> None:
    write_stack(tmp_path, [(0, 0, z) for z in (0, 2, 4, 0, 2, 4)])
    first, second = sets_of(tmp_path)
    assert (len(first.frames), len(second.frames)) == (3, 3)
    assert first.volumetric
    assert second.volumetric


def test_localisers_sizes_and_directions_hang_apart(tmp_path: Path) -> None:
    write_stack(tmp_path / "a", [(0, 0, z) for z in (0, 2, 4)])
    scout = ct_dataset(ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"], ImageOrientationPatient=CORONAL)
    write(scout, tmp_path / "scout")
    assert sorted(len(one.frames) for one in sets_of(tmp_path)) == [1, 3]


def test_slices_without_a_place_are_shown_and_never_placed(tmp_path: Path) -> None:
    for number in range(3):
        write(ct_dataset(ImagePositionPatient=None, InstanceNumber=number), tmp_path / str(number))
    only = sets_of(tmp_path)[0]
    assert only.space is Space.IMAGE
    assert RemarkKind.NO_POSITION in kinds(only)
    assert not only.volumetric


def test_pixels_of_unknown_size_are_told(tmp_path: Path) -> None:
    write_stack(tmp_path, [(0, 0, z) for z in (0, 2, 4)], PixelSpacing=None)
    only = sets_of(tmp_path)[0]
    assert RemarkKind.NO_SPACING in kinds(only)
    assert not only.volumetric


def test_a_radiograph_lies_in_its_own_plane_and_says_where_its_size_was_measured(tmp_path: Path) -> None:
    radiograph = ct_dataset(
        Modality="CR", SOPClassUID="1.2.840.10008.5.1.4.1.1.1", ImagePositionPatient=None,
        ImageOrientationPatient=None, PixelSpacing=None, ImagerPixelSpacing=[0.2, 0.1],
    )  # fmt: skip
    only = sets_of(write(radiograph, tmp_path / "cr").parent)[0]
    assert only.space is Space.IMAGE
    assert kinds(only) == {RemarkKind.SPACING_AT_DETECTOR}
    assert np.allclose(index_to_lps(only.affines[0], [0, 3, 5]), [0.5, 0.6, 0])
    assert load_volume(only).pixels.shape == (1, 8, 10)


def test_one_broken_slice_leaves_the_others_and_refuses_the_volume(tmp_path: Path) -> None:
    paths = write_stack(tmp_path, [(0, 0, z) for z in (0, 2, 4)])
    write(ct_dataset(ImagePositionPatient=[0, 0, 2], PixelData=b"\0\0"), paths[1])
    only = sets_of(tmp_path)[0]
    assert load_frame(only, 2).pixels.max() == 2
    with pytest.raises(PixelsUnreadableError):
        load_volume(only)


def test_a_thumbnail_keeps_proportions(tmp_path: Path) -> None:
    write(ct_dataset(Rows=20, Columns=10, PixelSpacing=[1.0, 1.0], PixelData=bytes(400)), tmp_path / "x")
    assert thumbnail(sets_of(tmp_path)[0], 96).shape == (96, 48)


def test_a_thumbnail_of_tall_pixels_is_tall(tmp_path: Path) -> None:
    write(ct_dataset(Rows=10, Columns=10, PixelSpacing=[2.0, 1.0], PixelData=bytes(200)), tmp_path / "x")
    assert thumbnail(sets_of(tmp_path)[0], 96).shape == (96, 48)


@pytest.mark.shared
def test_order_affine_and_values_equal_simpleitks(tmp_path: Path) -> None:
    import SimpleITK

    folder = shared_dir("data", "ct_chest_cptac_C3N-00247")
    volume = load_volume(sets_of(folder)[0])
    reader = SimpleITK.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
    image = reader.Execute()
    assert np.array_equal(SimpleITK.GetArrayFromImage(image), volume.pixels * volume.slope + volume.intercept)
    assert np.allclose(
        image.TransformIndexToPhysicalPoint((511, 100, 98)), index_to_lps(volume.affine, [98, 100, 511])
    )


@pytest.mark.shared
def test_real_odd_series_are_refused_or_corrected() -> None:
    head = sets_of(shared_dir("data", "ct_gantry_tilt_ge"))[0]
    assert head.why_no_volume == "geometry.uneven_spacing"
    odd = {one.why_no_volume or "tilted": one for one in sets_of(shared_dir("data", "series_odd_geometry"))}
    assert set(odd) == {"tilted", "geometry.missing_slices"}
    assert kinds(odd["tilted"]) == {RemarkKind.TILT}


def test_masks_and_maps_are_objects_and_no_pictures_of_their_own_beside_images(tmp_path: Path) -> None:
    write_stack(tmp_path / "ct", [(0, 0, z) for z in (0, 2, 4)])
    for number, uid in enumerate(("66.4", "66.7", "30")):
        kind = f"1.2.840.10008.5.1.4.1.1.{uid}"
        series = {"SeriesInstanceUID": f"1.2.3.{number + 9}", "Modality": "SEG"}
        write(ct_dataset(SOPClassUID=kind, **series), tmp_path / f"mask{number}")
    (only,) = sets_of(tmp_path)
    assert only.series.modality == "CT"


def test_a_mask_that_lies_alone_can_be_looked_at(tmp_path: Path) -> None:
    kind = {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.66.4", "Modality": "SEG"}
    write(ct_dataset(**kind), tmp_path / "mask")
    assert [one.series.modality for one in sets_of(tmp_path)] == ["SEG"]
