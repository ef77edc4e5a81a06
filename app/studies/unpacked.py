"""The cache of things made from a file: each whole or not at all, found again while the file is the same."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from app.domain.errors import StudyUnreadableError
from app.support.held.doors import name_for, relabel, vault_of
from app.support.held.keys import erase_key

KEPT_BYTES = 20 * 1024**3  # of one kind; the longest unused goes first (ours)
KEPT_S = 24 * 3600.0  # what was used within a day may be on a screen and stays
LAYOUT = "2\0"  # raise it when what is made looks otherwise: what was made before is not found then
STALE_S = 3600.0  # a half-made folder this old belongs to a process that died
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def made_from(
    file: Path, cache: Path, kind: str, make: Callable[[Path], None], beside: Sequence[Path] = ()
) -> Path:
    """The folder that `make` filled from this very file (and those beside it), made now or earlier.

    `make` gets an empty folder; if it raises, nothing is left of it. Raises StudyUnreadableError where the disk is full
    or the cache cannot be written, and what `make` raises.
    """
    whole = cache / kind / name_for(cache / kind, _digest((file, *beside)))
    if whole.is_dir() and _is_readable(whole):
        os.utime(whole)
        return whole
    half = whole.with_name(f"{whole.name}.{uuid.uuid4().hex}.part")
    try:
        half.mkdir(parents=True, mode=0o700)  # it may hold what was under a password
        _make_room(cache / kind)
        make(half)
        relabel(half, whole)
        _rename(half, whole)
    except OSError as error:
        if error.errno in _FULL:
            raise StudyUnreadableError("error.source.disk_full", file=file.name, folder=str(cache)) from error
        reason = error.strerror or type(error).__name__
        raise StudyUnreadableError("error.source.cache", file=file.name, reason=reason) from error
    finally:
        shutil.rmtree(half, ignore_errors=True)
    return whole


def _is_readable(whole: Path) -> bool:
    """Whether its key can be had; what nobody can read any more is made anew."""
    vault = vault_of(whole / "x")
    try:
        if vault is not None:
            vault.key_of(whole)
    except OSError:
        _take_away(whole)
        return False
    return True


def _take_away(folder: Path) -> None:
    """The key of encrypted copies first."""
    with suppress(OSError):
        erase_key(folder)
    shutil.rmtree(folder, ignore_errors=True)


def _rename(half: Path, whole: Path) -> None:
    try:
        os.rename(half, whole)
    except OSError:
        if not whole.is_dir():  # else another process was first, and its folder is as good
            raise


def _digest(files: Sequence[Path]) -> str:
    """Names files by path, time and size: reading gigabytes to hash them would take as long as unpacking."""
    told = LAYOUT
    for file in files:
        status = file.stat()
        told += f"{file.resolve()}\0{status.st_mtime_ns}\0{status.st_size}\0"
    return hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _make_room(folder: Path) -> None:
    """Take away what is half-made and old, then the longest unused until the rest is within the limit."""
    now, kept = time.time(), []
    for one in folder.iterdir():
        used = one.stat().st_mtime
        if one.name.endswith(".part"):
            if now - used > STALE_S:
                _take_away(one)
            continue
        kept.append((used, _size(one), one))
    total = sum(size for _, size, _ in kept)
    for used, size, one in sorted(kept):
        if total <= KEPT_BYTES or now - used < KEPT_S:
            return
        _take_away(one)
        total -= size


def _size(folder: Path) -> int:
    return sum(Path(root, name).lstat().st_size for root, _, names in os.walk(folder) for name in names)
