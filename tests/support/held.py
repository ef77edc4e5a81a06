"""Vaults of tests: keys of their own, and what must not be found in any byte of a folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from app.settings.file import load_settings, save_settings
from app.support.held import doors
from app.support.held.keys import KeyPlace, Master
from app.support.held.laying import forget_masters
from app.support.held.vault import Vault

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "iso-8859-5", "cp1251", "koi8-r")


def master(place: KeyPlace = KeyPlace.KEY_FILE) -> Master:
    """A new one."""
    return Master(os.urandom(32), place)


@contextmanager
def vault_in(root: Path, depth: int = 2, key: Master | None = None) -> Iterator[Vault]:
    """Laid as long as the block runs."""
    held = key or master()
    vault = Vault(root, depth, lambda: held)
    doors.lay(vault)
    try:
        yield vault
    finally:
        doors.lift(root)


@contextmanager
def as_a_new_process(*roots: Path) -> Iterator[None]:
    """Keys that live in memory only are gone, and vaults are not laid."""
    for root in roots:
        doors.lift(root)
    forget_masters()
    yield


def key_file_for(settings_folder: Path) -> Path:
    """A key that lasts, named in the settings, for machines without a keychain."""
    file = settings_folder / "copies.key"
    settings_folder.mkdir(parents=True, exist_ok=True)
    file.write_bytes(os.urandom(32))
    save_settings(settings_folder, replace(load_settings(settings_folder)[0], copies_key_file=str(file)))
    return file


def put(root: Path, content: bytes, name: str = "a.dcm", study: str = "study") -> Path:
    """One kept file under root/server/study."""
    half = root / "server" / ".parts" / f"{os.getpid()}-{name}"
    half.parent.mkdir(parents=True, exist_ok=True)
    with doors.writing(half) as file:
        file.write(content)
    target = root / "server" / study / name
    doors.settle(half, target)
    return target


def spellings(words: Iterable[str]) -> dict[bytes, str]:
    """How words may stand in a file -> the words."""
    found = {}
    for one in words:
        for encoding in ENCODINGS:
            try:
                found[one.encode(encoding)] = one
            except UnicodeEncodeError:
                continue
    return found


def hits(folders: Iterable[Path], needles: dict[bytes, str]) -> list[str]:
    """Files, by path and by content, in which any of the bytes stand, with what was found."""
    found = []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            said = os.fsencode(path.relative_to(folder))
            content = said + b"\n" + (path.read_bytes() if path.is_file() else b"")
            found += [f"{path.name}: {words}" for raw, words in needles.items() if raw in content]
    return found
