"""Runs that ended: which result is there for which question on which pixels, and how a package fared lately."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from app.jobs.ended_run import KEPT_OUTCOMES, EndedRun
from app.jobs.runtime_tables import WRITES, RunRow


class RunLog:
    """Runs in a runtime store."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writing = engine.execution_options(**WRITES)

    def add(self, run: EndedRun) -> None:
        """Note a run; of one result id the newest note stands."""
        with Session(self._writing) as session, session.begin():
            session.execute(delete(RunRow).where(RunRow.result_id == run.result_id))
            session.add(RunRow(**asdict(run)))

    def answers(self, asked: str) -> tuple[EndedRun, ...]:
        """Results that may be used again for a question, newest first; on which input each says itself."""
        wanted = select(RunRow).where(RunRow.asked == asked, RunRow.outcome.in_(KEPT_OUTCOMES))
        with Session(self._engine) as session:
            return tuple(map(_run, session.scalars(wanted.order_by(RunRow.at.desc()))))

    def run(self, result_id: str) -> EndedRun | None:
        """The note of one result."""
        with Session(self._engine) as session:
            row = session.get(RunRow, result_id)
            return None if row is None else _run(row)

    def of_package(self, sha256: str, since: str = "") -> tuple[EndedRun, ...]:
        """Runs of exactly this package, oldest first. A new version has another hash, and so no runs yet."""
        wanted = select(RunRow).where(RunRow.package_sha256 == sha256, RunRow.at >= since)
        with Session(self._engine) as session:
            return tuple(map(_run, session.scalars(wanted.order_by(RunRow.at))))


def _run(row: RunRow) -> EndedRun:
    return EndedRun(**{name: getattr(row, name) for name in EndedRun.__dataclass_fields__})
