"""Bounds that keep a hostile file from taking the machine (requirement RQ-64)."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import BinaryIO

from app.domain.errors import StudyUnreadableError
from app.studies.walker import LONG_VRS
from app.support.held.doors import open_file, size_of

INFLATED_BYTES = 512 * 1024 * 1024
# Headers and pixels shrink to a hundredth at most; zeros without end shrink to a thousandth (ours, after RQ-64).
INFLATION_RATIO = 100
INFLATION_IGNORED_BYTES = 16 * 1024 * 1024
FRAME_BYTES = 2 * 1024**3
VOLUME_SHARE_OF_MEMORY = 0.7
FILES_IN_A_SCAN = 2_000_000
FOLDERS_DEEP = 100  # below the folder that is scanned; each level costs a frame of the interpreter
FRAMES_IN_A_FILE = (
    100_000  # each is kept track of; the longest runs of heart pictures hold some thousands (ours)
)
_DEFLATED = frozenset({"1.2.840.10008.1.2.1.99"})


def check_inflated_size(path: Path) -> None:
    """Refuse a deflated file that grows too far, or by too much for its size, without holding what it grows to."""
    with open_file(path) as file:
        syntax, offset = _meta_group(file)
        if syntax not in _DEFLATED:
            return
        file.seek(offset)
        packed = size_of(path) - offset
        limit = min(INFLATED_BYTES, max(INFLATION_RATIO * packed, INFLATION_IGNORED_BYTES))
        inflate, total = zlib.decompressobj(-zlib.MAX_WBITS), 0
        while (block := file.read(64 * 1024)) and not inflate.eof:
            total += _inflated(inflate, block, limit)
            if total > limit:
                raise StudyUnreadableError(
                    "error.study.inflates_too_far", file=path.name, limit_mib=limit // 1024**2
                )


def _inflated(inflate: zlib._Decompress, block: bytes, limit: int) -> int:
    total = 0
    try:
        while block:
            total += len(inflate.decompress(block, 4 * 1024 * 1024))
            if total > limit:
                break
            block = inflate.unconsumed_tail
    except zlib.error:
        pass  # pydicom will say so with the right words
    return total


def _meta_group(file: BinaryIO) -> tuple[str, int]:
    """Transfer syntax, and where the data set begins: at the first element outside group 0002.

    Walked and not taken from the group's length element, which parsers ignore: it may be missing, or lie.
    """
    offset, syntax = (132 if file.read(132)[128:] == b"DICM" else 0), ""
    while True:
        file.seek(offset)
        head = file.read(12)
        if len(head) < 8 or head[:2] != b"\x02\x00":
            return syntax, offset
        size, length = _value_place(head)
        if head[2:4] == b"\x10\x00":
            file.seek(offset + size)
            syntax = file.read(min(length, 64)).decode("ascii", "replace").strip(" \0")
        offset += size + length


def _value_place(head: bytes) -> tuple[int, int]:
    """Size of an element's head and length of its value; some files write this group without VRs."""
    if not head[4:6].isalpha():
        return 8, int.from_bytes(head[4:8], "little")
    if head[4:6] in LONG_VRS:
        return 12, int.from_bytes(head[8:12], "little")
    return 8, int.from_bytes(head[6:8], "little")
