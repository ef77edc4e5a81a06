"""The one way to files that may be kept encrypted: whoever reads or writes them need not know whether they are.

Which roots are vaults is a fact of the process, told once by whoever starts it (`app.workflows.held`). Where a file
lies decides, never what its bytes look like: a plain file put among encrypted ones is refused, not read.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import Protocol

from app.support.held.vault import Vault

_AT_ONCE = 1024 * 1024
_vaults: dict[str, Vault] = {}  # by root, with a separator at its end


class Writer(Protocol):
    """A new file: `write`, then `finish`, or `discard`."""

    def write(self, data: bytes | bytearray | memoryview, /) -> int:
        """Append. Raises OSError."""
        ...

    def finish(self, *, durable: bool = False) -> None:
        """Whole; durable: and on the disk. Raises OSError."""
        ...

    def discard(self) -> None:
        """Nothing stays behind."""
        ...


def lay(vault: Vault) -> None:
    """From now on what lies under its root is its own."""
    _vaults[f"{vault.root}{os.sep}"] = vault


def lift(root: Path) -> None:
    """What lies under a root is plain."""
    _vaults.pop(f"{root}{os.sep}", None)


def vaults() -> tuple[Vault, ...]:
    """All of this process."""
    return tuple(_vaults.values())


def vault_of(path: Path) -> Vault | None:
    """The vault that a file lies in, or None."""
    words = str(path)
    for root, vault in tuple(_vaults.items()):
        if words.startswith(root):
            return vault
    return None


def open_file(path: Path) -> BufferedReader:
    """To read and to seek. Raises OSError, of which HeldFileError is one."""
    vault = vault_of(path)
    return path.open("rb") if vault is None else vault.open(path)


def read_whole(path: Path) -> bytes:
    """Everything in it. Raises OSError, of which HeldFileError is one."""
    with open_file(path) as file:
        return file.read()


def size_of(path: Path) -> int:
    """Bytes within. Raises OSError."""
    return size_within(path, path.stat().st_size)


def size_within(path: Path, on_disk: int) -> int:
    """Bytes within a file that takes so many on the disk, for whoever has asked the system already."""
    if vault_of(path) is None:
        return on_disk
    from app.support.held.box import inner_size

    return inner_size(on_disk)


def is_same(one: Path, other: Path) -> bool:
    """Whether two files hold the same bytes. Raises OSError, of which HeldFileError is one."""
    if size_of(one) != size_of(other):
        return False
    with open_file(one) as first, open_file(other) as second:
        while block := first.read(_AT_ONCE):
            if block != second.read(_AT_ONCE):
                return False
    return True


def create_file(path: Path) -> Writer:
    """A file that is not there yet, for its owner alone. Raises OSError."""
    vault = vault_of(path)
    return _Plain(path) if vault is None else vault.create(path)


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """A new file that is finished where the block ends well, and gone where it does not. Raises OSError."""
    writer = create_file(path)
    try:
        yield writer
        writer.finish()
    except BaseException:
        writer.discard()
        raise


def settle(half: Path, target: Path, *, durable: bool = False) -> None:
    """A finished file into its place, whole or not at all; both on one disk and under one root. Raises OSError."""
    vault = vault_of(target)
    if vault is None:
        os.replace(half, target)
    else:
        vault.settle(half, target, durable=durable)


def relabel(folder: Path, place: Path) -> None:
    """Before a folder of copies with a key of its own is renamed: bind that key to its place to be. Raises OSError."""
    vault = vault_of(folder / "x")
    if vault is not None:
        vault.relabel(folder, place)


def name_for(folder: Path, uid: str) -> str:
    """What the folder or file of an identifier is called in a folder: an identifier tells of its patient too."""
    vault = vault_of(folder / "x")
    return uid if vault is None else vault.name_for(uid)


def is_held(path: Path) -> bool:
    """Whether other programs, and processes of ours without the key, cannot read it."""
    return vault_of(path) is not None


class _Plain:
    """A writer without a key."""

    def __init__(self, path: Path) -> None:
        self._path = path
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        self._file = os.fdopen(descriptor, "wb")

    def write(self, data: bytes | bytearray | memoryview, /) -> int:
        return self._file.write(data)

    def finish(self, *, durable: bool = False) -> None:
        self._file.flush()
        if durable:
            os.fsync(self._file.fileno())
        self._file.close()

    def discard(self) -> None:
        with suppress(OSError):
            self._file.close()
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
