from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from app.support import chained_file


@pytest.fixture
def file(tmp_path: Path) -> Path:
    for number in range(6):
        chained_file.append(tmp_path / "log", {"number": number, "word": "Имя"})
    return tmp_path / "log"


def test_records_come_back_in_order(file: Path) -> None:
    assert [one["number"] for one in chained_file.records(file)] == list(range(6))
    proof = chained_file.verify(file)
    assert (proof.lines, proof.is_whole) == (6, True)
    assert file.stat().st_mode & 0o077 == 0


def test_any_altered_byte_is_found(file: Path) -> None:
    raw = file.read_bytes()
    for at in range(0, len(raw), 7):
        file.write_bytes(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
        assert not chained_file.verify(file).is_whole, at


@pytest.mark.parametrize("change", ["removed", "swapped", "doubled"])
def test_a_removed_moved_or_doubled_line_is_found(file: Path, change: str) -> None:
    lines = file.read_bytes().splitlines(keepends=True)
    made = {
        "removed": [*lines[:2], *lines[3:]],
        "swapped": [lines[0], lines[2], lines[1], *lines[3:]],
        "doubled": [*lines[:3], lines[2], *lines[3:]],
    }[change]
    file.write_bytes(b"".join(made))
    assert not chained_file.verify(file).is_whole


def test_lines_cut_off_at_the_end_are_told_by_a_noted_hash(file: Path) -> None:
    head = chained_file.verify(file).head
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-1]))
    assert chained_file.verify(file).is_whole
    assert not chained_file.verify(file, head).is_whole


def test_a_line_that_a_crash_cut_short_stays_visible_and_later_ones_are_kept(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-20])
    chained_file.append(file, {"number": 99})
    assert [one["number"] for one in chained_file.records(file)] == [0, 1, 2, 3, 4, 99]
    assert chained_file.verify(file).broken_at == 6


def test_long_lines_are_chained_too(tmp_path: Path) -> None:
    for number in range(3):
        chained_file.append(tmp_path / "log", {"number": number, "long": "x" * 200_000})
    assert chained_file.verify(tmp_path / "log").is_whole


def _write(file: Path) -> None:
    for number in range(40):
        chained_file.append(file, {"number": number})


def test_several_processes_write_one_chain(tmp_path: Path) -> None:
    file = tmp_path / "log"
    room = multiprocessing.get_context("spawn")
    writers = [room.Process(target=_write, args=(file,)) for _ in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    proof = chained_file.verify(file)
    assert (proof.lines, proof.is_whole) == (120, True)
