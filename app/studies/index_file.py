"""The file below the index, which never stands in the way of reading: it holds nothing that a scan does not find again.

A damaged file, or one of another program, is made anew. Where none can be written (a full disk, a folder that is not
ours) the list lives in memory until the program ends, with what the file still told. Either is said.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Engine, Table, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from app.domain.errors import OverreadError, StudyUnreadableError

Answer = TypeVar("Answer")
BUSY_TIMEOUT_S = 30.0
_USELESS = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_ERROR")  # the last: other tables than ours


class IndexFile:
    """An engine on a file, or in memory. Safe to use from several threads."""

    def __init__(self, file: Path | None, table: Table, told: Callable[[OverreadError], None]) -> None:
        """Open or make the file; `told` hears, on any thread, where the list is not kept as it should be."""
        self._file = file
        self._table = table
        self._told = told
        self._lock = (
            threading.RLock()
        )  # SQLite has one writer; waiting here is shorter than its busy time-out
        self.is_other = False  # the rows are not, or not all, those of before
        self._engine = _in_memory() if file is None else _on_disk(file)
        self.run(table.metadata.create_all)

    def run(self, work: Callable[[Engine], Answer]) -> Answer:
        """Do something with the engine; once more with another one where this one fails."""
        with self._lock:
            try:
                return work(self._engine)
            except (DBAPIError, OSError) as error:
                if self._file is None:
                    raise
                self._replace(self._file, error)
                return work(self._engine)

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def _replace(self, file: Path, error: DBAPIError | OSError) -> None:
        self._engine.dispose()
        self.is_other = True
        name = str(getattr(getattr(error, "orig", error), "sqlite_errorname", ""))
        if name.startswith(_USELESS) and self._made_anew(file):
            self._told(StudyUnreadableError("error.index.made_anew", file=file.name))
            return
        self._file = None
        self._engine = _in_memory()
        self._table.metadata.create_all(self._engine)
        _copy_rows(file, self._table, self._engine)
        reason = error.strerror if isinstance(error, OSError) else str(error.orig)
        facts = {"file": file.name, "folder": str(file.parent), "reason": reason}
        self._told(StudyUnreadableError("error.index.not_kept", **facts))

    def _made_anew(self, file: Path) -> bool:
        try:
            for ending in ("", "-wal", "-shm", "-journal"):
                file.with_name(file.name + ending).unlink(missing_ok=True)
            self._engine = _on_disk(file)
            self._table.metadata.create_all(self._engine)
        except (DBAPIError, OSError):
            self._engine.dispose()
            return False
        return True


def _in_memory() -> Engine:
    return create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})


def _on_disk(file: Path) -> Engine:
    """Nothing is opened before the first connection."""
    engine = create_engine(
        URL.create("sqlite", database=os.fspath(file)), connect_args={"timeout": BUSY_TIMEOUT_S}
    )

    @event.listens_for(engine, "do_connect")
    def ours_alone(*_: Any) -> None:  # the dialect's own arguments
        with suppress(OSError):  # the database says it in its own words
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(file, os.O_RDONLY | os.O_CREAT, 0o600))  # names patients: nobody else's to read
            file.chmod(0o600)

    @event.listens_for(engine, "connect")
    def faster(connection: Any, _: Any) -> None:  # a driver's connection has no type of its own
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute(
            "PRAGMA secure_delete=ON"
        )  # what was taken off the index is not left in free pages

    return engine


def _copy_rows(file: Path, table: Table, engine: Engine) -> None:
    """What the file still tells, read without writing beside it."""
    names = ", ".join(column.name for column in table.columns)
    places = ", ".join("?" for _ in table.columns)
    with suppress(sqlite3.Error, OSError):
        uri = f"{file.absolute().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(uri, uri=True)) as old:
            rows = old.execute(f"SELECT {names} FROM {table.name}").fetchall()
        with closing(engine.raw_connection()) as new:
            put = f"INSERT INTO {table.name} ({names}) VALUES ({places})"
            new.cursor().executemany(put, rows)
            new.commit()
