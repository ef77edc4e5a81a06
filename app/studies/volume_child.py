"""Volume files are read in a process of their own: a library that crashes on a hostile file ends that process only.

It has no key and writes nothing: what it makes comes back through a pipe, and is put down here.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from app.domain.errors import OverreadError, StudyUnreadableError
from app.domain.volume import CancelToken
from app.studies.child_words import hear, say
from app.studies.volume_claims import Claims, read_claims
from app.support.held.doors import writing

POLL_S = 0.1
END_S = 5.0
FILE = "file"  # an answer that a file follows
CHUNK = 256 * 1024
_NAME = re.compile(r"\d{4,}\.dcm")
Answer = tuple[
    str, dict[str, object]
]  # text key and facts, or ("errno", ...), or ("", {}) where all went well


def convert_apart(path: Path, folder: Path, cancel: CancelToken) -> None:
    """Write the volume file as DICOM into the folder.

    Raises StudyUnreadableError if it cannot be read or the reader died of it; OSError of the disk; Cancelled.
    """
    claims = read_claims(path)
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe(duplex=False)
    child = spawn.Process(target=_child, args=(there, path, claims), daemon=True)
    child.start()
    there.close()
    try:
        key, facts = _take(here, folder, cancel)
    except EOFError:  # it died without a word
        key, facts = "error.source.volume_crash", {"file": path.name}
    finally:
        child.kill()
        child.join(END_S)
        here.close()
    if key == "errno":
        raise OSError(facts["number"], facts["words"])
    if key:
        raise StudyUnreadableError(key, **facts)


def _take(here: Connection, folder: Path, cancel: CancelToken) -> Answer:
    """Files as they come, then how it ended. Raises EOFError, OSError, Cancelled; a file begun is then gone."""
    while True:
        _wait(here, cancel)
        key, facts = _answer(hear(here))
        if key != FILE:
            return key, facts
        name = str(facts.get("name"))
        if _NAME.fullmatch(name) is None:
            raise EOFError
        with writing(folder / name) as file:
            while block := _block(here, cancel):
                file.write(block)


def _answer(told: Any) -> Answer:  # Any: what JSON holds
    """Raises EOFError where it is none: the reader is not itself any more."""
    if isinstance(told, list) and len(told) == 2 and isinstance(told[0], str) and isinstance(told[1], dict):
        return told[0], told[1]
    raise EOFError


def _block(here: Connection, cancel: CancelToken) -> bytes:
    _wait(here, cancel)
    try:
        return here.recv_bytes(CHUNK)
    except OSError as error:  # longer than any of ours, or the line broke: nothing of the disk
        raise EOFError from error


def _wait(here: Connection, cancel: CancelToken) -> None:
    while not here.poll(POLL_S):
        cancel.check()
    cancel.check()


class _Sent:
    """A file that is written into the pipe."""

    def __init__(self, there: Connection) -> None:
        self._there = there

    def write(self, data: bytes | memoryview, /) -> None:
        view = memoryview(data).cast("B") if len(data) else memoryview(b"")
        for start in range(0, len(view), CHUNK):
            self._there.send_bytes(view[start : start + CHUNK])


def _child(there: Connection, path: Path, claims: Claims) -> None:
    @contextmanager
    def begin(name: str) -> Iterator[_Sent]:
        say(there, (FILE, {"name": name}))
        yield _Sent(there)
        there.send_bytes(b"")

    from app.studies.volume_writer import write_volume

    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, sys.__stderr__.fileno() if sys.__stderr__ else 2)  # ITK remarks on odd headers there
    try:
        write_volume(path, claims, begin)
    except OverreadError as error:
        say(there, (error.key, error.facts))
    except OSError as error:
        say(there, ("errno", {"number": error.errno, "words": error.strerror or str(error)}))
    except MemoryError:
        say(there, ("error.source.volume_crash", {"file": path.name}))
    else:
        say(there, ("", {}))
