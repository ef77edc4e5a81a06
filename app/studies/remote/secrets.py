"""Passwords and tokens of connections, in the system's keyring; for this run only where there is none.

Nothing here writes a secret to a file, and no exception, repr or log of ours carries one.
"""

from __future__ import annotations

import threading
from enum import Enum

from app.settings.connections import Connection
from app.support import keychain


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
    return keychain.kept(account)


def put_secret(connection: Connection, secret: str) -> Kept:
    """Keep it in the keyring, or for this run where that is not possible; tells which."""
    account = account_of(connection)
    if keychain.keep(account, secret):
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
    keychain.forget(account)


def account_of(connection: Connection) -> str:
    """Name in the keyring. Address and user are part of it: a secret never goes to a server it was not given for."""
    end = connection.url if connection.scheme == "dicomweb" else f"{connection.host}:{connection.port}"
    return f"{connection.scheme}:{connection.name}:{connection.auth}:{connection.user}@{end}"


def has_keyring() -> bool:
    """Whether this system has a keyring that keeps secrets safely."""
    return keychain.is_there()
