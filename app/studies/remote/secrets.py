"""Passwords and tokens of connections, in the system's keyring; for this run only where there is none.

Nothing here writes a secret to a file, and no exception, repr or log of ours carries one.
"""

from __future__ import annotations

import importlib
import threading
from enum import Enum
from typing import Protocol

from app.settings.connections import Connection

SERVICE = "overread"
RECOMMENDED = 1  # priority from which the keyring library recommends a backend
FOREIGN_FAILURES = (
    ("secretstorage.exceptions", "SecretStorageException"),
    ("jeepney.wrappers", "DBusErrorResponse"),
    ("win32ctypes.pywin32.pywintypes", "error"),
)


class Kept(Enum):
    """Where a secret went; the text key `secret.<value>` says so to the reader."""

    KEYRING = "keyring"
    THIS_RUN = "this_run"


class _Memory:
    """Secrets of this run by account. Its repr shows none."""

    def __init__(self) -> None:
        self._held: dict[str, str] = {}
        self._lock = threading.Lock()

    def get(self, account: str) -> str | None:
        with self._lock:
            return self._held.get(account)

    def put(self, account: str, secret: str) -> None:
        with self._lock:
            self._held[account] = secret

    def forget(self, account: str) -> None:
        with self._lock:
            self._held.pop(account, None)


_memory = _Memory()  # the one keyring of a process that has none; it must outlive every source


def get_secret(connection: Connection) -> str | None:
    """The password or token, or None where none is known.

    A secret of this run goes before the keyring's.
    """
    account = account_of(connection)
    held = _memory.get(account)
    if held is not None:
        return held
    return _from_keyring(account)


def put_secret(connection: Connection, secret: str) -> Kept:
    """Keep it in the keyring, or for this run where that is not possible; tells which."""
    account = account_of(connection)
    if _to_keyring(account, secret):
        _memory.forget(account)
        return Kept.KEYRING
    _memory.put(account, secret)
    return Kept.THIS_RUN


def hold_secret(connection: Connection, secret: str) -> Kept:
    """Keep it for this run only, whatever keyring there is."""
    _memory.put(account_of(connection), secret)
    return Kept.THIS_RUN


def forget_secret(connection: Connection) -> None:
    """Take it out of the keyring and out of memory; nothing there is fine."""
    account = account_of(connection)
    _memory.forget(account)
    keyring, failures = _keyring()
    if keyring is None:
        return
    try:
        keyring.delete_password(SERVICE, account)
    except failures:  # none there, or the keyring is locked: nothing of ours is left in memory either way
        return


def account_of(connection: Connection) -> str:
    """Name in the keyring. Address and user are part of it: a secret never goes to a server it was not given for."""
    end = connection.url if connection.scheme == "dicomweb" else f"{connection.host}:{connection.port}"
    return f"{connection.scheme}:{connection.name}:{connection.auth}:{connection.user}@{end}"


def has_keyring() -> bool:
    """Whether this system has a keyring that keeps secrets safely."""
    return _keyring()[0] is not None


def _from_keyring(account: str) -> str | None:
    keyring, failures = _keyring()
    if keyring is None:
        return None
    try:
        found = keyring.get_password(SERVICE, account)
    except failures:
        return None
    return found if isinstance(found, str) and found else None


def _to_keyring(account: str, secret: str) -> bool:
    keyring, failures = _keyring()
    if keyring is None:
        return False
    try:
        keyring.set_password(SERVICE, account, secret)
    except failures:
        return False
    return True


class _Backend(Protocol):
    """What we ask of a keyring."""

    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...
    def delete_password(self, service: str, username: str) -> None: ...


def _keyring() -> tuple[_Backend | None, tuple[type[Exception], ...]]:
    """The system's keyring, and what its calls may raise; one that keeps plain text or nothing counts as none."""
    import keyring

    failures = _failures()
    try:
        backend = keyring.get_keyring()
        is_safe = backend.priority >= RECOMMENDED
    except failures:
        return None, failures
    return (backend if is_safe else None), failures


def _failures() -> tuple[type[Exception], ...]:
    """Errors of the library, and those of the systems below it that some of its backends let through."""
    from keyring.errors import KeyringError

    found: list[type[Exception]] = [KeyringError, OSError, RuntimeError]
    for module, name in FOREIGN_FAILURES:
        try:
            found.append(getattr(importlib.import_module(module), name))
        except (ImportError, AttributeError):
            continue  # not this system's keyring
    return tuple(found)
