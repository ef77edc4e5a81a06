"""A keychain that lives as long as a test."""

from __future__ import annotations

import keyring.errors
from keyring.backend import KeyringBackend


class Drawer(KeyringBackend):
    """Keeps what it is given; locked, it gives and takes nothing."""

    priority = 5

    def __init__(self, *, locked: bool = False) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # the library has no types here
        self.held: dict[tuple[str, str], str] = {}
        self.locked = locked

    def get_password(self, service: str, username: str) -> str | None:
        self._open()
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._open()
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._open()
        if self.held.pop((service, username), None) is None:
            raise keyring.errors.PasswordDeleteError

    def _open(self) -> None:
        if self.locked:
            raise keyring.errors.KeyringLocked
