"""ZIP archives, plain or under a password (ZipCrypto and AES), unpacked within bounds."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Protocol

from app.domain.errors import StudyUnreadableError
from app.studies.archive_limits import MEMBERS, Budget
from app.support.held.doors import writing

CHUNK = 1024 * 1024
TRIES = 3
_ENCODINGS = ("utf-8", "cp437", "cp1251", "cp866")  # programs differ in how they write down a password
_ENCRYPTED = 0x1
_TAIL = 65_557  # end record with the longest comment
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, LookupError)
AskPassword = Callable[[], str | None]


class _Zip(Protocol):
    """What `zipfile` and its fork with AES share."""

    def infolist(self) -> list[Any]: ...  # entries of either library; only common fields are read

    def open(self, name: Any, mode: Any = "r", pwd: bytes | None = None) -> IO[bytes]: ...


def unzip(archive: Path, budget: Budget, ask: AskPassword) -> None:
    """Write every member under the budget's folder. Raises StudyUnreadableError, OSError, Cancelled."""
    _check_directory(archive)
    try:
        with zipfile.ZipFile(archive) as plain:
            members = plain.infolist()
            is_locked = any(member.flag_bits & _ENCRYPTED for member in members)
            if not is_locked:
                _write_all(plain, budget, None)
                return
    except (*_BROKEN, NotImplementedError) as error:
        raise StudyUnreadableError("error.source.damaged_archive", file=archive.name) from error
    import pyzipper

    with pyzipper.AESZipFile(archive) as locked:
        _write_all(locked, budget, _password(locked, archive, ask))


def _write_all(opened: _Zip, budget: Budget, password: bytes | None) -> None:
    members = opened.infolist()
    budget.expect(sum(member.file_size for member in members))
    for member in members:
        budget.begin()
        if member.filename.endswith(("/", "\\")):
            continue
        kind = stat.S_IFMT(member.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            budget.refuse(member.filename, "error.source.link_member")
            continue
        place = budget.place(member.filename)
        if place is not None:
            _write(opened, member, place, budget, password)


def _write(opened: _Zip, member: Any, place: Path, budget: Budget, password: bytes | None) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        with opened.open(member, pwd=password) as packed, writing(place) as file:
            while block := packed.read(CHUNK):
                budget.take(len(block))
                file.write(block)
    except NotImplementedError:
        place.unlink(missing_ok=True)
        budget.refuse(member.filename, "error.source.unknown_method")
    except _BROKEN:
        place.unlink(missing_ok=True)
        budget.refuse(member.filename, "error.source.damaged_member")


def _password(opened: _Zip, archive: Path, ask: AskPassword) -> bytes:
    """Ask until the smallest locked member opens. Raises StudyUnreadableError if nobody knows, or none is right."""
    locked = [member for member in opened.infolist() if member.flag_bits & _ENCRYPTED]
    smallest = min(locked, key=lambda member: (member.file_size == 0, member.file_size))
    for _ in range(TRIES):
        given = ask()
        if given is None:
            raise StudyUnreadableError("error.source.locked", file=archive.name)
        found = next((raw for raw in _spellings(given) if _opens(opened, smallest, raw)), None)
        if found is not None:
            return found
    raise StudyUnreadableError("error.source.wrong_password", file=archive.name)


def _opens(opened: _Zip, member: Any, password: bytes) -> bool:
    """Reads the member through: one in 256 wrong passwords passes ZipCrypto's own check, its checksum tells."""
    try:
        with opened.open(member, pwd=password) as packed:
            while packed.read(CHUNK):
                pass
    except NotImplementedError:
        return True  # the method is unknown, whatever the password; writing says so of each member
    except _BROKEN:
        return False
    return True


def _spellings(password: str) -> list[bytes]:
    found = []
    for encoding in _ENCODINGS:
        try:
            found.append(password.encode(encoding))
        except UnicodeEncodeError:
            continue
    return list(dict.fromkeys(found))


def _check_directory(archive: Path) -> None:
    """Refuse a central directory too large to be honest before it is read into memory (APPNOTE 4.3.16)."""
    with archive.open("rb") as file:
        end = file.seek(0, 2)
        file.seek(max(0, end - _TAIL))
        tail = file.read(_TAIL)
        at = tail.rfind(b"PK\x05\x06")
        size = int.from_bytes(tail[at + 12 : at + 16], "little") if at >= 0 else 0
        if size == 0xFFFFFFFF and at >= 20:
            file.seek(min(int.from_bytes(tail[at - 12 : at - 4], "little"), end))
            size = int.from_bytes(file.read(56)[40:48], "little")
    if size > MEMBERS * 512:  # 46 bytes and a name each
        raise StudyUnreadableError("error.source.too_many_members", file=archive.name, limit=MEMBERS)
