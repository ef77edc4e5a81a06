"""Changes of masks as files that are named by what is in them, so that the journal needs to know the name only.

A file is a line of JSON (what turns, where, in which segment), a line break, and the bits of all blocks one after
another, packed by numpy and compressed by zlib. It is written whole, and onto the disk, before anybody refers to it.
"""

from __future__ import annotations

import hashlib
import json
import math
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import JournalError
from app.domain.masks import MOST_SEGMENTS, MaskBlock, Shape
from app.support.whole_files import write_whole

VERSION = 1
SUFFIX = ".mask"
LARGEST_VOXELS = 2**31  # ours: 2048 slices of 1024 x 1024
_FAST = 1


def write_blocks(folder: Path, blocks: Sequence[MaskBlock]) -> str:
    """Keep these changes; returns the SHA-256 that names them. Raises JournalError if they cannot be written."""
    content = _encoded(blocks)
    name = hashlib.sha256(content).hexdigest()
    file = folder / f"{name}{SUFFIX}"
    try:
        if not file.is_file():
            write_whole(file, content)
    except OSError as error:
        raise JournalError("error.mask.cannot_write", reason=error.strerror or "?") from error
    return name


def read_blocks(folder: Path, name: str, shape: Shape) -> tuple[MaskBlock, ...]:
    """The changes of that name on a grid of this shape. Raises JournalError if missing or not what was kept."""
    file = folder / f"{name}{SUFFIX}"
    try:
        content = file.read_bytes()
    except OSError as error:
        raise JournalError("error.mask.missing", file=file.name) from error
    if hashlib.sha256(content).hexdigest() != name:
        raise JournalError("error.mask.damaged", file=file.name)
    try:
        return _decoded(content, shape)
    except (ValueError, KeyError, TypeError, IndexError, zlib.error) as error:
        raise JournalError("error.mask.damaged", file=file.name) from error


def toggled(blocks: Iterable[MaskBlock], shape: Shape, into: dict[int, NDArray[np.bool_]]) -> None:
    """Make changes to whole masks, by segment number."""
    for block in blocks:
        mask = into.setdefault(block.number, np.zeros(shape, dtype=np.bool_))
        i, j, k = block.start
        size = block.voxels.shape
        mask[i : i + size[0], j : j + size[1], k : k + size[2]] ^= block.voxels


def _encoded(blocks: Sequence[MaskBlock]) -> bytes:
    head = {
        "version": VERSION,
        "blocks": [[one.number, *one.start, *one.voxels.shape] for one in blocks],
    }
    bits = b"".join(np.packbits(one.voxels).tobytes() for one in blocks)
    return json.dumps(head, separators=(",", ":")).encode("ascii") + b"\n" + zlib.compress(bits, _FAST)


def _decoded(content: bytes, shape: Shape) -> tuple[MaskBlock, ...]:
    line, _, packed = content.partition(b"\n")
    head = json.loads(line)
    if head["version"] != VERSION:
        raise ValueError("another version")
    rows = [tuple(int(part) for part in row) for row in head["blocks"]]
    sizes = [-(-math.prod(row[4:]) // 8) for row in rows]
    if sum(sizes) > LARGEST_VOXELS // 8:
        raise ValueError("too large")
    unpacker = zlib.decompressobj()
    bits = unpacker.decompress(packed, sum(sizes) + 1)
    if len(bits) != sum(sizes):
        raise ValueError("bits are missing")
    found, at = [], 0
    for row, size in zip(rows, sizes, strict=True):
        number, i, j, k, *extent = row
        if not 0 < number <= MOST_SEGMENTS or not _fits((i, j, k), extent, shape):
            raise ValueError("outside of the grid")
        part = np.frombuffer(bits, dtype=np.uint8, count=size, offset=at)
        voxels = np.unpackbits(part, count=math.prod(extent)).reshape(extent).astype(np.bool_)
        found.append(MaskBlock(number, (i, j, k), voxels))
        at += size
    return tuple(found)


def _fits(start: Shape, extent: Sequence[int], shape: Shape) -> bool:
    return len(extent) == 3 and all(
        first >= 0 and size > 0 and first + size <= whole
        for first, size, whole in zip(start, extent, shape, strict=True)
    )
