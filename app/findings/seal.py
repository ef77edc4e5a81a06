"""The seal: what the whole journal file was, byte by byte, when it was last closed in order.

The chain guards every entry; a byte that belongs to no entry (free space of a page, counters of SQLite) is guarded by
the seal, a small file beside the journal that holds the number of entries and the sha256 of the file. It is written
when a program that has written lets go of the journal, so it may be older than the journal after a kill; then it says
nothing about what came later, and the chain and the witness stand alone.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from app.support.whole_files import write_whole

_SEAL = re.compile(r"overread seal 1 (\d{1,12}) ([0-9a-f]{64})\n")
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Seal:
    """How many entries the file had, and its sha256."""

    entries: int
    sha256: str


def seal_file(journal_file: Path) -> Path:
    """Where the seal of a journal lies."""
    return journal_file.with_name(journal_file.name + ".seal")


def hash_of(file: Path) -> str:
    """sha256 of a file, read in pieces."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def put_seal(journal_file: Path, entries: int) -> bool:
    """Write the seal; the caller keeps others from writing meanwhile. False if it could not be written."""
    try:
        words = f"overread seal 1 {entries} {hash_of(journal_file)}\n"
        write_whole(seal_file(journal_file), words)
    except OSError:
        return False
    return True


def read_seal(journal_file: Path) -> Seal | None:
    """The seal; None where there is none. Raises ValueError for one that has been altered."""
    try:
        words = seal_file(journal_file).read_bytes().decode("ascii", errors="replace")
    except OSError:
        return None
    match = _SEAL.fullmatch(words)
    if match is None:
        raise ValueError("the seal is not readable")
    return Seal(int(match[1]), match[2])
