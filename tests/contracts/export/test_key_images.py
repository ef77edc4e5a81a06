"""Key object selections: valid, readable by other tools, naming exactly what readers marked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pydicom import dcmread

from app.domain.errors import ExportRefusedError
from app.domain.key_image import KeyImage
from app.domain.objects import KeyObjectSelection
from app.domain.volume import FrameRef
from app.studies.objects.read import read_object
from app.workflows.export import export_reading
from tests.support.dicom_tools import dsrdump, iod_errors
from tests.support.export import STUDY_UID, Case, build_case


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return build_case(tmp_path_factory.mktemp("case"))


def exported(case: Case, folder: Path, *, identified: bool = True) -> list[Path]:
    made = export_reading(
        case.reading, case.study, ["key_images"], folder / "out", paths=case.paths, identified=identified
    )
    return [file for file in made.files if file.suffix == ".dcm"]


@pytest.mark.parametrize("identified", [True, False])
def test_the_selection_is_valid(case: Case, tmp_path: Path, identified: bool) -> None:
    (file,) = exported(case, tmp_path, identified=identified)
    assert iod_errors(file) == []
    words = dsrdump(file)
    assert "Of Interest" in words
    assert "not for primary diagnosis" in words.replace("\n", " ")


def test_our_own_reader_finds_the_images_again(case: Case, tmp_path: Path) -> None:
    (file,) = exported(case, tmp_path)
    read = read_object(file)
    assert isinstance(read, KeyObjectSelection)
    assert [one.sop_instance_uid for one in read.images] == [
        one.frame.sop_instance_uid for one in case.reading.key_images
    ]
    assert {one.study_instance_uid for one in read.images} == {STUDY_UID}


def test_frames_of_one_instance_are_named(case: Case, tmp_path: Path) -> None:
    known = case.reading.key_images[0]
    frames = tuple(replace(known, frame=FrameRef(known.frame.sop_instance_uid, number)) for number in (4, 2))
    assert case.study is not None
    many = replace(case.study.series[0].instances[2], frames=5)
    ct = replace(case.study.series[0], instances=(many,))
    study = replace(case.study, series=(ct, *case.study.series[1:]))
    marked = replace(case, study=study, reading=replace(case.reading, key_images=frames))
    (file,) = exported(marked, tmp_path)
    references = [
        item.ReferencedSOPSequence[0]
        for item in dcmread(file).ContentSequence
        if "ReferencedSOPSequence" in item
    ]
    assert [list(one.ReferencedFrameNumber) for one in references] == [[2, 4]]


def test_each_reader_has_a_selection(case: Case, tmp_path: Path) -> None:
    first, *others = case.reading.key_images
    mixed = (replace(first, reader="Second^Reader"), *others)
    files = exported(replace(case, reading=replace(case.reading, key_images=mixed)), tmp_path)
    assert len(files) == 2


def test_an_image_that_is_gone_is_refused(case: Case, tmp_path: Path) -> None:
    gone = KeyImage(STUDY_UID, case.reading.key_images[0].series_instance_uid, FrameRef("1.2.3.4"))
    with pytest.raises(ExportRefusedError) as refused:
        exported(replace(case, reading=replace(case.reading, key_images=(gone,))), tmp_path)
    assert refused.value.key == "error.export.no_key_image"
