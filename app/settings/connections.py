"""Servers that the user named: `connections.json` in the settings folder. No password is ever part of it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from app.domain.errors import SettingRefusedError
from app.settings.connection_rules import DicomwebRules, DimseRules, Fault, name_faults
from app.support.whole_files import write_whole

FILE_NAME = "connections.json"
LARGEST_FILE = 4 * 1024 * 1024  # far more than a thousand connections need
VERSION = 1


@dataclass(frozen=True, slots=True)
class Connection:
    """One server. Opened as `dicomweb:NAME` or `dimse:NAME`.

    url, auth, user: DICOMweb only; auth is 'none', 'basic' or 'bearer', its secret lies in the system keyring.
    host to move_port: DIMSE only; retrieve is 'get' or 'move'. For C-MOVE the server sends to move_destination,
    the AE title by which it knows this computer at move_host:move_port.
    tls: DIMSE only (DICOMweb has it by `https:`). ca_file, client_cert, client_key: PEM files; '' is the system's
    trust store, or none. allow_unencrypted: let a password go to an `http:` address that is not this computer.
    connect_s and answer_s: time limits in seconds, for reaching the server and for each of its answers.
    """

    name: str
    scheme: str = "dicomweb"
    url: str = ""
    auth: str = "none"
    user: str = ""
    allow_unencrypted: bool = False
    host: str = ""
    port: int = 104
    called_aet: str = ""
    calling_aet: str = "OVERREAD"
    retrieve: str = "get"
    move_destination: str = ""
    move_host: str = "127.0.0.1"
    move_port: int = 11112
    tls: bool = False
    ca_file: str = ""
    client_cert: str = ""
    client_key: str = ""
    connect_s: float = 10.0
    answer_s: float = 60.0

    @property
    def place(self) -> str:
        """What a source is opened by."""
        return f"{self.scheme}:{self.name}"


@dataclass(frozen=True, slots=True)
class Unusable:
    """An entry that breaks a rule: skipped, named, and written back as it was found."""

    name: str
    faults: tuple[Fault, ...]
    entry: object


@dataclass(frozen=True, slots=True)
class ConnectionBook:
    """All connections of a user, in the order of the file. damaged: the file itself could not be read."""

    connections: tuple[Connection, ...] = ()
    unusable: tuple[Unusable, ...] = ()
    damaged: bool = False

    def find(self, name: str, scheme: str = "") -> Connection:
        """By name. Raises SettingRefusedError where there is none, or it breaks a rule."""
        for one in self.connections:
            if one.name == name and scheme in ("", one.scheme):
                return one
        for broken in self.unusable:
            if broken.name == name:
                key, facts = broken.faults[0]
                raise SettingRefusedError(key, **dict(facts))
        raise SettingRefusedError("error.connection.unknown", connection=name[:64])

    def with_one(self, connection: Connection) -> ConnectionBook:
        """Added, or in the place of the one of that name. Raises SettingRefusedError if it breaks a rule."""
        check(connection)
        names = [one.name for one in self.connections]
        kept = tuple(one for one in self.unusable if one.name != connection.name)
        if connection.name not in names:
            return replace(self, connections=(*self.connections, connection), unusable=kept)
        swapped = tuple(connection if one.name == connection.name else one for one in self.connections)
        return replace(self, connections=swapped, unusable=kept)

    def without(self, name: str) -> ConnectionBook:
        """Taken out. Raises SettingRefusedError where there is none of that name."""
        connections = tuple(one for one in self.connections if one.name != name)
        unusable = tuple(one for one in self.unusable if one.name != name)
        if len(connections) + len(unusable) == len(self.connections) + len(self.unusable):
            raise SettingRefusedError("error.connection.unknown", connection=name[:64])
        return replace(self, connections=connections, unusable=unusable)


def faults(connection: Connection) -> tuple[Fault, ...]:
    """Every rule that a connection breaks, as text keys with facts; () is a usable one."""
    found = list(name_faults(connection.name))
    rules = {"dicomweb": DicomwebRules, "dimse": DimseRules}.get(connection.scheme)
    if rules is None:
        facts = (("connection", connection.name), ("found", connection.scheme[:20]))
        return (*found, ("error.connection.scheme", facts))
    return (*found, *rules(connection).faults())


def check(connection: Connection) -> None:
    """Raise SettingRefusedError with the first broken rule."""
    broken = faults(connection)
    if broken:
        key, facts = broken[0]
        raise SettingRefusedError(key, **dict(facts))


def load_connections(folder: Path) -> ConnectionBook:
    """Connections of a settings folder, or of the folder of a settings file.

    No file is no connection, a damaged file is said and not thrown away.
    """
    if folder.is_file():
        folder = folder.parent
    try:
        with (folder / FILE_NAME).open("rb") as stream:
            raw = stream.read(LARGEST_FILE + 1)
        document = json.loads(raw.decode("utf-8")) if len(raw) <= LARGEST_FILE else None
    except FileNotFoundError:
        return ConnectionBook()
    except (OSError, ValueError, RecursionError):  # JSON and UTF-8 faults are ValueErrors
        return ConnectionBook(damaged=True)
    entries = document.get("connections") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        return ConnectionBook(damaged=True)
    usable: dict[str, Connection] = {}
    unusable = []
    for number, entry in enumerate(entries, start=1):
        read = _read(entry, number)
        if isinstance(read, Connection) and read.name not in usable:
            usable[read.name] = read
        elif isinstance(read, Connection):
            fault: Fault = ("error.connection.twice", (("connection", read.name),))
            unusable.append(Unusable(f"{read.name} ({number})", (fault,), entry))
        else:
            unusable.append(read)
    return ConnectionBook(tuple(usable.values()), tuple(unusable))


def save_connections(folder: Path, book: ConnectionBook) -> None:
    """Whole or not at all; entries that were skipped are written back as they were found.

    A damaged file is kept beside the new one. Raises OSError where the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / FILE_NAME
    if book.damaged and target.exists():
        os.replace(target, _free_name(folder))
    entries = [*map(_entry, book.connections), *(one.entry for one in book.unusable)]
    words = json.dumps({"version": VERSION, "connections": entries}, ensure_ascii=False, indent=1)
    write_whole(target, words + "\n")


def _free_name(folder: Path) -> Path:
    number = 1
    while (folder / f"connections.damaged-{number}.json").exists():
        number += 1
    return folder / f"connections.damaged-{number}.json"


def _entry(connection: Connection) -> dict[str, Any]:
    """Only what differs from the defaults, beside name and scheme: a file that a person can read."""
    plain = Connection(name="")
    told = {"name": connection.name, "scheme": connection.scheme}
    differing = {k: v for k, v in asdict(connection).items() if v != getattr(plain, k)}
    return {**told, **differing}


def _read(entry: object, number: int) -> Connection | Unusable:
    if not isinstance(entry, Mapping):
        fault: Fault = ("error.connection.no_entry", (("number", number),))
        return Unusable(str(number), (fault,), entry)
    name = entry.get("name")
    label = name if isinstance(name, str) and name else str(number)
    known = {field.name: type(getattr(Connection(name=""), field.name)) for field in fields(Connection)}
    values: dict[str, Any] = {}  # checked one by one here, then by the rules
    for field_name, kind in known.items():
        if field_name not in entry:
            continue
        value = entry[field_name]
        if not _fits(value, kind):
            wrong: Fault = (
                "error.connection.wrong_kind",
                (("connection", label[:64]), ("field", field_name)),
            )
            return Unusable(label, (wrong,), entry)
        values[field_name] = value
    connection = Connection(**{"name": "", **values})
    broken = faults(connection)
    return Unusable(label, broken, entry) if broken else connection


def _fits(value: object, kind: type) -> bool:
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return type(value) is kind
