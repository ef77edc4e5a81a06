"""The SQLite file below the journal: its tables, how it is opened, how older files are brought up.

One file, rollback journal and synchronous=EXTRA: a committed entry survives a kill and a power cut, the file can be
copied whole at any time, and it also works on a network folder (WAL does neither). A commit costs some milliseconds,
which is nothing against a reader's key press.
"""

from __future__ import annotations

import os
import sqlite3
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.pool import QueuePool

from app.domain.errors import JournalError

BUSY_TIMEOUT_S = 15.0
WRITE = {"write": True}


class Table(DeclarativeBase):
    """Base of the journal's tables."""


class EntryRow(Table):
    """One event. Triggers refuse every change; the chain finds what triggers cannot stop."""

    __tablename__ = "entries"

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    study_instance_uid: Mapped[str] = mapped_column(index=True)
    event_type: Mapped[str] = mapped_column(index=True)
    payload: Mapped[str]
    reader: Mapped[str]
    at: Mapped[str]
    previous: Mapped[str]
    sha256: Mapped[str] = mapped_column(unique=True)


class FactRow(Table):
    """What holds for the whole file: `schema_version` and `journal_id`."""

    __tablename__ = "journal_facts"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


def open_engine(file: Path, *, read_only: bool = False) -> Engine:
    """An engine on the file; nothing is created or changed before the first connection."""

    def connect() -> sqlite3.Connection:
        mode = "ro" if read_only else "rwc"
        uri = f"{file.absolute().as_uri()}?mode={mode}"
        return sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_S, check_same_thread=False)

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool, pool_size=2, max_overflow=8)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _: object) -> None:  # Any: the driver's connection
        connection.isolation_level = None
        if not read_only:
            connection.execute("PRAGMA journal_mode=DELETE")
            connection.execute("PRAGMA synchronous=EXTRA")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def prepare(engine: Engine, before_change: Callable[[], None] = lambda: None) -> None:
    """Create the tables, or bring an older file up one step after another, in one transaction.

    before_change is called where the file is about to be changed: a seal of the older file is worth nothing then.
    """
    with engine.connect() as connection:
        if _version(connection) == len(_STEPS):
            return
    with engine.connect() as plain:
        connection = plain.execution_options(**WRITE)
        with connection.begin():
            version = _version(connection)
            if version > len(_STEPS):
                raise JournalError("error.journal.newer", version=version, known=len(_STEPS))
            before_change()
            for step in _STEPS[version:]:
                step(connection)
            reached = "UPDATE journal_facts SET value = ? WHERE name = 'schema_version'"
            connection.exec_driver_sql(reached, (str(len(_STEPS)),))


def journal_id(connection: Connection) -> str:
    """The random name that the first entry's chain starts from; empty if the file has none."""
    row = connection.exec_driver_sql("SELECT value FROM journal_facts WHERE name='journal_id'").one_or_none()
    return str(row[0]) if row else ""


def schema_version(connection: Connection) -> int:
    """The version that the file says it has; 0 for a file without tables."""
    return _version(connection)


def is_blank(connection: Connection) -> bool:
    """Whether the file has no table at all."""
    return connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar() == 0


def refusal(error: DBAPIError, file: Path) -> JournalError:
    """The plain error for what SQLite reported."""
    name = str(getattr(error.orig, "sqlite_errorname", "") or "")
    for start, key in _REFUSALS:
        if name.startswith(start):
            return JournalError(key, file=file.name, folder=str(file.parent))
    return JournalError(
        "error.journal.cannot_write", file=file.name, folder=str(file.parent), reason=str(error.orig)
    )


def writable(file: Path) -> bool:
    """Whether the file may be changed (a killed writer leaves a rollback that a reader has to play back)."""
    return os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)


_REFUSALS: Sequence[tuple[str, str]] = (
    ("SQLITE_FULL", "error.journal.disk_full"),
    ("SQLITE_READONLY", "error.journal.read_only"),
    ("SQLITE_BUSY", "error.journal.busy"),
    ("SQLITE_LOCKED", "error.journal.busy"),
    ("SQLITE_CORRUPT", "error.journal.damaged"),
    ("SQLITE_NOTADB", "error.journal.damaged"),
    ("SQLITE_CANTOPEN", "error.journal.cannot_open"),
)


def _version(connection: Connection) -> int:
    found = connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name='journal_facts'").one_or_none()
    if found is None:
        return 0
    row = connection.exec_driver_sql(
        "SELECT value FROM journal_facts WHERE name='schema_version'"
    ).one_or_none()
    return int(row[0]) if row and str(row[0]).isdigit() else 0


def _first_tables(connection: Connection) -> None:
    """Version 1, written out: a step never follows what the models have become since."""
    connection.exec_driver_sql(
        "CREATE TABLE entries (sequence INTEGER NOT NULL, study_instance_uid VARCHAR NOT NULL, "
        "event_type VARCHAR NOT NULL, payload VARCHAR NOT NULL, reader VARCHAR NOT NULL, at VARCHAR NOT NULL, "
        "previous VARCHAR NOT NULL, sha256 VARCHAR NOT NULL, PRIMARY KEY (sequence), UNIQUE (sha256))"
    )
    connection.exec_driver_sql("CREATE INDEX ix_entries_study_instance_uid ON entries (study_instance_uid)")
    connection.exec_driver_sql(
        "CREATE TABLE journal_facts (name VARCHAR NOT NULL, value VARCHAR NOT NULL, PRIMARY KEY (name))"
    )
    for table in ("entries", "journal_facts"):
        for change in ("UPDATE", "DELETE"):
            allowed = (
                "WHEN OLD.name <> 'schema_version'" if (table, change) == ("journal_facts", "UPDATE") else ""
            )
            connection.exec_driver_sql(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} {allowed} "
                "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
            )
    connection.exec_driver_sql("INSERT INTO journal_facts VALUES ('schema_version', '0')")
    connection.exec_driver_sql("INSERT INTO journal_facts VALUES ('journal_id', ?)", (uuid.uuid4().hex,))


def _find_by_type(connection: Connection) -> None:
    """Version 2: what readers silenced, roles and training cases are looked up by kind over all studies."""
    connection.exec_driver_sql("CREATE INDEX ix_entries_event_type ON entries (event_type)")


_STEPS: tuple[Callable[[Connection], None], ...] = (_first_tables, _find_by_type)
CURRENT_VERSION = len(_STEPS)
