"""Repeated instances, mixed identities and uncorrected spacings are said, never settled in silence."""

from __future__ import annotations

from pathlib import Path

from app.cli.commands.index import document
from app.domain.volume import RemarkKind
from app.studies.display_sets import display_sets
from app.studies.index import StudyIndex
from app.studies.scan import scan
from tests.support.dicom_files import ct_dataset, write, write_stack


def test_equal_copies_are_counted(tmp_path: Path) -> None:
    first = write(ct_dataset(), tmp_path / "one")
    (tmp_path / "two").write_bytes(first.read_bytes())
    report = scan([tmp_path])
    assert (report.copies, report.refused) == (1, ())


def test_a_copy_with_another_header_is_refused_by_name(tmp_path: Path) -> None:
    write(ct_dataset(SOPInstanceUID="1.5"), tmp_path / "one")
    write(ct_dataset(SOPInstanceUID="1.5", ImagePositionPatient=[0, 0, 99]), tmp_path / "two")
    report = scan([tmp_path])
    assert [(one.path.name, one.reason_key) for one in report.refused] == [("two", "error.study.other_copy")]
    assert len(report.studies[0].series[0].instances) == 1


def test_the_index_command_warns_of_one_study_with_two_patients(tmp_path: Path) -> None:
    write(ct_dataset(PatientID="1", PatientName="Doe^Jane"), tmp_path / "a")
    write(ct_dataset(PatientID="2", PatientName="Roe^Mary"), tmp_path / "b")
    (warning,) = document(scan([tmp_path]))["warnings"]
    assert "1.2.3" in warning
    assert "Doe" not in warning


def test_the_index_command_warns_of_people_who_share_an_id(tmp_path: Path) -> None:
    write(ct_dataset(PatientName="Doe^Jane", StudyInstanceUID="1.1"), tmp_path / "a")
    write(ct_dataset(PatientName="Roe^Mary", StudyInstanceUID="1.2"), tmp_path / "b")
    (warning,) = document(scan([tmp_path]))["warnings"]
    assert warning.startswith("1 ")


def test_files_that_are_gone_leave_the_list(tmp_path: Path) -> None:
    paths = write_stack(tmp_path, [(0, 0, z) for z in range(3)])
    index = StudyIndex()
    scan([tmp_path], on_batch=index.add)
    paths[1].unlink()
    assert len(index.studies()[0].series[0].instances) == 2
    index.close()


def test_a_pixel_spacing_that_repeats_the_detectors_is_at_the_detector(tmp_path: Path) -> None:
    for name, calibrated in (("same", [0.2, 0.2]), ("other", [0.15, 0.15])):
        radiograph = ct_dataset(
            Modality="DX", SOPClassUID="1.2.840.10008.5.1.4.1.1.1.1", ImagePositionPatient=None,
            ImageOrientationPatient=None, PixelSpacing=calibrated, ImagerPixelSpacing=[0.2, 0.2],
        )  # fmt: skip
        write(radiograph, tmp_path / name / "x")
        (only,) = display_sets(scan([tmp_path / name]).studies[0])
        said = RemarkKind.SPACING_AT_DETECTOR in {remark.kind for remark in only.remarks}
        assert said == (name == "same")
