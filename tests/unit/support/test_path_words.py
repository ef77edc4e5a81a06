"""Paths of every byte there is, as words that a database and a pipe take."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from app.studies.index import StudyIndex
from app.studies.scan import scan
from app.support.path_words import path_of, words_of
from app.workflows.places import folder_to_return_to
from tests.support.cli_phantom import in_child
from tests.support.dicom_files import write_stack

KOI8 = os.fsdecode("Грудная клетка".encode("koi8-r"))  # how a disc of the nineties names a folder
only_posix = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names there are Unicode always")


@pytest.mark.parametrize(
    "words", ["/a/b", "/снимки/😀", f"/{KOI8}/1", "/\ufdd0/x", "/\ufdd0dcff", f"/{KOI8}\ufdd0fdd0"]
)
def test_each_path_has_words_of_its_own_and_comes_back(words: str) -> None:
    told = words_of(Path(words))
    assert told.encode("utf-8")
    assert path_of(told) == Path(words)


def test_plain_paths_stay_as_they_are() -> None:
    assert words_of(Path("/снимки/😀 1.dcm")) == "/снимки/😀 1.dcm"


@only_posix
def test_the_index_keeps_files_of_a_folder_whose_name_is_no_utf8(tmp_path: Path) -> None:
    folder = tmp_path / KOI8
    write_stack(folder, [(0, 0, z) for z in range(3)])
    index = StudyIndex(tmp_path / "index.sqlite")
    report = scan([folder], on_batch=index.add, known=index.known_file())
    assert len(report.studies[0].series[0].instances) == 3
    uid = report.studies[0].study_instance_uid
    known = index.study(uid)
    assert known is not None
    assert {one.path.parent for one in known.series[0].instances} == {folder}
    assert [one.study_instance_uid for one in index.studies()] == [uid]
    first = sorted(folder.iterdir())[0]
    status = first.stat()
    again = index.known_file()(first, status.st_mtime_ns, status.st_size)
    assert again is not None
    first.unlink()
    index.forget_gone(folder)
    left = index.study(uid)
    assert left is not None
    assert len(left.series[0].instances) == 2
    index.forget_under(folder)
    assert index.study(uid) is None
    index.close()


@only_posix
def test_where_the_dialog_starts_is_a_folder_that_settings_can_name(tmp_path: Path) -> None:
    (tmp_path / KOI8).mkdir()
    assert folder_to_return_to([str(tmp_path / KOI8)]) == str(tmp_path)


@only_posix
@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize("encoding", ["ascii", "utf-8:strict"])
def test_a_terminal_that_lacks_a_sign_gets_another_and_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, as_json: bool
) -> None:
    import json

    folder = tmp_path / KOI8
    write_stack(folder, [(0, 0, z) for z in range(3)])
    (folder / f"{KOI8}😀.dcm").write_bytes(b"nothing")
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    told = in_child(tmp_path / "home", "index", folder, *(["--json"] if as_json else []))
    assert told.code == 0, told.err
    if as_json:
        (refused,) = json.loads(told.out)["refused"]
        assert refused["path"].endswith("😀.dcm")
