"""The runtime's own store, open: queue, runs, packages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from app.domain.errors import OverreadError
from app.jobs.package_log import PackageLog
from app.jobs.run_log import RunLog
from app.jobs.runtime_tables import open_runtime
from app.jobs.step_queue import StepQueue


@dataclass(frozen=True, slots=True)
class Runtime:
    """Safe to share between threads; close it at the end."""

    engine: Engine
    queue: StepQueue
    runs: RunLog
    packages: PackageLog

    @classmethod
    def open(cls, where: Path | str) -> Self:
        """On a file, or the address of a database server. Raises OverreadError if it cannot be opened."""
        try:
            engine = open_runtime(where)
        except (SQLAlchemyError, OSError) as error:
            name = where.name if isinstance(where, Path) else "runtime"
            orig = str(getattr(getattr(error, "orig", None), "sqlite_errorname", ""))
            if orig.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")) and isinstance(where, Path):
                facts = {"file": name, "folder": str(where.parent)}
                raise OverreadError("error.runtime.damaged", **facts) from error
            raise OverreadError("error.runtime.cannot_open", file=name) from error
        return cls(engine, StepQueue(engine), RunLog(engine), PackageLog(engine))

    def close(self) -> None:
        """Let go of the file."""
        self.engine.dispose()
