"""TAR archives, plain or compressed, unpacked within bounds."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import zlib
from pathlib import Path
from typing import IO, Protocol, cast

from app.domain.errors import StudyUnreadableError
from app.studies.archive_limits import Budget
from app.support.held.doors import writing

CHUNK = 1024 * 1024
LARGEST_READ = 16 * 1024 * 1024  # a header of names that is larger is an attack on memory
_BROKEN = (
    tarfile.TarError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    gzip.BadGzipFile,
    ValueError,
    LookupError,
    OverflowError,
)


def open_packed(path: Path) -> IO[bytes] | gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile:
    """The bytes inside a compressed file, or the file itself; told by its first bytes."""
    with path.open("rb") as file:
        head = file.read(6)
    if head[:2] == b"\x1f\x8b":
        return gzip.open(path, "rb")
    if head[:3] == b"BZh":
        return bz2.open(path, "rb")
    if head == b"\xfd7zXZ\0":
        return lzma.open(path, "rb")
    return path.open("rb")


def untar(archive: Path, budget: Budget) -> None:
    """Write every regular file under the budget's folder. Raises StudyUnreadableError, OSError, Cancelled."""
    try:
        with open_packed(archive) as packed:
            stream = _Forward(packed, budget)
            # The stubs ask for every method of a file; reading uses read, seek and tell.
            with tarfile.open(fileobj=cast("IO[bytes]", stream), mode="r:") as opened:
                for member in opened:
                    budget.begin()
                    _take(opened, member, budget)
            if not stream.has_ended:
                budget.refuse(archive.name, "error.source.no_end_mark")
    except _BROKEN as error:
        raise StudyUnreadableError("error.source.damaged_archive", file=archive.name) from error
    except OSError as error:
        if error.errno is None:  # a decompressor's word; the disk's own has a number
            raise StudyUnreadableError("error.source.damaged_archive", file=archive.name) from error
        raise


def _take(opened: tarfile.TarFile, member: tarfile.TarInfo, budget: Budget) -> None:
    if member.isdir():
        return
    if not member.isreg() or member.issparse():
        budget.refuse(member.name, "error.source.link_member")
        return
    place = budget.place(member.name)
    if place is None:
        return
    content = opened.extractfile(member)
    if content is None:
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    with content, writing(place) as file:
        while block := content.read(CHUNK):
            file.write(block)


class _Packed(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class _Forward:
    """A stream that only goes forward, reads no huge piece at once, and is counted against the budget.

    A member of negative size would send the reader round in a circle, one header of gigabytes would fill the memory.
    """

    def __init__(self, packed: _Packed, budget: Budget) -> None:
        self._packed = packed
        self._budget = budget
        self._position = 0
        self._last = b""  # the last block read, for one step back: compressed streams would begin anew
        self._again = b""
        self.has_ended = False

    def read(self, size: int = -1) -> bytes:
        """As of any file."""
        if not 0 <= size <= LARGEST_READ:
            raise tarfile.ReadError(f"a piece of {size} bytes")
        old, self._again = self._again[:size], self._again[size:]
        fresh = self._packed.read(size - len(old)) if size > len(old) else b""
        self._budget.take(len(fresh))
        block = old + fresh
        self._position += len(block)
        self._last = (self._last + fresh)[-tarfile.BLOCKSIZE :]
        self.has_ended = block == tarfile.NUL * tarfile.BLOCKSIZE
        return block

    def seek(self, position: int) -> None:
        """Forward only: one block back is as far as an honest archive needs."""
        back = self._position - position
        if back > len(self._last) - len(self._again):
            raise tarfile.ReadError("goes backward")
        if back > 0:
            self._again = self._last[len(self._last) - len(self._again) - back :]
            self._position = position
        while position > self._position:
            if not self.read(min(CHUNK, position - self._position)):
                raise tarfile.ReadError("cut off")

    def tell(self) -> int:
        """As of any file."""
        return self._position
