"""Copies of studies of servers on this disk: how much they take, and which go first where that is too much.

They can be fetched again, and what readers decided about them lies elsewhere; so the oldest go without being asked for.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Set
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.studies.remote.use_marks import is_used
from app.support.held.doors import name_for, vault_of
from app.support.held.keys import KEY_FILE, erase_key

GONE = ".gone"  # a copy on its way out, beside the others: a rename is whole or not at all


@dataclass(frozen=True, slots=True)
class KeptStudy:
    """The copy of one study of one server. size in bytes; used_ns: when it was last fetched or opened.

    name: of its folder, the Study Instance UID or what stands for it where copies are encrypted.
    """

    name: str
    folder: Path
    files: int
    size: int
    used_ns: int


def kept_studies(cache: Path) -> tuple[KeptStudy, ...]:
    """All copies under a cache folder, the one used longest ago first."""
    found = []
    for server in _folders(cache / "remote"):
        for folder in _folders(server):
            if not folder.name.startswith("."):
                found.append(_measured(folder))
    return tuple(sorted(found, key=lambda one: (one.used_ns, one.name)))


def note_use(cache: Path, file: Path) -> None:
    """A file of this study was opened; of files that are no copies nothing is noted."""
    if cache / "remote" in file.parents:
        with suppress(OSError):
            os.utime(file.parent)


def purge(cache: Path, limit: int, spared: Set[str] = frozenset()) -> tuple[KeptStudy, ...]:
    """Take copies away, oldest use first, until all take at most `limit` bytes; tells which went.

    spared: by Study Instance UID; so are those marked as used. One that cannot be taken away stays, the next goes.
    """
    _empty_out(cache)
    kept = kept_studies(cache)
    total, gone = sum(one.size for one in kept), []
    for one in kept:
        if total <= limit:
            break
        if one.name in {name_for(one.folder.parent, uid) for uid in spared}:
            continue
        if _take_away(one.folder):
            total -= one.size
            gone.append(one)
    return tuple(gone)


def _take_away(folder: Path) -> bool:
    """Out of sight by one rename, then away. Who opens it meanwhile marks it first and looks for it then."""
    if is_used(folder):
        return False
    out = folder.parent / GONE / f"{os.getpid()}-{time.monotonic_ns()}"
    try:
        out.parent.mkdir(exist_ok=True)
        folder.rename(out)
    except OSError:  # held open by another program, as Windows does it
        return False
    if is_used(folder):
        _put_back(out, folder)
        return False
    _erase(folder, out)
    return True


def _erase(folder: Path, out: Path) -> None:
    """The key first: should the rest stay for whatever reason, nobody can read it."""
    vault = vault_of(folder / KEY_FILE)
    with suppress(OSError):
        if vault is not None:
            vault.erase(folder, out)
        else:
            erase_key(out)  # of a time when copies were encrypted
    shutil.rmtree(out, ignore_errors=True)


def _put_back(out: Path, folder: Path) -> None:
    """Marked between the look and the rename; what came there since is newer and stays."""
    with suppress(OSError):
        folder.mkdir(exist_ok=True)
        for path in out.iterdir():
            if not (folder / path.name).exists():
                path.replace(folder / path.name)
    shutil.rmtree(out, ignore_errors=True)


def _empty_out(cache: Path) -> None:
    """What a killed process had begun to take away."""
    for server in _folders(cache / "remote"):
        for out in _folders(server / GONE):
            with suppress(OSError):
                erase_key(out)
        shutil.rmtree(server / GONE, ignore_errors=True)


def _folders(folder: Path) -> list[Path]:
    try:
        return sorted(one for one in folder.iterdir() if one.is_dir() and not one.is_symlink())
    except OSError:
        return []


def _measured(folder: Path) -> KeptStudy:
    files = size = 0
    used_ns = 0
    with suppress(OSError):  # files may come and go meanwhile
        used_ns = folder.stat().st_mtime_ns
        for root, _, names in os.walk(folder):
            files += 0 if Path(root) != folder else sum(not name.startswith(".") for name in names)
            size += sum(os.stat(os.path.join(root, name)).st_size for name in names)
    return KeptStudy(folder.name, folder, files, size, used_ns)
