"""The list of known studies is a help, never a condition: damaged, full or forbidden, studies open as ever."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from app.domain.errors import OverreadError
from app.studies.index import StudyIndex
from app.studies.scan import scan
from app.support.i18n import explain
from app.ui.studio import Studio
from tests.support.cli_phantom import in_child
from tests.support.dicom_files import write_stack
from tests.support.ui import paths_in, write_ct


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:5000])


def scribble(file: Path) -> None:
    whole = bytearray(file.read_bytes())
    whole[4096:] = b"\xa5" * len(whole[4096:])
    file.write_bytes(whole)


def of_another(file: Path) -> None:
    file.unlink()
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE instances (path VARCHAR PRIMARY KEY, what INTEGER)")
    other.close()


def garbage(file: Path) -> None:
    file.write_bytes(b"garbage " * 1000)


DAMAGE = [garbage, cut, scribble, of_another]


def known(file: Path, folder: Path) -> str:
    """An index that knows the series of a folder."""
    write_stack(folder, [(0, 0, z) for z in range(40)])
    index = StudyIndex(file)
    uid = scan([folder], on_batch=index.add, known=index.known_file()).studies[0].study_instance_uid
    index.close()
    return uid


@pytest.mark.parametrize("harm", DAMAGE)
def test_a_damaged_list_is_made_anew_and_that_is_said(tmp_path: Path, harm: Callable[[Path], None]) -> None:
    file, heard = tmp_path / "index.sqlite", list[OverreadError]()
    uid = known(file, tmp_path / "in")
    harm(file)
    index = StudyIndex(file, heard.append)
    scan([tmp_path / "in"], on_batch=index.add, known=index.known_file())
    study = index.study(uid)
    index.close()
    assert study is not None
    assert len(study.series[0].instances) == 40
    assert [one.key for one in heard] == ["error.index.made_anew"]
    again = StudyIndex(file, heard.append)
    assert again.study(uid) is not None
    again.close()
    assert len(heard) == 1


def test_a_disk_that_fills_keeps_the_list_in_memory_with_what_was_known(tmp_path: Path) -> None:
    file, heard = tmp_path / "index.sqlite", list[OverreadError]()
    uid = known(file, tmp_path / "in")
    index = StudyIndex(file, heard.append)

    @event.listens_for(index._store._engine, "connect")
    def full(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA max_page_count=1")

    index._store._engine.dispose()
    write_ct(tmp_path / "new")
    found = scan([tmp_path / "new"], on_batch=index.add, known=index.known_file()).studies[0]
    assert {one.study_instance_uid for one in index.studies()} == {uid, found.study_instance_uid}
    index.forget_under(tmp_path / "in")
    index.forget_traces()
    assert [one.study_instance_uid for one in index.studies()] == [found.study_instance_uid]
    index.close()
    assert [one.key for one in heard] == ["error.index.not_kept"]
    assert "full" in explain(heard[0])


def test_a_place_that_is_no_folder_keeps_the_list_in_memory(tmp_path: Path) -> None:
    (tmp_path / "cache").touch()
    heard: list[OverreadError] = []
    index = StudyIndex(tmp_path / "cache" / "index.sqlite", heard.append)
    assert index.studies() == ()
    index.close()
    assert [one.key for one in heard] == ["error.index.not_kept"]


def test_a_list_that_is_damaged_while_it_is_open_stops_no_scan(tmp_path: Path) -> None:
    file, heard = tmp_path / "index.sqlite", list[OverreadError]()
    uid = known(file, tmp_path / "in")
    index = StudyIndex(file, heard.append)
    asked = index.known_file()

    def add(batch: Any) -> None:
        if not heard:
            index._store._engine.dispose()
            garbage(file)
        index.add(batch)

    scan([tmp_path / "in"], on_batch=add, known=asked)
    study = index.study(uid)
    assert study is not None
    assert len(study.series[0].instances) == 40
    index.close()
    assert len(heard) == 1


def test_a_home_with_odd_signs_has_an_index(tmp_path: Path) -> None:
    heard: list[OverreadError] = []
    folder = tmp_path / "a?b=c#d%20e"
    folder.mkdir()
    index = StudyIndex(folder / "index.sqlite", heard.append)
    index.close()
    assert (folder / "index.sqlite").is_file()
    assert not heard


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_the_window_opens_a_study_over_a_damaged_list_and_says_so(tmp_path: Path, qtbot: object) -> None:
    paths = paths_in(tmp_path / "home")
    write_ct(tmp_path / "in")
    paths.cache.mkdir(parents=True)
    garbage(paths.index_file)
    studio = Studio.of(paths, size=(900, 700))
    try:
        studio.open_folder(tmp_path / "in")
        studio.wait_idle()
        assert studio.state.workspace.open_study_uid
        assert any("begun anew" in sentence for sentence in studio.window.messages.said)
    finally:
        studio.close()
    assert threading.active_count() < 20


def test_a_command_goes_on_over_a_damaged_list_and_says_so_in_one_line(tmp_path: Path) -> None:
    write_ct(tmp_path / "in")
    (tmp_path / "home" / "cache").mkdir(parents=True)
    garbage(tmp_path / "home" / "cache" / "index.sqlite")
    told = in_child(tmp_path / "home", "copies")
    assert (told.code, len(told.err.splitlines())) == (0, 1), told.err
    assert "begun anew" in told.err
