"""A root under which copies lie encrypted: which key opens which file, and what the files are called.

Each folder at the vault's depth is a unit with a key of its own. A unit whose name begins with a dot holds what is not
whole yet; its key lives in the memory of this process alone.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.held import HeldFileError
from app.support.held import keys
from app.support.held.keys import KEY_BYTES, KEY_FILE, Master

if TYPE_CHECKING:
    from app.support.held.box import BoxWriter


class Vault:
    """One root. Safe to use from several threads. Its master key is asked for when it is first needed."""

    def __init__(self, root: Path, depth: int, master: Callable[[], Master], source: str = "") -> None:
        """source: tells vaults of one root but of different keys apart."""
        self.root = root
        self.source = source
        self._depth = depth
        self._master = master
        self._begin = f"{root}{os.sep}"
        self._lock = threading.RLock()
        self._keys: dict[str, tuple[tuple[int, int], bytes]] = {}  # with what tells their file from another
        self._is_told = False
        self._scratch = os.urandom(KEY_BYTES)

    def first_time(self) -> bool:
        """True once, for what is said once of a vault."""
        with self._lock:
            first, self._is_told = not self._is_told, True
            return first

    @property
    def depth(self) -> int:
        """How many folders down a unit lies."""
        return self._depth

    @property
    def master(self) -> Master:
        """The key that wraps all others."""
        return self._master()

    def unit_of(self, path: Path) -> Path:
        """The folder with the key of a file in it, or of one that will lie there."""
        return Path(self._split(path)[0])

    def _split(self, path: Path) -> tuple[str, str]:
        """Unit and name within it. With strings: pathlib takes longer than reading a header does."""
        words = str(path)
        parts = words[len(self._begin) :].split(os.sep, self._depth)
        if not words.startswith(self._begin) or len(parts) <= self._depth:
            raise ValueError("no file of this vault")
        unit = self._begin + os.sep.join(parts[: self._depth])
        return unit, parts[-1].replace(os.sep, "/")

    def name_for(self, uid: str) -> str:
        """What a folder or file of an identifier is called here."""
        return self.master.hidden(uid)

    def open(self, path: Path) -> BufferedReader:
        """To read and to seek. Raises OSError, HeldFileError."""
        from app.support.held.box import open_box

        unit, name = self._split(path)
        try:
            return open_box(path, self._key(unit), name)
        except HeldFileError as error:
            if error.key != "error.held.altered" or not self._renew(unit):
                raise
        except FileNotFoundError:
            if path.exists():  # so it is the key that is not there
                raise HeldFileError("error.held.no_key", file=path.name) from None
            raise
        return open_box(path, self._key(unit), name)

    def create(self, path: Path) -> HeldWriter:
        """A new file. Raises OSError."""
        return HeldWriter(self, path)

    def settle(self, half: Path, target: Path, *, durable: bool = False) -> None:
        """A whole file into its place and under the key of that place, in one step. Raises OSError."""
        from app.support.held.box import move_head

        (old, old_name), (new, new_name) = self._split(half), self._split(target)
        before, after = (self._key(old), old_name), (self._key_to_write(new), new_name)
        move_head(half, before, after, durable=durable)
        os.replace(half, target)

    def finish(self, box: BoxWriter, path: Path, *, durable: bool) -> None:
        """Give a new file its head. Raises OSError."""
        unit, name = self._split(path)
        box.finish(self._key_to_write(unit), name, durable=durable)

    def key_of(self, unit: Path) -> bytes:
        """Of a unit, to read with. Raises HeldFileError where there is none that we can open, OSError."""
        return self._key(str(unit))

    def key_to_write(self, unit: Path) -> bytes:
        """As `key_of`, made where there is none; a purge since then has made an earlier one worthless."""
        return self._key_to_write(str(unit))

    def _key(self, unit: str) -> bytes:
        known = self._keys.get(unit)
        if known is not None:
            return known[1]
        if self._is_scratch(unit):
            return self._scratch
        with self._lock:
            return self._read(unit)

    def _key_to_write(self, unit: str) -> bytes:
        if self._is_scratch(unit):
            return self._scratch
        with self._lock:
            known = self._keys.get(unit)
            if known is not None and known[0] == _stamp(unit):
                return known[1]
            try:
                return self._read(unit)
            except FileNotFoundError:
                Path(unit).mkdir(parents=True, exist_ok=True, mode=0o700)
            except HeldFileError:  # a key that was altered: nobody can read any more what lay under it
                keys.erase_key(Path(unit))
            keys.make_key(Path(unit), self._label(unit), self.master)
            return self._read(unit)

    def relabel(self, unit: Path, place: Path) -> None:
        """Bind a unit's key to the place that it is about to be renamed to. Raises OSError."""
        key = self.key_to_write(unit)
        with self._lock:
            self._keys.pop(str(unit), None)
            self._keys.pop(str(place), None)
        keys.wrap_key(unit, key, self._label(str(place)), self.master)

    def erase(self, unit: Path, moved_to: Path | None = None) -> None:
        """Take a unit's key away, so that nothing in it can be read again. moved_to: where it lies by now."""
        with self._lock:
            self._keys.pop(str(unit), None)
        keys.erase_key(moved_to or unit)

    def _renew(self, unit: str) -> bool:
        """Whether the unit has another key by now than the one that was remembered."""
        with self._lock:
            known = self._keys.get(unit)
            if known is None or known[0] == _stamp(unit):
                return False
            del self._keys[unit]
            return True

    def _read(self, unit: str) -> bytes:
        stamp = _stamp(unit)
        key = keys.read_key(Path(unit), self._label(unit), self.master)
        if stamp is not None:
            self._keys[unit] = (stamp, key)
        return key

    def _label(self, unit: str) -> str:
        return unit[len(self._begin) :].replace(os.sep, "/")

    def _is_scratch(self, unit: str) -> bool:
        return unit.rpartition(os.sep)[2].startswith(".")


class HeldWriter:
    """One new file of a vault: `write`, then `finish`, or `discard`."""

    def __init__(self, vault: Vault, path: Path) -> None:
        from app.support.held.box import BoxWriter

        self._vault = vault
        self._path = path
        self._box = BoxWriter(path)

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Raises OSError."""
        return self._box.write(data)

    def finish(self, *, durable: bool = False) -> None:
        """It can be read from now on. Raises OSError."""
        self._vault.finish(self._box, self._path, durable=durable)

    def discard(self) -> None:
        """Nothing stays behind; of a finished file nothing happens to what was put in its place."""
        self._box.abandon()
        with suppress(OSError):
            self._path.unlink(missing_ok=True)


def _stamp(unit: str) -> tuple[int, int] | None:
    try:
        status = os.stat(f"{unit}{os.sep}{KEY_FILE}")
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino
