"""The index of known studies: one row per file in SQLite, grouped on reading.

It may be deleted at any time; a scan makes it anew. Nothing in the models is SQLite's own, so that a department can
put it on a server later.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Delete,
    Engine,
    Row,
    Select,
    String,
    Text,
    Update,
    delete,
    insert,
    select,
    type_coerce,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.domain.errors import OverreadError
from app.domain.study import Instance, Patient, Study
from app.studies.grouping import group_studies, only_patient
from app.studies.headers import READER, ScannedInstance, read_header
from app.studies.index_file import IndexFile
from app.studies.sealed_rows import opened, sealed, spellings
from app.studies.source_types import KnownFile
from app.support.held.doors import vault_of
from app.support.path_words import path_of, words_of
from app.support.trouble import log_trouble

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


_ROW = select(InstanceRow.path, InstanceRow.modified_ns, InstanceRow.size, InstanceRow.content)


class StudyIndex:
    """What was scanned, kept between runs. Safe to use from several threads."""

    def __init__(self, file: Path | None = None, told: Callable[[OverreadError], None] = log_trouble) -> None:
        """Open or make the index; without a file it lives in memory.

        told: hears where the list had to be made anew, or cannot be kept; nothing is raised for it.
        """
        self._known_already: dict[int, ScannedInstance] = {}  # by identity: they need not be written again
        self._store = IndexFile(file, Base.metadata.tables[InstanceRow.__tablename__], told)

    def add(self, instances: Iterable[ScannedInstance]) -> None:
        """Add or renew files in one transaction."""
        given = list(instances)
        known = {id(one) for one in given if self._known_already.pop(id(one), None) is not None}

        def write(engine: Engine) -> None:
            wanted = (one for one in given if self._store.is_other or id(one) not in known)
            rows = {words_of(one.instance.path): one for one in wanted}
            paths = list(rows)
            with engine.begin() as connection:
                for start in range(0, len(paths), IN_ONE_STATEMENT):
                    some = paths[start : start + IN_ONE_STATEMENT]
                    connection.execute(delete(InstanceRow).where(InstanceRow.path.in_(some)))
                    connection.execute(insert(InstanceRow), [_row(rows[path]) for path in some])

        self._store.run(write)

    def known_file(self) -> KnownFile:
        """What was read of files that did not change since; asked by one scan, on one thread."""
        remembered: dict[str, tuple[int, int, str]] = {}
        asked: set[Path] = set()

        def known(path: Path, modified_ns: int, size: int) -> ScannedInstance | None:
            if asked.isdisjoint(path.parents):
                asked.add(path.parent)
                remembered.update(self._rows_under(path.parent))
            row = remembered.get(words_of(path))
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
        begin = words_of(folder).rstrip(os.sep) + os.sep
        wanted = select(
            InstanceRow.path,
            InstanceRow.modified_ns,
            InstanceRow.size,
            type_coerce(InstanceRow.content, Text),
        ).where(InstanceRow.path >= begin, InstanceRow.path < begin[:-1] + chr(ord(os.sep) + 1))
        rows = self._read(wanted)
        return {path: (when, size, content) for path, when, size, content in rows}

    def studies(self) -> tuple[Study, ...]:
        """All studies, newest first; files that are gone are left out, those that changed are read again."""
        return group_studies(self._current(_ROW))

    def study(self, study_instance_uid: str) -> Study | None:
        """One study, or None. Raises StudyUnreadableError if its UID stands under two patients: none is guessed."""
        wanted = _ROW.where(InstanceRow.study_instance_uid.in_(spellings(study_instance_uid)))
        found = [one for one in self._current(wanted) if one.study_instance_uid == study_instance_uid]
        return only_patient(group_studies(found))

    def _current(self, wanted: Select[*tuple[Any, ...]]) -> list[ScannedInstance]:
        """What the rows say, where it is still so: another patient's images may lie under the same names by now."""
        found, renewed = list[ScannedInstance](), list[ScannedInstance]()
        for words, modified_ns, size, content in self._read(wanted):
            path = path_of(words)
            with suppress(OSError, OverreadError):
                status = path.stat()
                # Copies are this program's own: written once, and never under another image's name.
                if vault_of(path) is not None or (status.st_mtime_ns, status.st_size) == (modified_ns, size):
                    found.extend(_readable(path, content))
                elif (anew := read_header(path)) is not None:
                    renewed.append(anew)
        if renewed:
            self.add(renewed)
        return found + renewed

    def forget(self, paths: Sequence[Path]) -> None:
        """Take files off the index; the files themselves are not touched."""
        gone = [words_of(path) for path in paths]
        for start in range(0, len(gone), IN_ONE_STATEMENT):
            some = gone[start : start + IN_ONE_STATEMENT]
            self._change(delete(InstanceRow).where(InstanceRow.path.in_(some)))

    def forget_under(self, folder: Path) -> None:
        """Take every file of a folder off the index."""
        inside = InstanceRow.path.startswith(f"{words_of(folder)}{os.sep}", autoescape=True)
        self._change(delete(InstanceRow).where(inside))

    def forget_gone(self, folder: Path) -> None:
        """Take files of a folder off the index that are not there any more."""
        begin = words_of(folder).rstrip(os.sep) + os.sep
        wanted = select(InstanceRow.path).where(
            InstanceRow.path >= begin, InstanceRow.path < begin[:-1] + chr(ord(os.sep) + 1)
        )
        paths = [path_of(path) for (path,) in self._read(wanted)]
        self.forget([path for path in paths if not path.exists()])

    def forget_traces(self) -> None:
        """Write the file anew, without what was once in it."""

        def rewrite(engine: Engine) -> None:
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                for words in ("PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                    if engine.dialect.name == "sqlite":
                        connection.exec_driver_sql(words)

        self._store.run(rewrite)

    def close(self) -> None:
        """Let go of the file."""
        self._store.close()

    def _read(self, wanted: Select[*tuple[Any, ...]]) -> Sequence[Row[*tuple[Any, ...]]]:
        def read(engine: Engine) -> Sequence[Row[*tuple[Any, ...]]]:
            with engine.connect() as connection:
                return connection.execute(wanted).all()

        return self._store.run(read)

    def _change(self, wanted: Delete | Update) -> None:
        def change(engine: Engine) -> None:
            with engine.begin() as connection:
                connection.execute(wanted)

        self._store.run(change)


def _row(one: ScannedInstance) -> dict[str, Any]:
    content = {name: getattr(one, name) for name in _NAMES}
    content["instance"] = {name: getattr(one.instance, name) for name in _NAMES_OF_INSTANCE}
    content["instance"]["path"] = str(one.instance.path)
    content["patient"] = asdict(one.patient)
    content["reader"] = STAMP
    return sealed(one.instance.path, _columns(one, content))


def _columns(one: ScannedInstance, content: dict[str, Any]) -> dict[str, Any]:
    return {
        "path": words_of(one.instance.path),
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


def _readable(path: Path, stored: dict[str, Any]) -> Iterator[ScannedInstance]:
    """Nothing for a copy whose key is gone, or not to be had now."""
    content = opened(path, stored)
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
