"""Keys of folders: made once, wrapped by one master key, erased to make what lies there noise (RQ-63)."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from app.domain.held import HeldFileError
from app.support.held import doors, keys
from app.support.held.keys import KEY_FILE, KeyPlace, UnitState, state_of
from app.support.held.vault import Vault
from tests.support.held import master, put, vault_in


def test_what_is_put_is_read_also_by_another_process_with_the_key(tmp_path: Path) -> None:
    key = master()
    with vault_in(tmp_path, key=key):
        file = put(tmp_path, b"pixels")
        assert doors.read_whole(file) == b"pixels"
        assert doors.size_of(file) == 6
    with vault_in(tmp_path, key=key):
        assert doors.read_whole(file) == b"pixels"
    assert b"pixels" not in file.read_bytes()


def test_another_master_key_opens_nothing_and_says_so(tmp_path: Path) -> None:
    with vault_in(tmp_path):
        file = put(tmp_path, b"pixels")
    with vault_in(tmp_path), pytest.raises(HeldFileError) as caught:
        doors.read_whole(file)
    assert caught.value.key == "error.held.no_key"


def test_a_plain_file_among_encrypted_ones_is_refused(tmp_path: Path) -> None:
    with vault_in(tmp_path):
        file = put(tmp_path, b"pixels")
        (file.parent / "b.dcm").write_bytes(b"planted")
        with pytest.raises(HeldFileError) as caught:
            doors.open_file(file.parent / "b.dcm")
        assert caught.value.key == "error.held.not_ours"


def test_a_file_in_the_place_of_another_or_of_another_study_is_refused(tmp_path: Path) -> None:
    with vault_in(tmp_path):
        one, other = put(tmp_path, b"one", "a.dcm"), put(tmp_path, b"other", "b.dcm")
        elsewhere = put(tmp_path, b"elsewhere", "a.dcm", study="other")
        for planted in (other, elsewhere):
            one.write_bytes(planted.read_bytes())
            with pytest.raises(HeldFileError):
                doors.read_whole(one)


def test_the_key_of_another_folder_opens_nothing(tmp_path: Path) -> None:
    key = master()
    with vault_in(tmp_path, key=key):
        one, other = put(tmp_path, b"one"), put(tmp_path, b"other", study="other")
    (one.parent / KEY_FILE).write_bytes((other.parent / KEY_FILE).read_bytes())
    with vault_in(tmp_path, key=key), pytest.raises(HeldFileError) as caught:
        doors.read_whole(one)
    assert caught.value.key == "error.held.no_key"


def test_every_byte_of_a_wrapped_key_counts_and_a_new_one_takes_its_place(tmp_path: Path) -> None:
    key = master()
    with vault_in(tmp_path, key=key):
        file = put(tmp_path, b"pixels")
    raw = (file.parent / KEY_FILE).read_bytes()
    for number in range(len(raw)):
        (file.parent / KEY_FILE).write_bytes(raw[:number] + bytes([raw[number] ^ 1]) + raw[number + 1 :])
        with vault_in(tmp_path, key=key), pytest.raises(HeldFileError):
            doors.read_whole(file)
    with vault_in(tmp_path, key=key):
        assert doors.read_whole(put(tmp_path, b"fetched again")) == b"fetched again"


def test_once_the_key_is_erased_nobody_reads_the_files(tmp_path: Path) -> None:
    key = master()
    with vault_in(tmp_path, key=key) as vault:
        file = put(tmp_path, b"pixels")
        kept = file.read_bytes()
        vault.erase(file.parent)
        assert not (file.parent / KEY_FILE).exists()
        with pytest.raises(HeldFileError):
            doors.read_whole(file)
        # Fetched again it has another key, and what was set aside of the old files stays noise.
        again = put(tmp_path, b"pixels")
        again.write_bytes(kept)
        with pytest.raises(HeldFileError):
            doors.read_whole(again)


def test_the_key_is_written_over_before_it_is_taken_away(tmp_path: Path) -> None:
    with vault_in(tmp_path):
        file = put(tmp_path, b"pixels")
    link = tmp_path / "kept"
    before = (file.parent / KEY_FILE).read_bytes()
    os.link(file.parent / KEY_FILE, link)
    keys.erase_key(file.parent)
    assert len(link.read_bytes()) == len(before)
    assert before[-48:] not in link.read_bytes()


def test_a_writer_that_remembers_a_purged_key_makes_a_new_one(tmp_path: Path) -> None:
    key = master()
    with vault_in(tmp_path, key=key):
        file = put(tmp_path, b"one")
        Vault(tmp_path, 2, lambda: key).erase(file.parent)  # as another process does it
        file.unlink()
        assert doors.read_whole(put(tmp_path, b"two")) == b"two"
    with vault_in(tmp_path, key=key):
        assert doors.read_whole(file) == b"two"


def test_many_threads_and_vaults_agree_on_one_key(tmp_path: Path) -> None:
    key, unit = master(), tmp_path / "server" / "study"
    vaults = [Vault(tmp_path, 2, lambda: key) for _ in range(4)]
    found: list[bytes] = []
    threads = [
        threading.Thread(target=lambda one=one: found.append(one.key_to_write(unit))) for one in vaults * 4
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 16
    assert len(set(found)) == 1
    assert [path.name for path in unit.iterdir()] == [KEY_FILE]


def test_a_reader_with_a_remembered_key_finds_the_new_one(tmp_path: Path) -> None:
    key = master()
    with vault_in(tmp_path, key=key):
        file = put(tmp_path, b"one")
        other = Vault(tmp_path, 2, lambda: key)
        other.erase(file.parent)
        file.unlink()
        other.key_to_write(file.parent)
        half = tmp_path / "server" / ".parts" / "x"
        writer = other.create(half)
        writer.write(b"two")
        writer.finish()
        other.settle(half, file)
        assert doors.read_whole(file) == b"two"


def test_what_a_folder_of_copies_is(tmp_path: Path) -> None:
    ours, session = master(), master(KeyPlace.SESSION)
    with vault_in(tmp_path, key=ours):
        one = put(tmp_path, b"x").parent
    with vault_in(tmp_path, key=session):
        other = put(tmp_path, b"x", study="other").parent
    plain = tmp_path / "server" / "plain"
    plain.mkdir()
    assert state_of(one, ours) is UnitState.OURS
    assert state_of(one, master()) is UnitState.LOST
    assert state_of(other, ours) is UnitState.OTHER_SESSION
    assert state_of(plain, ours) is UnitState.PLAIN
    raw = bytearray((other / KEY_FILE).read_bytes())
    raw[21:29] = (1).to_bytes(8, "little")  # the same number, begun in 1970
    (other / KEY_FILE).write_bytes(raw)
    assert state_of(other, ours) is UnitState.DEAD_SESSION


def test_names_tell_nothing_and_are_the_same_again(tmp_path: Path) -> None:
    key = master()
    with vault_in(tmp_path, key=key):
        name = doors.name_for(tmp_path / "server", "1.2.840.1")
        assert "1.2.840" not in name
        assert name == doors.name_for(tmp_path / "server", "1.2.840.1")
        assert name != doors.name_for(tmp_path / "server", "1.2.840.2")
    with vault_in(tmp_path):
        assert name != doors.name_for(tmp_path / "server", "1.2.840.1"), "of another key"
    assert doors.name_for(tmp_path / "server", "1.2.840.1") == "1.2.840.1"


def test_a_master_key_does_not_show(tmp_path: Path) -> None:
    key = master()
    assert key.secret.hex() not in repr(key)
    assert repr(key.secret) not in repr(key)


def test_a_writer_that_fails_leaves_nothing(tmp_path: Path) -> None:
    half = tmp_path / "server" / ".parts" / "x"
    half.parent.mkdir(parents=True)

    def fail() -> None:
        with doors.writing(half) as file:
            file.write(b"half")
            raise RuntimeError

    with vault_in(tmp_path), pytest.raises(RuntimeError):
        fail()
    assert not half.exists()
