"""Which folders are vaults, and where their master key comes from: the keychain, a file of a key, or this session.

Without a keychain nothing is ever written plain for that: copies lie under a key in the memory of this process and are
noise after its end. Only the setting `copies_protection` = "plain" switches the protection off.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.support import keychain
from app.support.held import doors
from app.support.held.keys import KEY_BYTES, KeyPlace, Master
from app.support.held.vault import Vault
from app.support.paths import UserPaths

PLAIN = "plain"
ACCOUNT = "key of kept copies"
LARGEST_KEY_FILE = 64 * 1024
RECEIVED = "received"


@dataclass(frozen=True, slots=True)
class Root:
    """A folder of copies. depth: how many folders down each has its own key.

    can_be_fetched: from where it came. is_flat: what a unit holds are images, side by side.
    """

    folder: Path
    depth: int
    can_be_fetched: bool = True
    is_flat: bool = True


def roots(paths: UserPaths) -> tuple[Root, ...]:
    """Everything that is kept encrypted."""
    return (
        Root(paths.cache / "remote", 2),
        Root(paths.data / RECEIVED, 1, can_be_fetched=False),
        Root(paths.cache / "archives", 1, is_flat=False),
        Root(paths.cache / "volumes", 1, is_flat=False),
    )


def lay_vaults(paths: UserPaths, protection: str, key_file: str) -> None:
    """From now on all copies of this user go through their vaults. Asks no keychain yet; twice is once."""
    for root in roots(paths):
        laid = doors.vault_of(root.folder / "x")
        if protection == PLAIN:
            doors.lift(root.folder)
        elif laid is None or laid.source != key_file:
            doors.lay(Vault(root.folder, root.depth, _master_of(key_file), key_file))


def has_vaults(paths: UserPaths) -> bool:
    """Whether they were laid already."""
    return all(doors.vault_of(root.folder / "x") is not None for root in roots(paths))


def place_of_key(paths: UserPaths) -> KeyPlace:
    """Where the key is by which copies are kept now; asks the keychain."""
    vault = doors.vault_of(paths.cache / "remote" / "x")
    return KeyPlace.PLAIN if vault is None else vault.master.place


def known_place(paths: UserPaths) -> str:
    """As `place_of_key` in one word, 'unknown' where the keychain was not asked yet."""
    vault = doors.vault_of(paths.cache / "remote" / "x")
    if vault is None:
        return KeyPlace.PLAIN.value
    return _masters[vault.source].place.value if vault.source in _masters else "unknown"


def ends_with_session(folder: Path) -> bool:
    """Whether copies in a folder cannot be read after this process; true once a process, to be said."""
    vault = doors.vault_of(folder / "x")
    return vault is not None and not vault.master.lasts and vault.first_time()


_lock = threading.RLock()
_masters: dict[str, Master] = {}  # by key file, '' for the keychain: one process never uses two for one place


def _master_of(key_file: str) -> Callable[[], Master]:
    def master() -> Master:
        known = _masters.get(key_file)
        if known is not None:
            return known
        with _lock:
            if key_file not in _masters:
                found = _from_file(Path(key_file)) if key_file else _from_keychain()
                _masters[key_file] = found or Master(os.urandom(KEY_BYTES), KeyPlace.SESSION)
            return _masters[key_file]

    return master


def forget_masters() -> None:
    """As at the end of the process."""
    with _lock:
        _masters.clear()


def _from_file(file: Path) -> Master | None:
    """Any file of at least 32 bytes that nobody can guess, as `head -c 32 /dev/urandom` makes it."""
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST_KEY_FILE)
    except OSError:
        return None
    if len(content) < KEY_BYTES:
        return None
    return Master(hashlib.sha256(b"overread key file " + content).digest(), KeyPlace.KEY_FILE)


def _from_keychain() -> Master | None:
    """None where there is no keychain or it stays locked."""
    try:
        found = _decoded(keychain.look_up(ACCOUNT))
        if found is None:
            keychain.keep(ACCOUNT, base64.b64encode(os.urandom(KEY_BYTES)).decode())
            found = _decoded(keychain.look_up(ACCOUNT))  # another process may have kept its own since
    except keychain.KeychainShutError:
        return None
    return None if found is None else Master(found, KeyPlace.KEYCHAIN)


def _decoded(words: str | None) -> bytes | None:
    try:
        secret = base64.b64decode(words or "", validate=True)
    except (binascii.Error, ValueError):
        return None
    return secret if len(secret) == KEY_BYTES else None
