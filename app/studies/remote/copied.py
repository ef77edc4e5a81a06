"""What sources of any protocol share: a study of a server is copied to this disk, counted, and read from there."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from app.domain.errors import OverreadError, StudyUnreadableError
from app.domain.volume import Progress
from app.settings.connections import Connection
from app.studies.headers import ScannedInstance
from app.studies.remote.dimse_keeping import read_held
from app.studies.scan import ScanReport, report_of
from app.studies.source_types import Heard
from app.support.held.laying import ends_with_session
from app.support.i18n import explain, text

Remark = tuple[str, tuple[tuple[str, object], ...]]


class Count:
    """'312 of 320': by the server's own count, once it has told it."""

    def __init__(self, scheme: str, progress: Progress | None, received: int) -> None:
        self.received, self.total = received, 0
        self.held = received  # that were here before
        self._key = f"{scheme}.received"
        self._progress = progress

    def one_more(self) -> None:
        """One came; tell it."""
        self.received += 1
        if self._progress is not None:
            whole = max(self.total, self.received)
            self._progress(self.received / whole, text(self._key, received=self.received, total=whole))


class CopiedSource:
    """The part of a `Source` that is the same for every server; texts are those of its scheme."""

    def __init__(self, connection: Connection, cache: Path, study_instance_uid: str) -> None:
        self._connection = connection
        self._study = study_instance_uid  # opened where none is named
        self._cache = cache
        self._paths: dict[str, Path] = {}

    @property
    def title(self) -> str:
        """Name of the connection."""
        return self._connection.name

    @property
    def can_store(self) -> bool:
        """Whether the server takes an object shows when it is offered."""
        return True

    def read(self, sop_instance_uid: str) -> Path:
        """A file that `open` fetched. Raises StudyUnreadableError if there is none."""
        path = self._paths.get(sop_instance_uid)
        if path is None:
            raise StudyUnreadableError(
                "error.source.no_instance", instance=sop_instance_uid[:64], place=self.title
            )
        if not path.exists():
            raise StudyUnreadableError("error.study.missing_path", folder=path.name)
        return path

    def close(self) -> None:
        """What was fetched stays in the cache."""
        self._paths = {}

    def _held(self, folder: Path, heard: Heard | None) -> dict[str, ScannedInstance]:
        """What was fetched earlier, by SOP Instance UID; told at once."""
        held = read_held(folder)
        if held and heard is not None:
            heard(list(held))
        return {one.instance.sop_instance_uid: one for one in held}

    def _report(
        self,
        arrived: Mapping[str, ScannedInstance],
        began: float,
        count: Count,
        failure: OverreadError | None,
    ) -> ScanReport:
        """Everything that is here, and what is missing of it. began: by `time.perf_counter`."""
        self._paths.update((uid, one.instance.path) for uid, one in arrived.items())
        counted = ScanReport((), len(arrived), 0, time.perf_counter() - began, ())
        report = report_of(list(arrived.values()), counted)
        return replace(report, remarks=(*report.remarks, *self._missing(len(arrived), count, failure)))

    def _missing(self, received: int, count: Count, failure: OverreadError | None) -> list[Remark]:
        scheme, remarks = self._connection.scheme, list[Remark]()
        if ends_with_session(self._cache / "remote"):
            remarks.append(("held.session", ()))
        if failure is not None:
            key = f"{scheme}.from_cache" if received == count.held else f"{scheme}.broke_off"
            facts = (("connection", self.title), ("received", received), ("reason", explain(failure)))
            remarks.append((key, facts))
        if received < count.total:
            numbers = (("received", received), ("total", count.total), ("missing", count.total - received))
            remarks.append((f"{scheme}.incomplete", (("connection", self.title), *numbers)))
        return remarks
