"""Where the key of kept copies comes from, and what becomes of copies that lay there before (RQ-63)."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import keyring
import keyring.backends.fail
import pytest

from app.cli.main import run
from app.context import build_context
from app.domain.errors import SettingRefusedError
from app.settings.file import load_settings, save_settings
from app.settings.listener import ListenerSettings
from app.studies.index import StudyIndex
from app.studies.scan import scan
from app.studies.slow_headers import read_dataset
from app.support.held import doors
from app.support.held.keys import KEY_FILE, KeyPlace
from app.support.held.laying import ACCOUNT, forget_masters, known_place, place_of_key, roots
from app.support.paths import UserPaths
from app.workflows.held import lay_for, settle_copies
from app.workflows.listener import start_listener, stop_listener
from tests.support.held import hits, key_file_for, put, spellings
from tests.support.keyrings import Drawer
from tests.support.ui import paths_in
from tests.support.web import stack

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def _own_keys() -> Iterator[None]:
    none = keyring.backends.fail.Keyring()  # type: ignore[no-untyped-call]  # as above
    keyring.set_keyring(none)
    forget_masters()
    yield
    keyring.set_keyring(none)
    forget_masters()


def next_process(paths: UserPaths) -> None:
    for root in roots(paths):
        doors.lift(root.folder)
    forget_masters()


def copy_in(paths: UserPaths, content: bytes = b"pixels") -> Path:
    return put(
        paths.cache / "remote", content, study=doors.name_for(paths.cache / "remote" / "server", "1.2.3")
    )


def test_the_key_is_made_once_and_lies_in_the_keychain(tmp_path: Path) -> None:
    drawer, paths = Drawer(), paths_in(tmp_path)
    keyring.set_keyring(drawer)
    build_context(paths).close()
    assert not drawer.held, "no keychain is asked before there is a copy"
    assert known_place(paths) == "unknown"
    file = copy_in(paths)
    assert place_of_key(paths) is KeyPlace.KEYCHAIN
    assert list(drawer.held) == [("overread", ACCOUNT)]
    next_process(paths)
    lay_for(paths)
    assert doors.read_whole(file) == b"pixels"
    secret = next(iter(drawer.held.values()))
    assert not hits([tmp_path], {secret.encode(): "the key", secret[:20].encode(): "half of it"})


@pytest.mark.parametrize("locked", [True, False])
def test_without_a_keychain_copies_are_noise_after_the_end_and_gone_at_the_next_start(
    tmp_path: Path, locked: bool
) -> None:
    if locked:
        keyring.set_keyring(Drawer(locked=True))
    paths = paths_in(tmp_path)
    words = (
        "from pathlib import Path\nfrom app.context import build_context\nfrom tests.support.ui import paths_in\n"
        "from tests.support.held import put\nfrom app.support.held import doors\nimport sys\n"
        "paths = paths_in(Path(sys.argv[1]))\nbuild_context(paths)\n"
        "file = put(paths.cache / 'remote', b'canary pixels')\n"
        "assert doors.read_whole(file) == b'canary pixels'\nprint(file)\n"
    )
    command = [sys.executable, "-c", words, str(tmp_path)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    file = Path(told.stdout.strip())
    assert file.exists()
    assert b"canary" not in file.read_bytes()
    lay_for(paths)
    assert not file.exists(), "of a process that ended"
    assert place_of_key(paths) is KeyPlace.SESSION


def test_copies_of_a_session_that_runs_are_left(tmp_path: Path) -> None:
    paths = paths_in(tmp_path)
    lay_for(paths)
    file = copy_in(paths)
    next_process(paths)  # its key is of this process, which runs
    lay_for(paths)
    assert file.exists()


def test_a_locked_keychain_costs_no_copy_that_it_opened_yesterday(tmp_path: Path) -> None:
    drawer, paths = Drawer(), paths_in(tmp_path)
    keyring.set_keyring(drawer)
    lay_for(paths)
    file = copy_in(paths)
    next_process(paths)
    drawer.locked = True
    lay_for(paths)
    with closing(StudyIndex(paths.index_file)) as index:
        settle_copies(paths, index)
    assert place_of_key(paths) is KeyPlace.SESSION
    assert file.exists()
    next_process(paths)
    drawer.locked = False
    lay_for(paths)
    assert doors.read_whole(file) == b"pixels"


def test_a_lost_entry_drops_copies_and_keeps_what_cannot_be_fetched(tmp_path: Path) -> None:
    drawer, paths = Drawer(), paths_in(tmp_path)
    keyring.set_keyring(drawer)
    lay_for(paths)
    file, received = copy_in(paths), paths.data / "received"
    half = received / ".parts" / "x"
    half.parent.mkdir(parents=True)
    with doors.writing(half) as made:
        made.write(b"received")
    doors.settle(half, received / "study" / "a.dcm")
    next_process(paths)
    drawer.held.clear()
    lay_for(paths)
    with closing(StudyIndex(paths.index_file)) as index:
        done = settle_copies(paths, index)
    assert (done.dropped, done.unreadable) == (1, 1)
    assert not file.exists()
    assert (received / "study" / "a.dcm").exists()


def test_a_key_file_serves_where_there_is_no_keychain(tmp_path: Path) -> None:
    paths = paths_in(tmp_path)
    key = key_file_for(paths.settings)
    lay_for(paths)
    file = copy_in(paths)
    assert place_of_key(paths) is KeyPlace.KEY_FILE
    next_process(paths)
    lay_for(paths)
    assert doors.read_whole(file) == b"pixels"
    next_process(paths)
    key.write_bytes(b"short")
    lay_for(paths)
    assert place_of_key(paths) is KeyPlace.SESSION, (
        "a key file that is none is never a reason to write plainly"
    )


def test_plain_is_the_readers_own_word_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVERREAD_HOME", str(tmp_path))
    paths = paths_in(tmp_path)
    for word, place in (("plain", "plain"), ("Plain", "session"), ("", "session"), ("none", "session")):
        save_settings(paths.settings, replace(load_settings(paths.settings)[0], copies_protection=word))
        next_process(paths)
        assert run(["copies", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["protection"] == place, word
    save_settings(paths.settings, replace(load_settings(paths.settings)[0], copies_protection="plain"))
    next_process(paths)
    assert run(["copies"]) == 0
    assert "NOT encrypted" in capsys.readouterr().out


def test_plain_copies_of_before_are_encrypted_at_the_first_start(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    paths = paths_in(tmp_path)
    key_file_for(paths.settings)
    old = paths.cache / "remote" / "dicomweb-0123" / "1.2.3"
    got = paths.data / "received" / "1.2.3"
    for folder in (old, got):
        stack(folder, 3, PatientName="Canary^Jane", PatientID="CANARYID")
        for number, path in enumerate(sorted(folder.iterdir())):
            path.rename(folder / f"1.2.3.{number}.dcm")
    os.utime(old, (1000, 1000))
    (old.parent / ".parts").mkdir()
    (old.parent / ".parts" / "999999999-1-1").write_bytes(b"CANARYID in a half")
    with closing(StudyIndex(paths.index_file)) as index:
        scan([old, got], on_batch=index.add)
    lay_for(paths)
    with caplog.at_level(logging.INFO), closing(StudyIndex(paths.index_file)) as index:
        done = settle_copies(paths, index)
        (study,) = index.studies()
        files = [one.path for series in study.series for one in series.instances]
        assert settle_copies(paths, index) == type(done)(), "once is enough"
    assert (done.encrypted, done.dropped, done.unreadable) == (2, 0, 0)
    assert study.patient.name == "Canary^Jane"
    assert all(str(read_dataset(path).PatientName) == "Canary^Jane" for path in files)
    assert int(next((paths.cache / "remote").glob("*/[0-9a-f]*")).stat().st_mtime) == 1000, (
        "the order of use is kept"
    )
    assert "2 encrypted" in caplog.text
    assert "anary" not in caplog.text
    assert not hits([paths.cache, paths.data], spellings(["Canary", "CANARYID", "Jane"]))
    assert not old.exists()
    assert not got.exists()


def test_what_was_unpacked_plainly_before_is_dropped_and_what_is_being_unpacked_is_left(
    tmp_path: Path,
) -> None:
    paths = paths_in(tmp_path)
    key_file_for(paths.settings)
    old, half = paths.cache / "archives" / "ab12", paths.cache / "archives" / "cd34.99.part"
    for folder in (old, half):
        stack(folder / "disc.zip" / "CT", 2, PatientName="Canary^Jane")
    with closing(StudyIndex(paths.index_file)) as index:
        scan([old], on_batch=index.add)
        lay_for(paths)
        assert settle_copies(paths, index).dropped == 1
        assert index.studies() == ()
    assert not old.exists()
    assert half.exists()
    assert b"Canary" not in paths.index_file.read_bytes()


def test_with_the_protection_switched_off_encrypted_copies_are_dropped(tmp_path: Path) -> None:
    paths = paths_in(tmp_path)
    key_file_for(paths.settings)
    lay_for(paths)
    file = copy_in(paths)
    next_process(paths)
    save_settings(paths.settings, replace(load_settings(paths.settings)[0], copies_protection="plain"))
    lay_for(paths)
    with closing(StudyIndex(paths.index_file)) as index:
        assert settle_copies(paths, index).dropped == 1
    assert not file.parent.exists()


def test_what_cannot_be_fetched_again_is_not_taken_under_a_key_that_ends(tmp_path: Path) -> None:
    ctx = build_context(paths_in(tmp_path))
    try:
        with pytest.raises(SettingRefusedError) as caught:
            start_listener(ctx, ListenerSettings(port=0))
        assert caught.value.key == "error.listener.no_keychain"
        stop_listener(ctx, start_listener(ctx, ListenerSettings(port=0, folder=str(tmp_path / "own"))))
    finally:
        ctx.close()


@pytest.mark.skipif(os.name == "nt", reason="Windows shuts the user's profile as a whole")
def test_nobody_else_gets_into_the_folders_of_a_user(tmp_path: Path) -> None:
    paths = paths_in(tmp_path)
    for folder in (paths.data, paths.cache, paths.settings):
        folder.mkdir(mode=0o755)
    ctx = build_context(paths)
    assert ctx.index is not None
    assert ctx.journal is not None
    assert ctx.runtime is not None
    copy_in(paths)
    ctx.close()
    for folder in (paths.data, paths.cache, paths.settings):
        assert folder.stat().st_mode & 0o777 == 0o700
    for path in (path for path in (paths.cache / "remote").rglob("*") if path.is_file()):
        assert path.stat().st_mode & 0o777 == 0o600, path.name
    assert list((paths.cache / "remote").rglob(KEY_FILE))
