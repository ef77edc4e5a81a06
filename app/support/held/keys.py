"""The master key, and the file beside a study's copies that holds their own key, wrapped by it.

    0   8   OVRKEYS1
    8   8   which master key
    16  1   D: of a key that lasts; S: of a key in the memory of one process
    17  4   that process's number (little-endian), 8 its start in ms; 0 where the key lasts
    29  12  nonce
    41  48  AES-256-GCM of the 32 bytes, bound to all before and to the folder's name under its root

Without this file what lies beside it is noise: to take it away is to erase (crypto-erase).
"""

from __future__ import annotations

import hmac
import os
import struct
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from app.domain.held import HeldFileError
from app.support.processes import is_running, started_ms

KEY_FILE = ".key"
KEY_BYTES = 32
_MAGIC = b"OVRKEYS1"
_FRONT = struct.Struct("<8s8scIQ")
_NONCE = 12
_WHOLE = _FRONT.size + _NONCE + KEY_BYTES + 16


class KeyPlace(Enum):
    """Where the master key lives; the text keys `held.place.<value>` say so."""

    KEYCHAIN = "keychain"
    KEY_FILE = "key_file"
    SESSION = "session"
    PLAIN = "plain"  # there is none: the reader has switched the protection off


@dataclass(frozen=True, slots=True)
class Master:
    """32 bytes that wrap every other key."""

    secret: bytes = field(repr=False)
    place: KeyPlace

    @property
    def name(self) -> bytes:
        """Tells master keys apart and says nothing of them."""
        return self.derived(b"which")[:8]

    @property
    def lasts(self) -> bool:
        """Whether another process, or the next one, can have it too."""
        return self.place is not KeyPlace.SESSION

    def derived(self, purpose: bytes) -> bytes:
        """A key for one purpose."""
        return hmac.digest(self.secret, b"overread held " + purpose, "sha256")

    def hidden(self, words: str) -> str:
        """A name for an identifier, which tells nobody the identifier."""
        return hmac.digest(self.derived(b"names"), words.encode(), "sha256").hex()[:40]


class UnitState(Enum):
    """What a folder of copies is to this process."""

    OURS = "ours"
    PLAIN = "plain"  # without a key: written before there was protection, or with it switched off
    OTHER_SESSION = "other_session"  # of a process that runs
    DEAD_SESSION = "dead_session"  # its key is gone for good
    LOST = "lost"  # under a key that lasts, which is not the one we have


def read_key(folder: Path, label: str, master: Master) -> bytes:
    """The folder's key. Raises FileNotFoundError, OSError, HeldFileError where it is not ours or was altered."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    whole = _read(folder)
    front, nonce = whole[: _FRONT.size], whole[_FRONT.size : _FRONT.size + _NONCE]
    if len(whole) != _WHOLE or _FRONT.unpack(front)[1] != master.name:
        raise HeldFileError("error.held.no_key", file=folder.name)
    try:
        wrapped = whole[_FRONT.size + _NONCE :]
        return AESGCM(master.derived(b"wrap")).decrypt(nonce, wrapped, front + label.encode())
    except InvalidTag:
        raise HeldFileError("error.held.no_key", file=folder.name) from None


def make_key(folder: Path, label: str, master: Master) -> bytes:
    """Draw a key and keep it wrapped; another process that was first has made the one that counts. Raises OSError."""
    draft = _wrapped(folder, os.urandom(KEY_BYTES), label, master)
    try:
        os.link(draft, folder / KEY_FILE)  # unlike a rename it does not write over
    except FileExistsError:
        pass
    except OSError:  # a disk without hard links
        if not (folder / KEY_FILE).exists():
            os.replace(draft, folder / KEY_FILE)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    return read_key(folder, label, master)


def wrap_key(folder: Path, key: bytes, label: str, master: Master) -> None:
    """Put a folder's key, wrapped for a label, in the place of what is there. Raises OSError."""
    os.replace(_wrapped(folder, key, label, master), folder / KEY_FILE)


def _wrapped(folder: Path, key: bytes, label: str, master: Master) -> Path:
    """A file beside the one that counts."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(_NONCE)
    pid, started = (0, 0) if master.lasts else (os.getpid(), started_ms(os.getpid()))
    front = _FRONT.pack(_MAGIC, master.name, b"D" if master.lasts else b"S", pid, started)
    whole = front + nonce + AESGCM(master.derived(b"wrap")).encrypt(nonce, key, front + label.encode())
    draft = folder / f"{KEY_FILE}.{os.getpid()}-{nonce.hex()}.part"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(draft, flags, 0o600), "wb") as file:
        file.write(whole)
        file.flush()
        os.fsync(file.fileno())
    return draft


def erase_key(folder: Path) -> None:
    """Overwrite and take away; from then on nothing in the folder can be read by anybody. Raises OSError."""
    file = folder / KEY_FILE
    try:
        with file.open("r+b") as opened:
            opened.write(os.urandom(_WHOLE))
            opened.flush()
            os.fsync(opened.fileno())
    except FileNotFoundError:
        return
    file.unlink(missing_ok=True)


def state_of(folder: Path, master: Master | None) -> UnitState:
    """What this process can do with a folder of copies. master: None where it was not needed yet. Raises OSError."""
    try:
        whole = _read(folder)
    except FileNotFoundError:
        return UnitState.PLAIN
    if len(whole) != _WHOLE or not whole.startswith(_MAGIC):
        return UnitState.LOST
    _, name, kind, pid, started = _FRONT.unpack(whole[: _FRONT.size])
    if master is not None and name == master.name:
        return UnitState.OURS
    if kind == b"S":
        return UnitState.OTHER_SESSION if is_running(pid, started) else UnitState.DEAD_SESSION
    return UnitState.LOST


def _read(folder: Path) -> bytes:
    with (folder / KEY_FILE).open("rb") as file:
        return file.read(_WHOLE + 1)
