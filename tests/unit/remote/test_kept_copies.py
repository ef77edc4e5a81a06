"""Copies of servers' studies keep within their size: the oldest go, never one in use, and nothing is half gone."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from app.cli.main import run
from app.settings.schema import from_table
from app.studies.index import StudyIndex
from app.studies.remote.kept_copies import GONE, kept_studies, note_use, purge
from app.studies.scan import scan
from app.workflows.copies import purge_copies
from tests.support.dicom_files import write_stack


def write_copies(cache: Path, *uids: str) -> list[Path]:
    """Two images each, used one after another."""
    folders = []
    for number, uid in enumerate(uids):
        folder = cache / "remote" / "dicomweb-0123" / uid
        series = {"StudyInstanceUID": uid, "SeriesInstanceUID": f"{uid}.4"}
        write_stack(folder, [(0, 0, z) for z in range(2)], **series)
        os.utime(folder, (1000 + number, 1000 + number))
        folders.append(folder)
    return folders


def uids(cache: Path) -> list[str]:
    return [one.name for one in kept_studies(cache)]


def test_the_one_used_longest_ago_goes_first_and_no_more_than_needed(tmp_path: Path) -> None:
    write_copies(tmp_path, "1.1", "1.2", "1.3")
    each = kept_studies(tmp_path)[0].size
    gone = purge(tmp_path, 2 * each + 10)
    assert [one.name for one in gone] == ["1.1"]
    assert uids(tmp_path) == ["1.2", "1.3"]
    assert not purge(tmp_path, 2 * each + 10)


def test_looking_at_a_study_makes_it_the_last_to_go(tmp_path: Path) -> None:
    first, *_ = write_copies(tmp_path, "1.1", "1.2")
    note_use(tmp_path, next(first.iterdir()))
    note_use(tmp_path, tmp_path / "elsewhere" / "x.dcm")
    assert uids(tmp_path) == ["1.2", "1.1"]


def test_what_is_in_use_stays_even_if_it_alone_is_too_large(tmp_path: Path) -> None:
    write_copies(tmp_path, "1.1", "1.2")
    assert [one.name for one in purge(tmp_path, 0, frozenset({"1.1"}))] == ["1.2"]
    assert uids(tmp_path) == ["1.1"]


def test_a_purge_that_was_killed_is_ended_by_the_next(tmp_path: Path) -> None:
    (folder,) = write_copies(tmp_path, "1.1")
    left = folder.parent / GONE / "77-1"
    left.mkdir(parents=True)
    (left / "x.dcm").write_bytes(b"x")
    assert uids(tmp_path) == ["1.1"]
    purge(tmp_path, 10**9)
    assert not left.exists()
    assert uids(tmp_path) == ["1.1"]


def test_a_folder_that_cannot_be_moved_stays_and_the_next_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, _ = write_copies(tmp_path, "1.1", "1.2")
    rename = Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if self == held:
            raise PermissionError(13, "held open")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    assert [one.name for one in purge(tmp_path, 0)] == ["1.2"]


def test_files_that_vanish_meanwhile_do_not_stop_it(tmp_path: Path) -> None:
    first, second = write_copies(tmp_path, "1.1", "1.2")
    shutil.rmtree(first)
    assert [one.folder for one in purge(tmp_path, 0)] == [second]
    assert purge(tmp_path / "nowhere", 0) == ()


def test_links_out_of_the_cache_are_left_alone(tmp_path: Path) -> None:
    write_copies(tmp_path, "1.1")
    precious = write_stack(tmp_path / "precious", [(0, 0, 0)])
    (tmp_path / "remote" / "dicomweb-0123" / "1.9").symlink_to(
        tmp_path / "precious", target_is_directory=True
    )
    purge(tmp_path, 0)
    assert precious[0].exists()


def test_what_went_is_off_the_list_of_studies(tmp_path: Path) -> None:
    write_copies(tmp_path, "1.1", "1.10")
    with closing(StudyIndex(tmp_path / "index.sqlite")) as index:
        scan([tmp_path / "remote"], on_batch=index.add)
        purged = purge_copies(tmp_path, index, 0, frozenset({"1.10"}))
        assert (purged.studies, purged.left) == (1, 1)
        assert [study.study_instance_uid for study in index.studies()] == ["1.10"]


def test_the_command_tells_and_takes_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVERREAD_HOME", str(tmp_path))
    write_copies(tmp_path / "cache", "1.1", "1.2")
    assert run(["copies", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["studies"], told["purged_studies"]) == (2, 0)
    assert run(["copies", "--purge", "--limit", "0", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["studies"], told["purged_studies"]) == (0, 2)
    assert run(["copies"]) == 0
    assert "0 studies" in capsys.readouterr().out


@pytest.mark.parametrize(("given", "kept"), [(0, 1), (7, 7), (10**9, 100_000)])
def test_the_size_of_the_settings_is_held_in_its_range(given: int, kept: int) -> None:
    assert from_table({"copies_gib": given})[0].copies_gib == kept
