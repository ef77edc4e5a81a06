"""The system's own store of secrets: what is kept there is encrypted by the system, under the user's login."""

from __future__ import annotations

import importlib
from typing import Protocol

SERVICE = "overread"
RECOMMENDED = 1  # priority from which the keyring library recommends a backend
FOREIGN_FAILURES = (
    ("secretstorage.exceptions", "SecretStorageException"),
    ("jeepney.wrappers", "DBusErrorResponse"),
    ("win32ctypes.pywin32.pywintypes", "error"),
)


class KeychainShutError(Exception):
    """There is none, or it is locked and stays so."""


def is_there() -> bool:
    """Whether this system has one that keeps secrets safely."""
    return _keyring()[0] is not None


def kept(account: str) -> str | None:
    """What is kept under a name; None also where the keychain is shut."""
    try:
        return look_up(account)
    except KeychainShutError:
        return None


def look_up(account: str) -> str | None:
    """What is kept under a name, None where nothing is. Raises KeychainShutError."""
    keyring, failures = _keyring()
    if keyring is None:
        raise KeychainShutError
    try:
        found = keyring.get_password(SERVICE, account)
    except failures as error:
        raise KeychainShutError from error
    return found if isinstance(found, str) and found else None


def keep(account: str, secret: str) -> bool:
    """Keep it; tells whether that was possible."""
    keyring, failures = _keyring()
    if keyring is None:
        return False
    try:
        keyring.set_password(SERVICE, account, secret)
    except failures:
        return False
    return True


def forget(account: str) -> None:
    """Take it out; nothing there is fine."""
    keyring, failures = _keyring()
    if keyring is None:
        return
    try:
        keyring.delete_password(SERVICE, account)
    except failures:  # none there, or it is locked
        return


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
