"""What happened to model packages on this machine, in order, and never changed afterwards (RQ-39)."""

from __future__ import annotations

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.jobs.package_events import PackageEvent
from app.jobs.runtime_tables import WRITES, PackageEventRow
from app.support.clock import Clock, utc_now


class PackageLog:
    """Events in a runtime store."""

    def __init__(self, engine: Engine, *, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._writing = engine.execution_options(**WRITES)
        self._clock = clock

    def add(self, event: PackageEvent) -> None:
        """Write one down."""
        with Session(self._writing) as session, session.begin():
            session.add(
                PackageEventRow(
                    package=event.package,
                    version=event.version,
                    sha256=event.sha256,
                    kind=event.kind,
                    facts=dict(event.facts),
                    by=event.by,
                    at=event.at or self._clock(),
                )
            )

    def events(self, package: str = "", sha256: str = "") -> tuple[PackageEvent, ...]:
        """In order; of one name, of exactly one content, or all."""
        wanted = select(PackageEventRow).order_by(PackageEventRow.number)
        if package:
            wanted = wanted.where(PackageEventRow.package == package)
        if sha256:
            wanted = wanted.where(PackageEventRow.sha256 == sha256)
        with Session(self._engine) as session:
            return tuple(
                PackageEvent(row.package, row.version, row.sha256, row.kind, row.facts or {}, row.by, row.at)
                for row in session.scalars(wanted)
            )
