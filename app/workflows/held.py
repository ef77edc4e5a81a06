"""Copies that this program keeps: laid under their keys, and what lies there from before put in order."""

from __future__ import annotations

import logging
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.context import AppContext
from app.domain.errors import OverreadError
from app.domain.volume import CancelToken, Progress
from app.jobs.job import Job, Priority
from app.settings.file import load_settings
from app.support.held import doors
from app.support.held.keys import UnitState, erase_key, state_of
from app.support.held.laying import Root, has_vaults, lay_vaults, roots
from app.support.paths import UserPaths
from app.support.private import shut

if TYPE_CHECKING:
    from app.studies.headers import ScannedInstance
    from app.studies.index import StudyIndex
    from app.support.held.vault import Vault

_log = logging.getLogger("overread.copies")
_OF_PROCESS = re.compile(r"\.?(\d+)-")


@dataclass(slots=True)
class Settled:
    """Folders of copies: encrypted now, dropped (to be fetched again), and left because they cannot be read."""

    encrypted: int = 0
    dropped: int = 0
    unreadable: int = 0


def lay_for(paths: UserPaths) -> None:
    """For commands without a context: as the settings of this user say; copies of ended processes go."""
    if not has_vaults(paths):
        settings, _ = load_settings(paths.settings)
        lay_vaults(paths, settings.copies_protection, settings.copies_key_file)
        for folder in (paths.data, paths.cache, paths.settings):
            shut(folder)
        drop_dead(paths)


def drop_dead(paths: UserPaths) -> int:
    """Take away what nobody can read any more: copies under keys of processes that ended. Asks no keychain."""
    gone = 0
    for root in roots(paths):
        for unit in _units(root):
            with suppress(OSError):
                if state_of(unit, None) is UnitState.DEAD_SESSION:
                    _drop(unit)
                    gone += 1
    return gone


def settle_copies(paths: UserPaths, index: StudyIndex) -> Settled:
    """Encrypt what lies plain, drop what cannot be read and can be fetched again; the index follows.

    With the protection switched off, encrypted copies are dropped instead. Copies in use are left as they are.
    """
    from app.studies.remote.use_marks import is_used

    done = Settled(dropped=drop_dead(paths))
    for root in roots(paths):
        vault = doors.vault_of(root.folder / "x")
        _empty_parts(root)
        for unit in _units(root):
            if is_used(unit):
                continue
            try:
                _settle(root, vault, unit, (index, done))
            except (OSError, OverreadError) as error:  # the next start tries again
                done.unreadable += 1
                _log.warning("a folder of copies could not be put in order: %s", type(error).__name__)
        index.forget_gone(root.folder)
    if done.encrypted or done.dropped:
        index.forget_traces()
        _log.info("copies put in order: %d encrypted, %d dropped", done.encrypted, done.dropped)
    return done


def start_settling(ctx: AppContext, done: Callable[[Settled], None]) -> Job:
    """As a job of the window, once it is up."""
    paths, index = ctx.paths, ctx.index

    def settle(_request: None, _progress: Progress, _cancel: CancelToken) -> Settled:
        return settle_copies(paths, index)

    return ctx.jobs.submit(settle, None, Priority.BACKGROUND, done, kind="copies")


def _settle(root: Root, vault: Vault | None, unit: Path, into: tuple[StudyIndex, Settled]) -> None:
    index, done = into
    state = state_of(unit, None)
    if vault is None:
        if state is UnitState.LOST and root.can_be_fetched:
            _drop(unit)
            done.dropped += 1
        return
    if state is UnitState.PLAIN and root.is_flat:
        done.encrypted += _encrypt(root, vault, unit, index)
        return
    if state is UnitState.PLAIN:
        if not unit.name.endswith(".part"):  # that one is being made
            _drop(unit)
            done.dropped += 1
        return
    if state_of(unit, vault.master) is not UnitState.LOST or not vault.master.lasts:
        return  # ours; or the keychain is shut today, and may be open tomorrow
    if root.can_be_fetched:
        _drop(unit)
        done.dropped += 1
    else:
        done.unreadable += 1


def _encrypt(root: Root, vault: Vault, unit: Path, index: StudyIndex) -> bool:
    """File by file, each whole in its new place before its plain one goes; what is no image goes where it may."""
    if not vault.master.lasts and not root.can_be_fetched:
        return False  # what cannot be fetched again is never put under a key that ends with this process
    used, target = unit.stat().st_mtime_ns, unit.parent / vault.name_for(unit.name)
    found = [_encrypt_file(plain, target) for plain in _plain_files(unit)]
    kept = [one for one in found if one is not None]
    if root.can_be_fetched or not _plain_files(unit):
        shutil.rmtree(unit, ignore_errors=True)
    index.forget_under(unit)
    index.add(kept)
    if kept:
        os.utime(target, ns=(used, used))
    return bool(kept)


def _encrypt_file(plain: Path, folder: Path) -> ScannedInstance | None:
    """None for what is no image, which stays as it is. Raises OSError, OverreadError."""
    from app.studies.headers import read_header

    half = folder.parent / ".parts" / f"{os.getpid()}-{plain.name}.part"
    half.parent.mkdir(exist_ok=True, mode=0o700)
    half.unlink(missing_ok=True)
    try:
        with plain.open("rb") as given, doors.writing(half) as made:
            shutil.copyfileobj(given, made, 1 << 20)
        scanned = read_header(half)
        if scanned is None:
            return None
        place = folder / f"{doors.name_for(folder, scanned.instance.sop_instance_uid)}.dcm"
        doors.settle(half, place, durable=True)
        plain.unlink()
        return replace(scanned, instance=replace(scanned.instance, path=place))
    finally:
        half.unlink(missing_ok=True)


def _plain_files(unit: Path) -> list[Path]:
    return sorted(one for one in unit.iterdir() if one.is_file() and not one.name.startswith("."))


def _drop(unit: Path) -> None:
    """The key first, so that what a failing disc may keep is noise."""
    vault = doors.vault_of(unit / "x")
    if vault is not None:
        vault.erase(unit)
    else:
        erase_key(unit)
    shutil.rmtree(unit, ignore_errors=True)


def _units(root: Root) -> Iterator[Path]:
    folders = [root.folder]
    for _ in range(root.depth):
        folders = [one for folder in folders for one in _folders(folder)]
    return iter(folders)


def _folders(folder: Path) -> list[Path]:
    try:
        inside = sorted(folder.iterdir())
    except OSError:
        return []
    return [one for one in inside if not one.name.startswith(".") and one.is_dir() and not one.is_symlink()]


def _empty_parts(root: Root) -> None:
    """Halves of processes that ended, and single frames as they were kept before."""
    import psutil

    above = [root.folder] if root.depth == 1 else _folders(root.folder)
    for folder in above:
        shutil.rmtree(folder / ".frames", ignore_errors=True)
        for half in (folder / ".parts").glob("*"):
            told = _OF_PROCESS.match(half.name)
            if told is None or not psutil.pid_exists(int(told[1])):
                with suppress(OSError):
                    half.unlink()
