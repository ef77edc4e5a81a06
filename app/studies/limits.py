"""Bounds that keep a hostile file from taking the machine (requirement RQ-64)."""

from __future__ import annotations

import zlib
from pathlib import Path

from app.domain.errors import StudyUnreadableError

INFLATED_BYTES = 512 * 1024 * 1024
FRAME_BYTES = 2 * 1024**3
VOLUME_SHARE_OF_MEMORY = 0.7
FILES_IN_A_SCAN = 2_000_000
_DEFLATED = frozenset({"1.2.840.10008.1.2.1.99"})


def check_inflated_size(path: Path) -> None:
    """Refuse a deflated file that grows past the limit, without holding what it grows to."""
    with path.open("rb") as file:
        start = file.read(16 * 1024)
        if not any(uid.encode() in start[132:2048] for uid in _DEFLATED):
            return
        offset = _data_set_offset(start)
        if offset is None:
            return
        file.seek(offset)
        inflate, total = zlib.decompressobj(-zlib.MAX_WBITS), 0
        while (block := file.read(64 * 1024)) and not inflate.eof:
            total += _inflated(inflate, block)
            if total > INFLATED_BYTES:
                raise StudyUnreadableError(
                    "error.study.inflates_too_far", file=path.name, limit_mib=INFLATED_BYTES // 1024**2
                )


def _inflated(inflate: zlib._Decompress, block: bytes) -> int:
    total = 0
    try:
        while block:
            total += len(inflate.decompress(block, 4 * 1024 * 1024))
            if total > INFLATED_BYTES:
                break
            block = inflate.unconsumed_tail
    except zlib.error:
        pass  # pydicom will say so with the right words
    return total


def _data_set_offset(start: bytes) -> int | None:
    """Where the deflated data set begins: after the file meta group, by its length element (PS3.10 7.1)."""
    if start[132:138] != b"\x02\x00\x00\x00UL":
        return None
    return 144 + int.from_bytes(start[140:144], "little")
