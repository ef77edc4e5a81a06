"""The index of known studies: one row per file in SQLite, grouped on reading.

It may be deleted at any time; a scan makes it anew. Nothing in the models is SQLite's own, so that a department can
put it on a server later.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, BigInteger, Engine, String, create_engine, delete, event, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.pool import StaticPool

from app.domain.study import Instance, Patient, Study
from app.studies.grouping import group_studies, only_patient
from app.studies.headers import ScannedInstance


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
        self._lock = threading.Lock()  # SQLite has one writer; waiting here is shorter than its busy time-out
        Base.metadata.create_all(self._engine)

    def add(self, instances: Iterable[ScannedInstance]) -> None:
        """Add or renew files in one transaction."""
        rows = {str(one.instance.path): _row(one) for one in instances}
        with self._lock, Session(self._engine) as session, session.begin():
            for row in rows.values():
                session.merge(row)

    def studies(self) -> tuple[Study, ...]:
        """All studies, newest first; files that are gone are left out."""
        with self._lock, Session(self._engine) as session:
            rows = session.scalars(select(InstanceRow)).all()
            return group_studies(_scanned(row.content) for row in rows if os.path.exists(row.path))

    def study(self, study_instance_uid: str) -> Study | None:
        """One study, or None. Raises StudyUnreadableError if its UID stands under two patients: none is guessed."""
        with self._lock, Session(self._engine) as session:
            wanted = select(InstanceRow).where(InstanceRow.study_instance_uid == study_instance_uid)
            found = group_studies(_scanned(row.content) for row in session.scalars(wanted))
        return only_patient(found)

    def forget(self, paths: Sequence[Path]) -> None:
        """Take files off the index; the files themselves are not touched."""
        with self._lock, Session(self._engine) as session, session.begin():
            for path in paths:
                session.execute(delete(InstanceRow).where(InstanceRow.path == str(path)))

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()


def _engine(file: Path | None) -> Engine:
    if file is None:
        return create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    file.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{file}")

    @event.listens_for(engine, "connect")
    def faster(connection: Any, _: Any) -> None:  # a driver's connection has no type of its own
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")

    return engine


def _row(one: ScannedInstance) -> InstanceRow:
    content = asdict(one)
    content["instance"]["path"] = str(one.instance.path)
    return InstanceRow(
        path=str(one.instance.path),
        study_instance_uid=one.study_instance_uid,
        series_instance_uid=one.series_instance_uid,
        sop_instance_uid=one.instance.sop_instance_uid,
        patient_id=one.patient.patient_id,
        modality=one.modality,
        study_date=one.study_date,
        modified_ns=one.modified_ns,
        size=one.size,
        content=content,
    )


def _scanned(content: dict[str, Any]) -> ScannedInstance:
    known = {field.name for field in fields(ScannedInstance)}
    values = {name: value for name, value in content.items() if name in known}
    raw = dict(content["instance"])
    raw["path"] = Path(raw["path"])
    for name in ("position_lps_mm", "orientation", "spacing_mm", "image_type", "patient_orientation"):
        raw[name] = None if raw.get(name) is None else tuple(raw[name])
    values["instance"] = Instance(**raw)
    values["patient"] = Patient(**content["patient"])
    return ScannedInstance(**values)
