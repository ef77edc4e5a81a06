"""Marks that a copy of a server's study is in use, for other processes too: an empty file that names its process.

The mark of a process that died says so itself: nobody has that number now, or one that began at another time has it.
"""

from __future__ import annotations

import itertools
import os
import platform
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MARKS = ".in-use"  # beside the studies of a server: what lies in their folders is images alone
_SAME_START_MS = 2000  # two readings of one process's start differ by rounding only
_ELSEWHERE_S = 24 * 3600.0  # another computer's process cannot be asked; its mark holds for a day
_NAME = re.compile(r"(\d+)-(\d+)-\d+-(.*)")
ATTEMPTS = 3  # whoever lets the last mark go takes the folder of marks away, perhaps under a new one
_numbers = itertools.count()


def mark_use(folder: Path) -> Callable[[], None]:
    """Mark a study's folder, which need not be there yet; returns what takes the mark away (once, or again).

    Where no mark can be written, as on a full disk, there is none: to look at a study must not fail for that.
    """
    place = _marks_of(folder)
    mark = place / f"{os.getpid()}-{_started_ms(os.getpid())}-{next(_numbers)}-{_computer()}"
    for _attempt in range(ATTEMPTS):
        with suppress(OSError):
            place.mkdir(parents=True, exist_ok=True)
            mark.touch()
            break

    def release() -> None:
        with suppress(OSError):
            mark.unlink(missing_ok=True)
            place.rmdir()  # of the last one

    return release


@contextmanager
def in_use(folder: Path) -> Iterator[None]:
    """Marked as long as the block runs."""
    release = mark_use(folder)
    try:
        yield
    finally:
        release()


def is_used(folder: Path) -> bool:
    """Whether any living process has marked it; marks of dead ones are taken away."""
    try:
        marks = list(_marks_of(folder).iterdir())
    except OSError:
        return False
    used = False
    for mark in marks:
        if _is_living(mark):
            used = True
        else:
            with suppress(OSError):
                mark.unlink()
    return used


def _marks_of(folder: Path) -> Path:
    return folder.parent / MARKS / folder.name


def _is_living(mark: Path) -> bool:
    told = _NAME.fullmatch(mark.name)
    if told is None:
        return False
    pid, started, computer = int(told[1]), int(told[2]), told[3]
    if computer != _computer():
        with suppress(OSError):
            return time.time() - mark.stat().st_mtime < _ELSEWHERE_S
        return False
    now = _started_ms(pid)
    return bool(now) and abs(now - started) <= _SAME_START_MS


def _started_ms(pid: int) -> int:
    """When a process began, in ms since 1970; 0 where there is none of that number."""
    import psutil

    try:
        return int(psutil.Process(pid).create_time() * 1000)
    except psutil.Error:  # or it is another user's: then it is not ours, for a cache is one user's
        return 0


def _computer() -> str:
    return re.sub(r"[^A-Za-z0-9.]", "_", platform.node())[:60]
