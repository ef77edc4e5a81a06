"""The values of a NIfTI file (nifti1.h, nifti2.h), read whole or refused.

ITK fills up what a cut-off file lacks and makes zeros of what is no number, both without a word; so only geometry is
taken from it.
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import StudyUnreadableError

TYPES = {
    2: "u1",
    4: "i2",
    8: "i4",
    16: "f4",
    64: "f8",
    256: "i1",
    512: "u2",
    768: "u4",
    1024: "i8",
    1280: "u8",
}
CHUNK = 16 * 1024 * 1024
HEAD = 540


class _Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class _Header:
    shape: tuple[int, ...]  # fastest axis first
    kind: np.dtype[Any]
    offset: int
    slope: float
    intercept: float


def is_nifti(path: Path) -> bool:
    """By its name."""
    return path.name.casefold().endswith((".nii", ".nii.gz"))


def read_nifti_values(path: Path, count: int) -> NDArray[Any] | None:
    """Scaled values, slowest axis first; `count` of them were found fit for memory. None for colour and complex values.

    Raises StudyUnreadableError if the file ends too early or is damaged, OSError.
    """
    try:
        with gzip.open(path, "rb") if path.name.casefold().endswith(".gz") else path.open("rb") as file:
            head = file.read(HEAD)
            header = _header(head)
            if header is None:
                return None
            if math.prod(header.shape) != count:
                raise _refused(path)
            values = np.empty(count, dtype=header.kind)
            _fill(path, file, head, header.offset, values)
    except (EOFError, zlib.error, gzip.BadGzipFile, struct.error) as error:
        raise _refused(path) from error
    whole = values.reshape(header.shape[::-1])
    # A slope of 0 means that there is none (nifti1.h, scl_slope).
    is_scaled = header.slope not in (0.0, 1.0) or (header.slope == 1.0 and header.intercept != 0.0)
    if not is_scaled or not (math.isfinite(header.slope) and math.isfinite(header.intercept)):
        return whole
    return whole * np.float64(header.slope) + np.float64(header.intercept)


def _header(head: bytes) -> _Header | None:
    order = "<" if head[:4] in (struct.pack("<i", 348), struct.pack("<i", 540)) else ">"
    if head[:4] == struct.pack(f"{order}i", 540):
        code = struct.unpack_from(f"{order}h", head, 12)[0]
        sides = struct.unpack_from(f"{order}8q", head, 16)
        (offset,) = struct.unpack_from(f"{order}q", head, 168)
        slope, intercept = struct.unpack_from(f"{order}2d", head, 176)
    else:
        code = struct.unpack_from(f"{order}h", head, 70)[0]
        sides = struct.unpack_from(f"{order}8h", head, 40)
        offset = int(struct.unpack_from(f"{order}f", head, 108)[0])
        slope, intercept = struct.unpack_from(f"{order}2f", head, 112)
    if code not in TYPES:
        return None
    shape = tuple(sides[1 : 1 + max(1, min(sides[0], 7))])
    return _Header(shape, np.dtype(f"{order}{TYPES[code]}"), offset, slope, intercept)


def _fill(path: Path, file: _Readable, head: bytes, offset: int, values: NDArray[Any]) -> None:
    """Bytes from the offset on into the array, then on to the end, so that a checksum there is held against them."""
    target = values.view(np.uint8).data
    rest, at = head[offset:] if offset < len(head) else b"", 0
    skip = max(0, offset - len(head))
    while skip and (block := file.read(min(CHUNK, skip))):
        skip -= len(block)
    while at < len(target):
        block = rest or file.read(min(CHUNK, len(target) - at))
        if not block:
            raise _refused(path)
        block, rest = block[: len(target) - at], b""
        target[at : at + len(block)] = block
        at += len(block)
    while file.read(CHUNK):
        pass


def _refused(path: Path) -> StudyUnreadableError:
    return StudyUnreadableError("error.source.no_volume", file=path.name)
