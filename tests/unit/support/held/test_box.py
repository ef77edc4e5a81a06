"""A kept file gives back what was written, at any place, and refuses whatever was changed in it (RQ-63)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.held import HeldFileError
from app.support.held.box import HEAD, MARK, PIECE, BoxWriter, inner_size, move_head, open_box, physical_size

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
SIZES = [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 77]


def write(path: Path, content: bytes, step: int = 10_007, name: str = "a.dcm") -> Path:
    path.unlink(missing_ok=True)
    box = BoxWriter(path)
    for start in range(0, len(content), step):
        box.write(memoryview(content)[start : start + step])
    box.finish(KEY, name)
    return path


def content_of(size: int) -> bytes:
    return os.urandom(size)


def read(path: Path, key: bytes = KEY, name: str = "a.dcm") -> bytes:
    with open_box(path, key, name) as file:
        return file.read()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("step", [1000, PIECE, PIECE + 1, 10**6])
def test_what_was_written_is_read(tmp_path: Path, size: int, step: int) -> None:
    content = content_of(size)
    path = write(tmp_path / "a", content, step)
    assert read(path) == content
    assert path.stat().st_size == physical_size(size)
    assert inner_size(path.stat().st_size) == size
    assert content[:64] not in path.read_bytes() or size == 0 or size < 16


@given(data=st.data())
def test_reading_anywhere_is_as_reading_plainly(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    size = data.draw(st.sampled_from(SIZES) | st.integers(0, 4 * PIECE))
    content = content_of(size)
    folder = tmp_path_factory.mktemp("any")
    path, plain = write(folder / "a", content), folder / "plain"
    plain.write_bytes(content)
    with open_box(path, KEY, "a.dcm") as ours, plain.open("rb") as theirs:
        for _ in range(data.draw(st.integers(1, 12))):
            place, whence = data.draw(st.integers(0, size + 9)), data.draw(st.sampled_from([0, 2]))
            offset = place if whence == 0 else -min(place, size)
            assert ours.seek(offset, whence) == theirs.seek(offset, whence)
            count = data.draw(st.integers(0, 2 * PIECE + 9))
            if data.draw(st.booleans()):
                assert ours.read(count) == theirs.read(count)
            else:
                mine, other = bytearray(count), bytearray(count)
                assert ours.readinto(mine) == theirs.readinto(other)
                assert mine == other
            assert ours.tell() == theirs.tell()


@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_any_bit_turned_is_refused(tmp_path_factory: pytest.TempPathFactory, place: float, bit: int) -> None:
    content = content_of(PIECE + 5000)
    path = write(tmp_path_factory.mktemp("bit") / "a", content)
    raw = bytearray(path.read_bytes())
    raw[int(place * len(raw))] ^= 1 << bit
    path.write_bytes(raw)
    with pytest.raises(HeldFileError):
        read(path)


def test_every_byte_of_the_head_and_of_a_mark_counts(tmp_path: Path) -> None:
    path = write(tmp_path / "a", content_of(100))
    raw = path.read_bytes()
    for number in [*range(HEAD), *range(len(raw) - MARK, len(raw))]:
        path.write_bytes(raw[:number] + bytes([raw[number] ^ 1]) + raw[number + 1 :])
        with pytest.raises(HeldFileError):
            read(path)


@pytest.mark.parametrize("cut", [1, MARK, PIECE + MARK, PIECE + MARK + 500, 2 * (PIECE + MARK), -10])
def test_a_file_cut_off_or_grown_is_refused_before_anything_is_read(tmp_path: Path, cut: int) -> None:
    path = write(tmp_path / "a", content_of(3 * PIECE + 500))
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) - cut] if cut > 0 else raw + bytes(-cut))
    with pytest.raises(HeldFileError) as caught:
        open_box(path, KEY, "a.dcm")
    assert caught.value.key == "error.held.cut_short"


def test_pieces_in_another_order_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a", content_of(3 * PIECE))
    raw, whole = path.read_bytes(), PIECE + MARK
    first, second = raw[HEAD : HEAD + whole], raw[HEAD + whole : HEAD + 2 * whole]
    path.write_bytes(raw[:HEAD] + second + first + raw[HEAD + 2 * whole :])
    with pytest.raises(HeldFileError):
        read(path)


def test_a_piece_of_another_file_is_refused(tmp_path: Path) -> None:
    one, other = write(tmp_path / "a", content_of(PIECE)), write(tmp_path / "b", content_of(PIECE))
    one.write_bytes(one.read_bytes()[:HEAD] + other.read_bytes()[HEAD:])
    with pytest.raises(HeldFileError):
        read(one)


def test_another_key_and_another_name_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a", b"content")
    for key, name in ((OTHER_KEY, "a.dcm"), (KEY, "b.dcm")):
        with pytest.raises(HeldFileError):
            read(path, key, name)


def test_a_file_that_was_never_finished_cannot_be_read(tmp_path: Path) -> None:
    box = BoxWriter(tmp_path / "a")
    box.write(bytes(3 * PIECE))
    box.abandon()
    for _ in range(2):
        with pytest.raises(HeldFileError):
            read(tmp_path / "a")


def test_a_head_moves_and_what_was_written_stays(tmp_path: Path) -> None:
    content = content_of(PIECE + 1)
    path = write(tmp_path / "a", content)
    move_head(path, (KEY, "a.dcm"), (OTHER_KEY, "b.dcm"), durable=True)
    assert read(path, OTHER_KEY, "b.dcm") == content
    with pytest.raises(HeldFileError):
        read(path)


def test_equal_contents_look_different(tmp_path: Path) -> None:
    """No key and nonce are used twice: where they were, equal pieces would be equal bytes."""
    content = bytes(2 * PIECE)
    raws = [write(tmp_path / name, content).read_bytes() for name in ("a", "b")]
    pieces = [raw[HEAD + start :][: PIECE + MARK] for raw in raws for start in (0, PIECE + MARK)]
    assert len(set(pieces)) == 4


@pytest.mark.skipif(os.name == "nt", reason="Windows shuts the user's profile as a whole")
def test_it_is_its_owners_alone(tmp_path: Path) -> None:
    assert write(tmp_path / "a", b"x").stat().st_mode & 0o777 == 0o600
