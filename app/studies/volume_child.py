"""Volume files are read in a process of their own: a library that crashes on a hostile file ends that process only."""

from __future__ import annotations

import multiprocessing
import os
import sys
from multiprocessing.connection import Connection
from pathlib import Path

from app.domain.errors import OverreadError, StudyUnreadableError
from app.domain.volume import CancelToken
from app.studies.volume_claims import Claims, read_claims

POLL_S = 0.1
END_S = 5.0
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
    child = spawn.Process(target=_child, args=(there, path, claims, folder), daemon=True)
    child.start()
    there.close()
    try:
        while not here.poll(POLL_S):
            cancel.check()
        key, facts = _answer(here, path)
    finally:
        child.kill()
        child.join(END_S)
        here.close()
    if key == "errno":
        raise OSError(facts["number"], facts["words"])
    if key:
        raise StudyUnreadableError(key, **facts)


def _answer(here: Connection, path: Path) -> Answer:
    try:
        answer: Answer = here.recv()
    except EOFError:  # it died without a word
        return "error.source.volume_crash", {"file": path.name}
    return answer


def _child(there: Connection, path: Path, claims: Claims, folder: Path) -> None:
    from app.studies.volume_writer import write_volume

    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, sys.__stderr__.fileno() if sys.__stderr__ else 2)  # ITK remarks on odd headers there
    try:
        write_volume(path, claims, folder)
    except OverreadError as error:
        there.send((error.key, error.facts))
    except OSError as error:
        there.send(("errno", {"number": error.errno, "words": error.strerror or str(error)}))
    except MemoryError:
        there.send(("error.source.volume_crash", {"file": path.name}))
    else:
        there.send(("", {}))
