"""Files written whole or not at all: with the disk full, and killed half-way."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from app.support.whole_files import copy_files, copy_folder, copy_whole, write_whole


def test_words_and_bytes_take_the_place_of_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "made" / "settings.toml"
    write_whole(target, "läuft\n")
    write_whole(target, b"\x00\x01")
    copy_whole(target, tmp_path / "copy")
    assert (target.read_bytes(), (tmp_path / "copy").read_bytes()) == (b"\x00\x01", b"\x00\x01")
    assert [path.name for path in target.parent.iterdir()] == ["settings.toml"]


def test_what_cannot_be_written_is_called_by_its_own_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shut(self: Path, *_args: str) -> object:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))

    monkeypatch.setattr(Path, "open", shut)
    with pytest.raises(PermissionError) as told:
        write_whole(tmp_path / "settings.toml", "words")
    assert told.value.filename == str(tmp_path / "settings.toml")


@pytest.mark.parametrize("made", [copy_folder, copy_files])
def test_a_folder_that_cannot_be_copied_names_its_first_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: Callable[[Path, Path], None]
) -> None:
    (tmp_path / "in").mkdir()
    for name in ("a", "b"):
        (tmp_path / "in" / name).touch()

    def full(given: str, _made: str) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), given)

    monkeypatch.setattr("app.support.whole_files.shutil.copy2", full)
    with pytest.raises(OSError, match="No space left") as told:
        made(tmp_path / "in", tmp_path / "out")
    assert told.value.errno == errno.ENOSPC
    assert Path(told.value.filename).parent == tmp_path / "in"


@pytest.mark.parametrize("name", ["a" * 255, "ж" * 127, "😀" * 60 + ".png"])
def test_the_longest_name_that_the_disk_takes_can_be_written(tmp_path: Path, name: str) -> None:
    write_whole(tmp_path / name, "words")
    assert [one.name for one in tmp_path.iterdir()] == [name]


def test_threads_that_write_one_file_do_not_take_each_others_draft(tmp_path: Path) -> None:
    target = tmp_path / "mask"

    def write(number: int) -> None:
        write_whole(target, bytes([number % 2]) * 4096)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(write, range(400))) == [None] * 400
    assert target.read_bytes() in (b"\0" * 4096, b"\1" * 4096)
    assert [path.name for path in tmp_path.iterdir()] == ["mask"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full to stand for a full disk")
@pytest.mark.parametrize("is_copy", [False, True])
def test_a_full_disk_leaves_the_old_file_and_no_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_copy: bool
) -> None:
    target, given = tmp_path / "kept", tmp_path / "given"
    target.write_text("old")
    given.write_bytes(b"new" * 100_000)
    whole: Callable[..., object] = Path.open

    def opened(self: Path, *args: str, **named: str) -> object:
        return whole(Path("/dev/full") if self.suffix == ".part" else self, *args, **named)

    content = given.read_bytes()
    deed = partial(copy_whole, given, target) if is_copy else partial(write_whole, target, content)
    monkeypatch.setattr(Path, "open", opened)
    with pytest.raises(OSError, match="No space") as refused:
        deed()
    monkeypatch.undo()
    assert refused.value.errno == errno.ENOSPC
    assert target.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["given", "kept"]


_KILLED = """
import os, signal, sys
from pathlib import Path
from app.support.whole_files import write_whole
synced = os.fsync
def killed(handle):
    synced(handle)
    os.kill(os.getpid(), signal.SIGKILL)
os.fsync = killed
write_whole(Path(sys.argv[1]), "new")
"""


@pytest.mark.skipif(os.name == "nt", reason="a kill by signal")
def test_a_kill_between_writing_and_naming_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "kept"
    target.write_text("old")
    ended = subprocess.run([sys.executable, "-c", _KILLED, str(target)], check=False, timeout=30)
    assert ended.returncode == -9
    assert target.read_text() == "old"
    assert [path.suffix for path in tmp_path.iterdir() if path != target] == [".part"]
    write_whole(target, "newer")
    assert target.read_text() == "newer"


def test_a_missing_source_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        copy_whole(tmp_path / "none", tmp_path / "target")
    assert not list(tmp_path.iterdir())
