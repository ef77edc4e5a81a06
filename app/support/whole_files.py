"""Write a file whole or not at all: beside its place first, onto the disk, then under its name in one step.

A kill or a full disk leaves the old file as it was. What was half written is removed where the program still runs;
after a kill it stays under a name that ends in `.part`, which nothing reads.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from app.support.held.doors import open_file

LONGEST = 200  # bytes of a file name


def write_whole(target: Path, content: str | bytes) -> None:
    """Put these words (as UTF-8) or bytes under a name; its folder is made if need be. Raises OSError."""
    with _draft(target) as stream:
        stream.write(content.encode("utf-8") if isinstance(content, str) else content)


def write_first(target: Path, content: bytes) -> None:
    """Put bytes under a name that nobody has yet, for their owner alone; who was first stays. Raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        _name_unless_there(draft, target)
    finally:
        Path(draft).unlink(missing_ok=True)


def _name_unless_there(draft: str, target: Path) -> None:
    try:
        os.link(draft, target)  # unlike a rename it does not write over
    except FileExistsError:
        pass
    except OSError:  # a disk without hard links
        if not target.exists():
            os.replace(draft, target)


def copy_whole(source: Path, target: Path) -> None:
    """Put a copy of a file, readable by anybody, under a name; its folder is made if need be. Raises OSError."""
    with open_file(source) as given, _draft(target) as stream:
        shutil.copyfileobj(given, stream, 1 << 20)


@contextmanager
def _draft(target: Path) -> Iterator[BinaryIO]:
    target.parent.mkdir(parents=True, exist_ok=True)
    # Hidden, of this process and thread: no two ever write into one draft, and no scan takes it for an image.
    own = f"{os.getpid()}-{threading.get_ident()}"
    draft = target.with_name(f".{_short(target.name)}.{own}.part")
    try:
        with draft.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(target)
    except OSError as error:
        if error.filename is not None and os.fspath(error.filename) == str(draft):
            error.filename = str(target)  # of the draft nobody knows
        raise
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def copy_files(source: Path, target: Path) -> None:
    """Put what a folder holds into another, which may be there. Raises OSError of the first file that fails."""
    failed: list[OSError] = []

    def copy(given: str, made: str) -> str:
        if not failed:
            try:
                return str(shutil.copy2(given, made))
            except OSError as error:
                failed.append(error)
        raise failed[0]

    try:
        shutil.copytree(source, target, copy_function=copy, dirs_exist_ok=True)
    except shutil.Error as error:  # a list of all that failed, in no words for a reader
        raise (failed or [OSError(errno.EIO, os.strerror(errno.EIO), str(source))])[0] from error


def _short(name: str) -> str:
    """A name that leaves room for what is put around it: most systems take 255 bytes."""
    told = os.fsencode(name)
    return name if len(told) <= LONGEST else hashlib.sha256(told).hexdigest()


def copy_folder(source: Path, target: Path) -> None:
    """Put a copy of a folder under a name that nobody has yet: whole, or not at all. Raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".partial-", dir=target.parent))
    try:
        copy_files(source, draft)
        draft.chmod(source.stat().st_mode)
        os.replace(draft, target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
