"""Images of one place are told apart by what their files say; by their number only where they say nothing, and said."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import EnhancedMRImageStorage

from app.domain.volume import RemarkKind
from app.studies.display_sets import DisplaySet, display_sets, may_link
from app.studies.scan import scan
from tests.support.dicom_files import AXIAL, ct_dataset, write
from tests.support.shared import shared_dir

PLACES = [(0.0, 0.0, 2.0 * n) for n in range(4)]


def sets_of(folder: Path) -> tuple[DisplaySet, ...]:
    return tuple(one for study in scan([folder]).studies for one in display_sets(study))


def write_images(folder: Path, told: list[dict[str, object]], *, interleaved: bool) -> None:
    """Every place imaged once for each of `told`; numbered place by place, or phase by phase."""
    order = [(place, n) for place in PLACES for n in range(len(told))]
    if not interleaved:
        order.sort(key=lambda entry: (entry[1], entry[0]))
    for number, (place, phase) in enumerate(order):
        marks = {"Modality": "MR", "InstanceNumber": number, "ImagePositionPatient": list(place)}
        write(ct_dataset(**{**marks, **told[phase]}), folder / f"{number}")


@pytest.mark.parametrize("interleaved", [False, True])
@pytest.mark.parametrize(
    ("told", "names"),
    [
        ([{"EchoTime": 20}, {"EchoTime": 90}], ["TE 20", "TE 90"]),
        ([{"DiffusionBValue": 800.0}, {"DiffusionBValue": 0.0}], ["b 0", "b 800"]),
        ([{"TemporalPositionIdentifier": n} for n in (3, 1, 2)], ["t 1", "t 2", "t 3"]),
        ([{"AcquisitionNumber": n} for n in (2, 1)], ["#1", "#2"]),
        ([{"ImageType": ["ORIGINAL", "PRIMARY", kind]} for kind in ("P", "M")], ["M", "P"]),
        (
            [{"EchoTime": te, "TemporalPositionIdentifier": t} for te in (5, 9) for t in (1, 2)],
            ["t 1 TE 5", "t 1 TE 9", "t 2 TE 5", "t 2 TE 9"],
        ),
    ],
)
def test_phases_are_told_by_what_the_files_say(
    tmp_path: Path, told: list[dict[str, object]], names: list[str], *, interleaved: bool
) -> None:
    write_images(tmp_path, told, interleaved=interleaved)
    found = sets_of(tmp_path)
    assert sorted(one.title.removeprefix("Axial ") for one in found) == names
    for one in found:
        assert one.volumetric
        assert [frame.instance.position_lps_mm for frame in one.frames] == PLACES
        assert len({frame.instance.phase_marks for frame in one.frames}) == 1
        assert RemarkKind.PHASES_BY_ORDER not in {remark.kind for remark in one.remarks}


def test_an_acquisition_that_covers_a_part_only_is_a_stack_of_its_own(tmp_path: Path) -> None:
    for number, z in enumerate((0, 2, 4, 6, 8)):
        write(ct_dataset(AcquisitionNumber=1, ImagePositionPatient=[0, 0, z]), tmp_path / f"a{number}")
    for number, z in enumerate((2, 4, 6)):
        write(ct_dataset(AcquisitionNumber=2, ImagePositionPatient=[0, 0, z]), tmp_path / f"b{number}")
    assert [(one.title, len(one.frames)) for one in sets_of(tmp_path)] == [("Axial #1", 5), ("Axial #2", 3)]


def test_where_only_numbers_tell_phases_apart_it_is_said(tmp_path: Path) -> None:
    write_images(tmp_path, [{}, {}], interleaved=False)
    for one in sets_of(tmp_path):
        assert one.volumetric
        assert RemarkKind.PHASES_BY_ORDER in {remark.kind for remark in one.remarks}


def test_frames_of_an_enhanced_object_are_told_apart_by_their_own_groups(tmp_path: Path) -> None:
    dataset = ct_dataset(
        SOPClassUID=EnhancedMRImageStorage, Modality="MR", NumberOfFrames=8, PixelData=b"\0\0" * 80 * 8
    )
    dataset.file_meta.MediaStorageSOPClassUID = EnhancedMRImageStorage
    del dataset.ImagePositionPatient, dataset.ImageOrientationPatient, dataset.PixelSpacing
    groups = []
    for number in range(8):
        position, content, group = Dataset(), Dataset(), Dataset()
        position.ImagePositionPatient = list(PLACES[number // 2])
        content.TemporalPositionIndex = number % 2 + 1
        group.PlanePositionSequence, group.FrameContentSequence = Sequence([position]), Sequence([content])
        groups.append(group)
    dataset.PerFrameFunctionalGroupsSequence = Sequence(groups)
    direction, size, shared = Dataset(), Dataset(), Dataset()
    direction.ImageOrientationPatient, size.PixelSpacing = list(AXIAL), [0.8, 0.7]
    shared.PlaneOrientationSequence = Sequence([direction])
    shared.PixelMeasuresSequence = Sequence([size])
    dataset.SharedFunctionalGroupsSequence = Sequence([shared])
    write(dataset, tmp_path / "enhanced")
    found = sets_of(tmp_path)
    assert [one.title for one in found] == ["Axial t 1", "Axial t 2"]
    assert [[frame.frame for frame in one.frames] for one in found] == [[1, 3, 5, 7], [2, 4, 6, 8]]


def test_images_round_an_axis_are_one_stack_that_is_no_volume(tmp_path: Path) -> None:
    import numpy as np

    for number in range(8):
        angle = np.pi * number / 8
        direction = [f"{value:.6f}" for value in (np.cos(angle), np.sin(angle), 0, 0, 0, -1)]
        write(
            ct_dataset(ImageOrientationPatient=direction, InstanceNumber=8 - number), tmp_path / str(number)
        )
    (only,) = sets_of(tmp_path)
    assert [frame.instance.instance_number for frame in only.frames] == list(range(1, 9))
    assert not only.volumetric
    assert only.remarks[0].kind is RemarkKind.MIXED_ORIENTATION
    for frame, affine in zip(only.frames, only.affines, strict=True):
        assert np.allclose(affine[:3, 2], 0.7 * np.asarray(frame.instance.orientation or ())[:3])


def test_two_directions_hang_apart_and_each_says_so(tmp_path: Path) -> None:
    for number in range(3):
        write(ct_dataset(ImagePositionPatient=[0, 0, number]), tmp_path / f"a{number}")
        coronal = {"ImageOrientationPatient": [1, 0, 0, 0, 0, -1], "ImagePositionPatient": [0, number, 0]}
        write(ct_dataset(**coronal), tmp_path / f"c{number}")
    found = sets_of(tmp_path)
    assert len(found) == 2
    assert all(RemarkKind.MIXED_ORIENTATION in {remark.kind for remark in one.remarks} for one in found)


def test_only_images_of_one_frame_of_reference_share_positions(tmp_path: Path) -> None:
    for number, reference in enumerate(("1.2.3.5", "1.2.3.6", "1.2.3.5", None)):
        uid = {"SeriesInstanceUID": f"1.2.3.4.{number}", "SeriesNumber": number}
        for z in range(2):
            place = {"ImagePositionPatient": [0, 0, z], "FrameOfReferenceUID": reference}
            write(ct_dataset(**uid, **place), tmp_path / f"{number}-{z}")
    first, moved, same, unstated = sets_of(tmp_path)
    assert may_link(first, same)
    assert not may_link(first, moved)
    assert not may_link(first, unstated)
    assert may_link(unstated, unstated)


def test_one_series_with_two_frames_of_reference_is_two_stacks(tmp_path: Path) -> None:
    for number in range(6):
        reference = "1.2.3.5" if number < 3 else "1.2.3.6"
        place = {"ImagePositionPatient": [0, 0, 2 * number], "FrameOfReferenceUID": reference}
        write(ct_dataset(**place), tmp_path / str(number))
    found = sets_of(tmp_path)
    assert [one.frame_of_reference_uid for one in found] == ["1.2.3.5", "1.2.3.6"]
    assert not may_link(*found)


def test_one_place_at_many_times_is_one_cine(tmp_path: Path) -> None:
    for number, time in enumerate((40.0, 0.0, 20.0)):
        marks = {"Modality": "MR", "InstanceNumber": number, "ImagePositionPatient": [0, 0, 5]}
        write(ct_dataset(**{**marks, "TriggerTime": time}), tmp_path / f"{number}")
    (found,) = sets_of(tmp_path)
    assert [dict(frame.instance.phase_marks)["TriggerTime"] for frame in found.frames] == [0.0, 20.0, 40.0]
    assert not found.volumetric
    assert found.why_no_volume == "geometry.one_place"


def test_a_moving_knee_is_one_cine() -> None:
    (found,) = sets_of(shared_dir("data", "dicom_breadth", "fo-dicom", "MOVEKNEE.dcm"))
    assert [frame.frame for frame in found.frames] == list(range(1, 20))
