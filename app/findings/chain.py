"""The hash chain of the journal, and what it can prove.

Each entry's sha256 covers its number, study, type, payload, reader, time and the hash before it; the first one
starts from the file's random name. One changed, moved, inserted or removed entry breaks the chain. Entries cut off
at the end leave a whole, shorter chain: that is told by the witness, a text file beside the journal with one line
per entry (number and hash), and by any hash noted elsewhere (`verify --head`; every export's manifest holds one).
Who rewrites journal, witness and every noted hash together is not found: there is no secret in the file.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

CHAIN_VERSION = 1
_LINE = re.compile(r"(\d{10}) ([0-9a-f]{64})")
_LINE_LENGTH = 75


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal, as stored."""

    sequence: int
    study_instance_uid: str
    event_type: str
    payload: str
    reader: str
    at: str
    previous: str
    sha256: str


def first_previous(journal_id: str) -> str:
    """What the first entry names as the hash before it."""
    return hashlib.sha256(f"overread journal {CHAIN_VERSION} {journal_id}".encode()).hexdigest()


def entry_hash(entry: Entry) -> str:
    """The sha256 that an entry must have. Field borders are part of it, so no text can slide into the next."""
    covered = [
        CHAIN_VERSION,
        entry.sequence,
        entry.study_instance_uid,
        entry.event_type,
        entry.payload,
        entry.reader,
        entry.at,
        entry.previous,
    ]
    return hashlib.sha256(json.dumps(covered, ensure_ascii=True).encode()).hexdigest()


def find_break(entries: Iterable[Entry], journal_id: str, hashes: list[str]) -> int | None:
    """Sequence of the first entry that does not fit, or None; hashes collects those that do, in order."""
    previous = first_previous(journal_id)
    for expected, entry in enumerate(entries, start=1):
        fits = entry.sequence == expected and entry.previous == previous
        if not fits or entry.sha256 != entry_hash(entry):
            return expected
        hashes.append(entry.sha256)
        previous = entry.sha256
    return None


def witness_file(journal_file: Path) -> Path:
    """The text file beside the journal that remembers how far the chain reached."""
    return journal_file.with_name(journal_file.name + ".witness")


def testify(journal_file: Path, entries: Iterable[Entry]) -> bool:
    """Append a line per entry to the witness; False if that failed (the entries themselves are safe all the same)."""
    lines = "".join(f"{entry.sequence:010d} {entry.sha256}\n" for entry in entries).encode("ascii")
    try:
        descriptor = os.open(witness_file(journal_file), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            return os.write(descriptor, lines) == len(lines)
        finally:
            os.close(descriptor)
    except OSError:
        return False


def contradiction(journal_file: Path, hashes: list[str]) -> int | None:
    """Sequence of the first witnessed entry that the chain lacks or has otherwise; None if they agree.

    A line cut short by a power failure says nothing. Raises FileNotFoundError without a witness.
    """
    for line in witness_file(journal_file).read_text(encoding="ascii", errors="replace").splitlines():
        match = _LINE.fullmatch(line)
        if match is None:
            if len(line) < _LINE_LENGTH:
                continue
            match = _LINE.search(line, pos=len(line) - _LINE_LENGTH)
            if match is None:
                return 0
        sequence = int(match[1])
        if sequence < 1 or sequence > len(hashes) or hashes[sequence - 1] != match[2]:
            return sequence
    return None
