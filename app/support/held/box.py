"""One kept file, encrypted: written from the front, read at any place, refused where a byte is not what was written.

    0   8   OVRHELD1
    8   12  nonce of the head
    20  56  AES-256-GCM of 32 bytes file key and 8 bytes size of what was written (little-endian), with its mark;
            bound to the eight bytes before and to the file's name among its siblings
    76      pieces of 32 KiB (the last is shorter), each AES-256-GCM under the file key with its number as nonce and
            a mark of 16 bytes

A file key is drawn for every file, so no nonce meets a key twice. The size is in the head: a file cut anywhere, also
between two pieces, does not fit it. Decision 0080 says why it is so.
"""

from __future__ import annotations

import io
import os
import struct
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.domain.held import HeldFileError

MAGIC = b"OVRHELD1"
PIECE = 32 * 1024  # holds most headers whole; larger pieces decrypt no faster than these are read (measured)
MARK = 16
_NONCE, _KEY, _SIZE = 12, 32, struct.Struct("<Q")
HEAD = len(MAGIC) + _NONCE + _KEY + _SIZE.size + MARK
_AT_ONCE = 1024 * 1024  # so much is given to the disk in one call: a slice whole, instead of seventeen pieces


def physical_size(size: int) -> int:
    """Bytes on the disk for so many bytes within."""
    return HEAD + size + MARK * -(-size // PIECE)


def inner_size(physical: int) -> int:
    """Bytes within a file of so many bytes, as far as its length tells; the head says it for sure."""
    body = max(physical - HEAD, 0)
    return max(body - MARK * -(-body // (PIECE + MARK)), 0)


class BoxWriter:
    """A new file. It cannot be read, by nobody, before `finish` has written its head."""

    def __init__(self, path: Path) -> None:
        """Raises OSError, also where something lies there."""
        self._file_key = os.urandom(_KEY)
        self._cipher = AESGCM(self._file_key)
        self._held = bytearray()
        self._size = self._number = 0
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        self._file = os.fdopen(descriptor, "wb", buffering=0)
        self._out = bytearray(HEAD)  # room for the head, then sealed pieces that are not with the disk yet
        self._is_begun = False

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Append. Raises OSError."""
        view = memoryview(data).cast("B")
        self._size += len(view)
        start = 0
        if self._held:
            start = min(PIECE - len(self._held), len(view))
            self._held += view[:start]
            if len(self._held) < PIECE:
                return len(view)
            self._seal(self._held)
            self._held.clear()
        while len(view) - start >= PIECE:
            self._seal(view[start : start + PIECE])
            start += PIECE
        self._held += view[start:]
        return len(view)

    def finish(self, key: bytes, name: str, *, durable: bool = False) -> None:
        """Write what is left and the head, and close. durable: onto the disk before it returns. Raises OSError."""
        if self._held:
            self._seal(self._held)
            self._held.clear()
        head = _head(key, name, self._file_key, self._size)
        if self._is_begun:
            self._flush()
            self._file.seek(0)
            self._out += head
        else:
            self._out[:HEAD] = head
        self._flush()
        if durable:
            os.fsync(self._file.fileno())
        self._file.close()

    def abandon(self) -> None:
        """Close without a head: what lies there is nobody's to read."""
        with suppress(OSError):
            self._file.close()

    def _seal(self, piece: bytearray | memoryview) -> None:
        self._out += self._cipher.encrypt(_nonce(self._number), bytes(piece), None)
        self._number += 1
        if len(self._out) >= _AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        out, self._out = memoryview(self._out), bytearray()
        self._is_begun = True
        while out:
            out = out[self._file.write(out) :]


class _Box(io.RawIOBase):
    """The bytes within, one piece decrypted at a time."""

    def __init__(self, file: io.FileIO, name: str, opened: tuple[bytes, int], first: memoryview) -> None:
        """opened: file key and size. first: the first piece as it lies, which came with the head."""
        self._file = file
        self.name = name  # pydicom asks for it; it opens nothing
        file_key, self._size = opened
        self._cipher = AESGCM(file_key)
        self._first = first
        self._at = 0
        self._piece = bytearray()
        self._number = -1  # which piece `_piece` holds

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise ValueError("before the beginning")
        self._at = start + offset
        return self._at

    def readinto(self, buffer: object, /) -> int:
        """As of any raw file; pieces that are wanted whole go straight where they are wanted, many at a time."""
        into = memoryview(buffer).cast("B")  # type: ignore[arg-type]  # any buffer, as io takes it
        wanted = max(min(len(into), self._size - self._at), 0)
        done = 0
        while done < wanted:
            number, within = divmod(self._at, PIECE)
            left = wanted - done
            if within == 0 and left >= min(PIECE, self._size - self._at) and number != self._number:
                count = left if left == self._size - self._at else left - left % PIECE
                self._open_pieces(number, into[done : done + count])
            else:
                piece = self._piece_at(number)
                count = min(len(piece) - within, left)
                into[done : done + count] = piece[within : within + count]
            done += count
            self._at += count
        return done

    def _piece_at(self, number: int) -> memoryview:
        """One piece, kept for whoever reads on in it."""
        length = min(PIECE, self._size - number * PIECE)
        piece = memoryview(self._piece)[:length]
        if number != self._number:
            self._number = -1  # should it fail, none is kept
            if len(self._piece) < length:
                self._piece = bytearray(length)
                piece = memoryview(self._piece)
            self._open_pieces(number, piece)
            self._number = number
        return piece

    def _open_pieces(self, number: int, into: memoryview) -> None:
        """Pieces from a number on, as many as fill `into`."""
        count = -(-len(into) // PIECE)
        size = len(into) + MARK * count
        sealed = self._first[:size]
        if number or len(sealed) < size:
            self._file.seek(HEAD + number * (PIECE + MARK))
            sealed = memoryview(self._file.read(size))
        if len(sealed) != size:
            raise HeldFileError("error.held.cut_short", file=self.name)
        decrypt, whole = self._cipher.decrypt_into, PIECE + MARK
        try:
            for one in range(count):
                part = sealed[one * whole : (one + 1) * whole]
                decrypt(_nonce(number + one), part, None, into[one * PIECE : (one + 1) * PIECE])
        except InvalidTag:
            raise HeldFileError("error.held.altered", file=self.name) from None

    def close(self) -> None:
        self._file.close()
        super().close()


def open_box(path: Path, key: bytes, name: str) -> io.BufferedReader:
    """The bytes within, to read and to seek. Raises OSError, HeldFileError where it is not whole and ours."""
    file = io.FileIO(str(path))
    try:
        physical = os.fstat(file.fileno()).st_size
        front = memoryview(file.read(HEAD + PIECE + MARK))
        opened = _open_head(bytes(front[:HEAD]), key, name, path.name)
        is_whole = physical_size(opened[1]) == physical
    except BaseException:
        file.close()
        raise
    if not is_whole:
        file.close()
        raise HeldFileError("error.held.cut_short", file=path.name)
    return io.BufferedReader(_Box(file, path.name, opened, front[HEAD:]), PIECE)


def move_head(path: Path, old: tuple[bytes, str], new: tuple[bytes, str], *, durable: bool) -> None:
    """Bind a file to another key and name (each a pair); content and time stay as they are. Raises OSError."""
    status = path.stat()
    with path.open("r+b", buffering=0) as file:
        file_key, size = _open_head(file.read(HEAD), *old, path.name)
        file.seek(0)
        file.write(_head(*new, file_key, size))
        if durable:
            os.fsync(file.fileno())
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def _head(key: bytes, name: str, file_key: bytes, size: int) -> bytes:
    nonce = os.urandom(_NONCE)
    sealed = AESGCM(key).encrypt(nonce, file_key + _SIZE.pack(size), MAGIC + name.encode())
    return MAGIC + nonce + sealed


def _open_head(head: bytes, key: bytes, name: str, shown: str) -> tuple[bytes, int]:
    if len(head) < HEAD or not head.startswith(MAGIC):
        raise HeldFileError("error.held.not_ours", file=shown)
    nonce, sealed = head[len(MAGIC) : len(MAGIC) + _NONCE], head[len(MAGIC) + _NONCE :]
    try:
        opened = AESGCM(key).decrypt(nonce, sealed, MAGIC + name.encode())
    except InvalidTag:
        raise HeldFileError("error.held.altered", file=shown) from None
    return opened[:_KEY], _SIZE.unpack(opened[_KEY:])[0]


def _nonce(number: int) -> bytes:
    return number.to_bytes(_NONCE, "big")
