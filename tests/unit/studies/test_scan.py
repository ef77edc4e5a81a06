"""Folders to studies: nothing stops a scan, nothing is merged by a guess."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from app.domain.errors import StudyUnreadableError
from app.domain.volume import Cancelled, CancelToken
from app.studies.grouping import mixed_identities, shared_ids
from app.studies.headers import ScannedInstance
from app.studies.index import StudyIndex
from app.studies.scan import scan
from tests.support.dicom_files import ct_dataset, write, write_stack


def test_a_folder_of_slices_is_one_study(tmp_path: Path) -> None:
    write_stack(tmp_path / "a" / "b", [(0, 0, z) for z in range(5)])
    (tmp_path / "a" / "readme.txt").write_text("not DICOM", encoding="utf-8")
    report = scan([tmp_path])
    assert (report.files, report.skipped, len(report.refused)) == (6, 1, 0)
    assert len(report.studies[0].series[0].instances) == 5


def test_studies_are_heard_of_while_the_scan_runs(tmp_path: Path) -> None:
    write_stack(tmp_path, [(0, 0, z) for z in range(150)])
    heard: list[int] = []
    shares: list[float] = []
    scan(
        [tmp_path],
        on_batch=lambda batch: heard.append(len(batch)),
        progress=lambda share, _: shares.append(share),
    )
    assert sum(heard) == 150
    assert len(heard) >= 3
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_a_scan_can_be_cancelled(tmp_path: Path) -> None:
    write_stack(tmp_path, [(0, 0, z) for z in range(100)])
    token = CancelToken()

    def stop(batch: list[ScannedInstance]) -> None:
        token.cancel()

    with pytest.raises(Cancelled):
        scan([tmp_path], on_batch=stop, cancel=token)


@pytest.mark.parametrize("files", [0, 3])
def test_a_folder_without_dicom_is_one_sentence(tmp_path: Path, files: int) -> None:
    for number in range(files):
        (tmp_path / f"{number}.txt").write_text("x", encoding="utf-8")
    with pytest.raises(StudyUnreadableError) as caught:
        scan([tmp_path])
    assert caught.value.key == ("error.study.nothing_found" if files else "error.study.empty_folder")


@pytest.mark.parametrize("name", ["lung.nrrd", "brain.nii.gz", "study.ZIP", "disc.tar.gz"])
def test_a_folder_of_files_that_open_by_name_says_which(tmp_path: Path, name: str) -> None:
    for one in ("readme.txt", name):
        (tmp_path / one).write_text("x", encoding="utf-8")
    with pytest.raises(StudyUnreadableError) as caught:
        scan([tmp_path])
    assert caught.value.key == "error.study.open_by_name"
    assert caught.value.facts["file"] == name


def test_a_path_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StudyUnreadableError) as caught:
        scan([tmp_path / "gone"])
    assert caught.value.key == "error.study.missing_path"


def test_broken_files_cost_themselves_only(tmp_path: Path) -> None:
    write_stack(tmp_path, [(0, 0, z) for z in range(3)])
    (tmp_path / "zero.dcm").write_bytes(b"")
    (tmp_path / "words.dcm").write_text("words", encoding="utf-8")
    (tmp_path / "dangling.dcm").symlink_to(tmp_path / "nowhere")
    report = scan([tmp_path])
    assert len(report.studies[0].series[0].instances) == 3
    assert {one.path.name for one in report.refused} == {"zero.dcm", "words.dcm"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_named_pipe_does_not_hang_a_scan(tmp_path: Path) -> None:
    write_stack(tmp_path, [(0, 0, 0)])
    os.mkfifo(tmp_path / "pipe.dcm")
    assert scan([tmp_path]).files == 1


def test_a_loop_of_links_is_not_followed(tmp_path: Path) -> None:
    write_stack(tmp_path / "real", [(0, 0, 0)])
    (tmp_path / "real" / "again").symlink_to(tmp_path, target_is_directory=True)
    assert scan([tmp_path]).files == 1


def test_a_copy_of_an_instance_counts_once(tmp_path: Path) -> None:
    first = write(ct_dataset(), tmp_path / "one")
    (tmp_path / "two").write_bytes(first.read_bytes())
    assert len(scan([tmp_path]).studies[0].series[0].instances) == 1


def test_two_patients_under_one_study_uid_stay_two(tmp_path: Path) -> None:
    write(ct_dataset(PatientID="1", PatientName="Doe^Jane"), tmp_path / "a")
    write(ct_dataset(PatientID="2", PatientName="Roe^Mary"), tmp_path / "b")
    studies = scan([tmp_path]).studies
    assert len(studies) == 2
    assert mixed_identities(studies) == {"1.2.3"}


def test_two_people_with_one_id_are_told(tmp_path: Path) -> None:
    write(ct_dataset(PatientName="Doe^Jane", StudyInstanceUID="1.1"), tmp_path / "a")
    write(ct_dataset(PatientName="Roe^Mary", StudyInstanceUID="1.2"), tmp_path / "b")
    assert shared_ids(scan([tmp_path]).studies) == {"123"}


def test_the_index_keeps_what_was_scanned_and_renews_it(tmp_path: Path) -> None:
    paths = write_stack(tmp_path / "study", [(0, 0, z) for z in range(4)])
    file = tmp_path / "index.sqlite"
    first = StudyIndex(file)
    scan([tmp_path / "study"], on_batch=first.add)
    first.close()
    second = StudyIndex(file)
    known = second.study("1.2.3")
    assert known is not None
    assert known == scan([tmp_path / "study"]).studies[0]
    write(ct_dataset(SOPInstanceUID="1.9.9", SeriesDescription="Changed"), paths[0])
    scan([paths[0]], on_batch=second.add)
    assert any(i.sop_instance_uid == "1.9.9" for s in second.studies() for x in s.series for i in x.instances)
    second.forget(paths)
    assert second.studies() == ()
    second.close()


def test_a_folder_of_endless_depth_costs_only_what_lies_in_it(tmp_path: Path) -> None:
    write_stack(tmp_path / "a", [(0, 0, z) for z in range(3)])
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    report = scan([tmp_path])
    assert len(report.studies[0].series[0].instances) == 3
    assert [one.reason_key for one in report.refused] == ["error.study.too_deep"]
    shutil.rmtree(tmp_path / "a")
    _take_down(tmp_path)


def _take_down(folder: Path) -> None:
    """Level by level: what takes a tree away by recursion ends in it as well."""
    while (folder / "d" / "d").is_dir():
        (folder / "d").rename(folder / "old")
        (folder / "old" / "d").rename(folder / "d")
        (folder / "old").rmdir()
    (folder / "d").rmdir()
