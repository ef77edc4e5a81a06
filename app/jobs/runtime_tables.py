"""Tables of the runtime's own store: steps of the queue, runs that ended, and what happened to packages.

Nothing here is of one database only: the file beside the journal is SQLite, a department may name a server instead.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    URL,
    Boolean,
    Connection,
    Engine,
    Float,
    Index,
    Integer,
    String,
    create_engine,
    event,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

BUSY_TIMEOUT_S = 30.0
WRITES = {"writes": True}  # execution option of whoever changes something
UID, HASH, NAME = String(80), String(64), String(160)


class Table(DeclarativeBase):
    """Base of the runtime's tables."""


class StepRow(Table):
    """One step of the queue; number is the order in which steps were asked for."""

    __tablename__ = "steps"
    __table_args__ = (Index("steps_next", "batch", "state", "urgency", "number"),)

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    step_id: Mapped[str] = mapped_column(HASH, unique=True)
    batch: Mapped[str] = mapped_column(NAME)
    package: Mapped[str] = mapped_column(NAME)
    package_sha256: Mapped[str] = mapped_column(HASH)
    study_instance_uid: Mapped[str] = mapped_column(UID, index=True)
    series_instance_uid: Mapped[str] = mapped_column(UID)
    display_set_id: Mapped[str] = mapped_column(NAME)
    inputs: Mapped[str] = mapped_column(HASH)
    title: Mapped[str] = mapped_column(String(400))
    urgency: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(16))
    outcome: Mapped[str] = mapped_column(String(24), default="")
    result_id: Mapped[str] = mapped_column(UID, default="")
    reason_key: Mapped[str] = mapped_column(NAME, default="")
    reason_facts: Mapped[Any] = mapped_column(JSON, default=dict)
    from_cache: Mapped[bool] = mapped_column(Boolean, default=False)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    generation: Mapped[int] = mapped_column(Integer, default=0)
    worker: Mapped[str] = mapped_column(NAME, default="")
    scheduled_at: Mapped[str] = mapped_column(String(40), default="")
    started_at: Mapped[str] = mapped_column(String(40), default="")
    ended_at: Mapped[str] = mapped_column(String(40), default="")


class RunRow(Table):
    """One run that ended: what was asked on which pixels, and where its result lies."""

    __tablename__ = "runs"
    __table_args__ = (Index("runs_of_package", "package_sha256", "at"),)

    result_id: Mapped[str] = mapped_column(UID, primary_key=True)
    asked: Mapped[str] = mapped_column(HASH, index=True)
    content: Mapped[str] = mapped_column(HASH)
    files: Mapped[str] = mapped_column(HASH)
    package: Mapped[str] = mapped_column(NAME)
    package_version: Mapped[str] = mapped_column(NAME)
    package_sha256: Mapped[str] = mapped_column(HASH)
    study_instance_uid: Mapped[str] = mapped_column(UID)
    outcome: Mapped[str] = mapped_column(String(24))
    defects: Mapped[str] = mapped_column(String(40))
    provider: Mapped[str] = mapped_column(NAME)
    seconds: Mapped[float] = mapped_column(Float)
    folder: Mapped[str] = mapped_column(String(1000))
    at: Mapped[str] = mapped_column(String(40))


class PackageEventRow(Table):
    """What happened to a package, in order; rows are only ever added."""

    __tablename__ = "package_events"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    package: Mapped[str] = mapped_column(NAME, index=True)
    version: Mapped[str] = mapped_column(NAME)
    sha256: Mapped[str] = mapped_column(HASH, index=True)
    kind: Mapped[str] = mapped_column(String(32))
    facts: Mapped[Any] = mapped_column(JSON)
    by: Mapped[str] = mapped_column(NAME)
    at: Mapped[str] = mapped_column(String(40))


def open_runtime(where: Path | str) -> Engine:
    """An engine on a file, or on the address of a database server; tables that are missing are made."""
    if isinstance(where, Path):
        where.parent.mkdir(parents=True, exist_ok=True)
        address = URL.create("sqlite", database=str(where))  # a folder may have a ? in its name
        engine = create_engine(address, connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False})
    else:
        engine = create_engine(where)
    if engine.dialect.name == "sqlite":
        _tune(engine)
    Table.metadata.create_all(engine)
    return engine


def _tune(engine: Engine) -> None:
    """One writer at a time, told apart at the beginning of a transaction; a kill loses nothing that was committed."""

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _: object) -> None:  # Any: the driver's connection
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
