"""Where the codestream of a frame lies among the fragments of encapsulated pixels (PS3.5 annex A.4).

Offset tables are believed only where they point at fragments; else one fragment a frame, or the marks that every
codestream begins with, tell the frames apart.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

from app.support.held.doors import open_file

_HEADER = struct.Struct("<HHL")
_ITEM, _END = (0xFFFE, 0xE000), (0xFFFE, 0xE0DD)
MOST_FRAGMENTS = 2_000_000
# JPEG and JPEG-LS start of image; JPEG 2000 start of codestream and its boxed form; JPEG XL bare and boxed.
_STARTS = (
    b"\xff\xd8\xff",
    b"\xff\x4f\xff\x51",
    b"\x00\x00\x00\x0cjP  ",
    b"\xff\x0a",
    b"\x00\x00\x00\x0cJXL ",
)


@dataclass(frozen=True, slots=True)
class Fragments:
    """Offset of each fragment's item from the first fragment's, place of its bytes in the file, and their number."""

    table: tuple[int, ...]
    items: tuple[tuple[int, int, int], ...]
    is_whole: bool  # ended by a sequence delimiter


def read_fragments(file: BinaryIO, start: int) -> Fragments:
    """Walk the items that begin at `start`. Raises ValueError where they make no sense at all."""
    end = file.seek(0, 2)
    place, table = _table(file, start)
    items: list[tuple[int, int, int]] = []
    first, is_whole = place, False
    while place + 8 <= end and len(items) < MOST_FRAGMENTS:
        file.seek(place)
        group, element, length = _HEADER.unpack(file.read(8))
        if (group, element) != _ITEM:
            is_whole = (group, element) == _END
            break
        items.append((place - first, place + 8, length))
        place += 8 + length
    if not items:
        raise ValueError("no fragment")
    return Fragments(table, tuple(items), is_whole)


def _table(file: BinaryIO, start: int) -> tuple[int, tuple[int, ...]]:
    """Where the fragments begin, and the basic offset table, often empty."""
    file.seek(start)
    header = file.read(8)
    if len(header) < 8 or _HEADER.unpack(header)[:2] != _ITEM:
        raise ValueError("no offset table")
    length = _HEADER.unpack(header)[2]
    if length % 4 or length > 4 * MOST_FRAGMENTS:
        raise ValueError("no offset table")
    content = file.read(length)
    return start + 8 + length, struct.unpack(f"<{len(content) // 4}L", content[: len(content) // 4 * 4])


def frame_items(fragments: Fragments, frames: int, path: Path) -> tuple[tuple[int, int], ...]:
    """(first fragment, one past the last) of each frame found, in order; fewer than `frames` where some are missing."""
    count = len(fragments.items)
    if frames == 1:
        return ((0, count),)
    by_table = _by_table(fragments, frames)
    if by_table:
        return by_table
    if count <= frames:
        return tuple((number, number + 1) for number in range(count))
    return _by_marks(fragments, path)


def _by_table(fragments: Fragments, frames: int) -> tuple[tuple[int, int], ...]:
    if len(fragments.table) != frames:
        return ()
    numbers = {offset: number for number, (offset, _, _) in enumerate(fragments.items)}
    starts = [numbers.get(offset, -1) for offset in fragments.table]
    if min(starts) < 0 or any(b <= a for a, b in pairwise(starts)):
        return ()
    return tuple(zip(starts, [*starts[1:], len(fragments.items)], strict=True))


def _by_marks(fragments: Fragments, path: Path) -> tuple[tuple[int, int], ...]:
    """A frame begins where a codestream does; () where fragments show no such mark."""
    with open_file(path) as file:
        starts = [number for number, item in enumerate(fragments.items) if _begins(file, item)]
    if not starts or starts[0] != 0:
        return ()
    return tuple(zip(starts, [*starts[1:], len(fragments.items)], strict=True))


def _begins(file: BinaryIO, item: tuple[int, int, int]) -> bool:
    file.seek(item[1])
    return file.read(min(item[2], 12)).startswith(_STARTS)


def read_codestream(file: BinaryIO, fragments: Fragments, span: tuple[int, int]) -> bytes:
    """The fragments of one frame, joined. Raises EOFError where the file ends within them."""
    parts = []
    for _, place, length in fragments.items[span[0] : span[1]]:
        file.seek(place)
        parts.append(file.read(length))
        if len(parts[-1]) < length:
            raise EOFError
    return b"".join(parts)
