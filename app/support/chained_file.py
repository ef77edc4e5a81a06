"""A text file that only grows: one JSON line per record, each with the hash of the line before.

Whoever changes, moves, inserts or removes a line breaks the chain. Lines cut off at the end leave a whole, shorter
chain; a hash noted elsewhere tells that (`verify(file, head)`). Several processes may append at once.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FIRST = hashlib.sha256(b"overread chained file 1").hexdigest()
_TAIL = 1 << 16  # bytes read from the end at first to find the last line


@dataclass(frozen=True, slots=True)
class Proof:
    """What the verifier found: how many lines stand, the hash of the last, and the first line that does not fit."""

    lines: int
    head: str
    broken_at: int = 0
    is_head_missing: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether nothing speaks against the file."""
        return not self.broken_at and not self.is_head_missing


def append(file: Path, record: Mapping[str, Any]) -> str:
    """Write one record and return its hash once it is on the disk. Raises OSError, ValueError for what is no JSON."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)  # may name readers: nobody else's
    with os.fdopen(descriptor, "r+b") as stream, _locked(descriptor):
        previous, is_torn = _last_hash(stream)
        body = _body(record, previous)
        digest = hashlib.sha256(body.encode()).hexdigest()
        line = f"{digest} {body}\n"
        # A line that a crash cut short is closed, so that it stays visible as broken and swallows nothing.
        stream.write((("\n" if is_torn else "") + line).encode())
        stream.flush()
        os.fsync(descriptor)
        return digest


def records(file: Path) -> Iterator[dict[str, Any]]:
    """All records that can be read, in order; none if there is no file."""
    for body in _bodies(file):
        try:
            found = json.loads(body)
        except ValueError:
            continue
        if isinstance(found, dict) and isinstance(found.get("record"), dict):
            yield found["record"]


def verify(file: Path, head: str = "") -> Proof:
    """Prove every line; `head` is a hash noted earlier that must be among them. Raises OSError if it cannot be read."""
    previous, seen, number = _FIRST, set[str](), 0
    with file.open("rb") as stream:
        for number, raw in enumerate(stream, start=1):
            digest, _, body = raw.rstrip(b"\n").partition(b" ")
            is_right = raw.endswith(b"\n") and hashlib.sha256(body).hexdigest().encode() == digest
            if not is_right or _previous_in(body) != previous:
                return Proof(number - 1, previous if number > 1 else "", broken_at=number)
            previous = digest.decode()
            seen.add(previous)
    return Proof(number, previous if number else "", is_head_missing=bool(head) and head not in seen)


def _body(record: Mapping[str, Any], previous: str) -> str:
    whole = {"previous": previous, "record": dict(record)}
    return json.dumps(whole, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _previous_in(body: bytes) -> str:
    try:
        found = json.loads(body)
    except ValueError:
        return ""
    return str(found.get("previous", "")) if isinstance(found, dict) else ""


def _bodies(file: Path) -> Iterator[bytes]:
    if file.exists():
        with file.open("rb") as stream:
            for raw in stream:
                yield raw.rstrip(b"\n").partition(b" ")[2]


def _last_hash(stream: Any) -> tuple[str, bool]:  # Any: a binary file open for reading
    """(hash of the last line, whether that line lacks its end)."""
    end = stream.seek(0, os.SEEK_END)
    if not end:
        return _FIRST, False
    length = min(_TAIL, end)
    while True:
        stream.seek(end - length)
        tail = stream.read(length)
        lines = tail.rstrip(b"\n").split(b"\n")
        if len(lines) > 1 or length == end:
            return lines[-1].partition(b" ")[0].decode("ascii", "replace"), not tail.endswith(b"\n")
        length = min(2 * length, end)


@contextmanager
def _locked(descriptor: int) -> Iterator[None]:
    """One writer at a time, in this and in every other process."""
    if sys.platform == "win32":
        import msvcrt

        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
        try:
            yield
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(descriptor, fcntl.LOCK_UN)
