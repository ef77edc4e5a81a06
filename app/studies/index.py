"""The index of known studies: one row per file in SQLite, grouped on reading.

It may be deleted at any time; a scan makes it anew. Nothing in the models is SQLite's own, so that a department can
put it on a server later.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Engine,
    String,
    Text,
    create_engine,
    delete,
    event,
    insert,
    select,
    type_coerce,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.pool import StaticPool

from app.domain.study import Instance, Patient, Study
from app.studies.grouping import group_studies, only_patient
from app.studies.headers import READER, ScannedInstance
from app.studies.sealed_rows import opened, sealed, spellings
from app.studies.source_types import KnownFile

_NAMES = tuple(one.name for one in fields(ScannedInstance))
_NAMES_OF_INSTANCE = tuple(one.name for one in fields(Instance))
# Rows of another version of the reader, or with other fields, are read from their files again.
STAMP = f"{READER}/{hashlib.sha256(repr((_NAMES, _NAMES_OF_INSTANCE)).encode()).hexdigest()[:8]}"
IN_ONE_STATEMENT = 500  # SQLite took at most 999 parameters for long


class Base(DeclarativeBase):
    """Tables of the index."""


class InstanceRow(Base):
    """One file. `content` holds the whole header as JSON; the columns beside it are what is searched for."""

    __tablename__ = "instances"
    path: Mapped[str] = mapped_column(String(4096), primary_key=True)
    study_instance_uid: Mapped[str] = mapped_column(String(64), index=True)
    series_instance_uid: Mapped[str] = mapped_column(String(64))
    sop_instance_uid: Mapped[str] = mapped_column(String(64), index=True)
    patient_id: Mapped[str] = mapped_column(String(256), index=True)
    modality: Mapped[str] = mapped_column(String(16))
    study_date: Mapped[str] = mapped_column(String(16), index=True)
    modified_ns: Mapped[int] = mapped_column(BigInteger)
    size: Mapped[int] = mapped_column(BigInteger)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)


class StudyIndex:
    """What was scanned, kept between runs. Safe to use from several threads."""

    def __init__(self, file: Path | None = None) -> None:
        """Open or make the index; without a file it lives in memory."""
        self._engine = _engine(file)
        self._known_already: dict[int, ScannedInstance] = {}  # by identity: they need not be written again
        self._lock = threading.Lock()  # SQLite has one writer; waiting here is shorter than its busy time-out
        Base.metadata.create_all(self._engine)

    def add(self, instances: Iterable[ScannedInstance]) -> None:
        """Add or renew files in one transaction."""
        given = list(instances)
        rows = {
            str(one.instance.path): one for one in given if self._known_already.pop(id(one), None) is None
        }
        paths = list(rows)
        with self._lock, self._engine.begin() as connection:
            for start in range(0, len(paths), IN_ONE_STATEMENT):
                some = paths[start : start + IN_ONE_STATEMENT]
                connection.execute(delete(InstanceRow).where(InstanceRow.path.in_(some)))
                connection.execute(insert(InstanceRow), [_row(rows[path]) for path in some])

    def known_file(self) -> KnownFile:
        """What was read of files that did not change since; asked by one scan, on one thread."""
        remembered: dict[str, tuple[int, int, str]] = {}
        asked: set[Path] = set()

        def known(path: Path, modified_ns: int, size: int) -> ScannedInstance | None:
            if asked.isdisjoint(path.parents):
                asked.add(path.parent)
                remembered.update(self._rows_under(path.parent))
            row = remembered.get(str(path))
            if row is None or row[:2] != (modified_ns, size):
                return None
            content = opened(path, json.loads(row[2]))
            if content is None or content.get("reader") != STAMP:
                return None
            found = _scanned(content)
            self._known_already[id(found)] = found
            return found

        return known

    def _rows_under(self, folder: Path) -> dict[str, tuple[int, int, str]]:
        """Rows of a folder and everything in it, not yet taken apart."""
        begin = str(folder).rstrip(os.sep) + os.sep
        wanted = select(
            InstanceRow.path,
            InstanceRow.modified_ns,
            InstanceRow.size,
            type_coerce(InstanceRow.content, Text),
        ).where(InstanceRow.path >= begin, InstanceRow.path < begin[:-1] + chr(ord(os.sep) + 1))
        with self._lock, self._engine.connect() as connection:
            return {path: (when, size, content) for path, when, size, content in connection.execute(wanted)}

    def studies(self) -> tuple[Study, ...]:
        """All studies, newest first; files that are gone are left out."""
        with self._lock, Session(self._engine) as session:
            rows = session.scalars(select(InstanceRow)).all()
            return group_studies(_readable(row for row in rows if os.path.exists(row.path)))

    def study(self, study_instance_uid: str) -> Study | None:
        """One study, or None. Raises StudyUnreadableError if its UID stands under two patients: none is guessed."""
        names = spellings(study_instance_uid)
        with self._lock, Session(self._engine) as session:
            wanted = select(InstanceRow).where(InstanceRow.study_instance_uid.in_(names))
            found = group_studies(_readable(session.scalars(wanted)))
        return only_patient(found)

    def forget(self, paths: Sequence[Path]) -> None:
        """Take files off the index; the files themselves are not touched."""
        with self._lock, Session(self._engine) as session, session.begin():
            for path in paths:
                session.execute(delete(InstanceRow).where(InstanceRow.path == str(path)))

    def forget_under(self, folder: Path) -> None:
        """Take every file of a folder off the index."""
        with self._lock, Session(self._engine) as session, session.begin():
            inside = InstanceRow.path.startswith(f"{folder}{os.sep}", autoescape=True)
            session.execute(delete(InstanceRow).where(inside))

    def forget_gone(self, folder: Path) -> None:
        """Take files of a folder off the index that are not there any more."""
        begin = str(folder).rstrip(os.sep) + os.sep
        wanted = select(InstanceRow.path).where(
            InstanceRow.path >= begin, InstanceRow.path < begin[:-1] + chr(ord(os.sep) + 1)
        )
        with self._lock, self._engine.connect() as connection:
            paths = [Path(path) for (path,) in connection.execute(wanted)]
        self.forget([path for path in paths if not path.exists()])

    def forget_traces(self) -> None:
        """Write the file anew, without what was once in it."""
        with self._lock, self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for words in ("PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                if self._engine.dialect.name == "sqlite":
                    connection.exec_driver_sql(words)

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()


def _engine(file: Path | None) -> Engine:
    if file is None:
        return create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(OSError):  # the database says it in its own words
        os.close(os.open(file, os.O_RDONLY | os.O_CREAT, 0o600))  # names patients: nobody else's to read
        file.chmod(0o600)
    engine = create_engine(f"sqlite:///{file}")

    @event.listens_for(engine, "connect")
    def faster(connection: Any, _: Any) -> None:  # a driver's connection has no type of its own
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute(
            "PRAGMA secure_delete=ON"
        )  # what was taken off the index is not left in free pages

    return engine


def _row(one: ScannedInstance) -> dict[str, Any]:
    content = {name: getattr(one, name) for name in _NAMES}
    content["instance"] = {name: getattr(one.instance, name) for name in _NAMES_OF_INSTANCE}
    content["instance"]["path"] = str(one.instance.path)
    content["patient"] = asdict(one.patient)
    content["reader"] = STAMP
    return sealed(one.instance.path, _columns(one, content))


def _columns(one: ScannedInstance, content: dict[str, Any]) -> dict[str, Any]:
    return {
        "path": str(one.instance.path),
        "study_instance_uid": one.study_instance_uid,
        "series_instance_uid": one.series_instance_uid,
        "sop_instance_uid": one.instance.sop_instance_uid,
        "patient_id": one.patient.patient_id,
        "modality": one.modality,
        "study_date": one.study_date,
        "modified_ns": one.modified_ns,
        "size": one.size,
        "content": content,
    }


def _readable(rows: Iterable[InstanceRow]) -> Iterator[ScannedInstance]:
    """Without those of copies whose key is gone, or not to be had now."""
    for row in rows:
        content = opened(Path(row.path), row.content)
        if content is not None:
            yield _scanned(content)


def _scanned(content: dict[str, Any]) -> ScannedInstance:
    values = {name: _tupled(content[name]) for name in _NAMES if name in content}
    raw = dict(content["instance"])
    raw["path"] = Path(raw["path"])
    known = set(_NAMES_OF_INSTANCE)
    values["instance"] = Instance(**{name: _tupled(value) for name, value in raw.items() if name in known})
    values["patient"] = Patient(**content["patient"])
    return ScannedInstance(**values)


def _tupled(value: Any) -> Any:  # JSON knows lists only
    return tuple(map(_tupled, value)) if isinstance(value, list) else value
