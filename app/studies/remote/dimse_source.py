"""A DIMSE server as a source of studies. DIMSE has no headers without pixels: to open a study is to fetch it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.domain.errors import OverreadError, RemoteError, StudyUnreadableError
from app.domain.volume import CancelToken, Progress
from app.settings.connections import Connection
from app.studies.headers import ScannedInstance
from app.studies.remote.dimse_intake import Intake
from app.studies.remote.dimse_keeping import PARTS, StudyKeeper, read_held, server_folder, study_folder
from app.studies.remote.dimse_query import Expected, expected_of, find_studies
from app.studies.remote.dimse_retrieve import Counters, questions_for, retrieve
from app.studies.remote.dimse_send import send
from app.studies.remote.use_marks import in_use
from app.studies.scan import ScanReport, report_of
from app.studies.source_types import Heard, Stored, StudyPage, StudyQuery
from app.support.i18n import explain, text

ATTEMPTS = 2  # a retrieval that breaks off is taken up once more by itself; then the reader decides
Remark = tuple[str, tuple[tuple[str, object], ...]]


@dataclass(slots=True)
class _Fetched:
    """How far one retrieval is: '312 of 320' by the server's own list, or its counters where it gives no list."""

    study_instance_uid: str
    expected: tuple[Expected, ...] = ()
    total: int = 0
    received: int = 0
    failure: OverreadError | None = None
    progress: Progress | None = None

    def count(self, _done: int, total: int) -> None:
        """Sub-operations of one question."""
        if not self.expected:
            self.total = max(self.total, total)

    def tell(self) -> None:
        """Pass it on."""
        if self.progress is not None:
            whole = max(self.total, self.received)
            note = text("dimse.received", received=self.received, total=whole)
            self.progress(self.received / whole, note)


class DimseSource:
    """A `Source`. Each call makes associations of its own: a server may close one that is idle at any time."""

    def __init__(self, connection: Connection, cache: Path, study_instance_uid: str = "") -> None:
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
        """C-STORE; whether the server takes an object shows when it is offered."""
        return True

    def search(self, query: StudyQuery, cancel: CancelToken | None = None) -> StudyPage:
        """Studies that fit, in the server's order. Raises RemoteError, Cancelled."""
        return find_studies(self._connection, query, cancel)

    def open(
        self,
        study_instance_uid: str = "",
        heard: Heard | None = None,
        progress: Progress | None = None,
        cancel: CancelToken | None = None,
    ) -> ScanReport:
        """Fetch what is not on this disk yet; `heard` and the counts of `progress` run along.

        What could not be had is a remark with its count, and is asked for when the study is opened again.
        Raises RemoteError where nothing came and nothing was here, StudyUnreadableError where the server has no such
        study, Cancelled.
        """
        study_instance_uid = study_instance_uid or self._study
        if not study_instance_uid:
            raise StudyUnreadableError("error.dimse.which_study", connection=self.title)
        folder = study_folder(self._cache, self._connection, study_instance_uid)
        with in_use(folder):
            return self._open(folder, heard, progress, cancel)

    def _open(
        self, folder: Path, heard: Heard | None, progress: Progress | None, cancel: CancelToken | None
    ) -> ScanReport:
        started, study_instance_uid = time.perf_counter(), folder.name
        held = read_held(folder)
        if held and heard is not None:
            heard(list(held))
        fetched = _Fetched(study_instance_uid, progress=progress)
        keeper = StudyKeeper(folder, study_instance_uid, _teller(fetched, heard))
        keeper.arrived.update((one.instance.sop_instance_uid, one) for one in held)
        fetched.received = len(keeper.arrived)
        self._fetch(keeper, fetched, cancel)
        is_unknown = fetched.failure is not None and fetched.failure.key == "error.dimse.retrieve_failed"
        if not keeper.arrived and fetched.failure is not None and not (is_unknown and not fetched.expected):
            raise fetched.failure
        if not keeper.arrived:  # some servers end the retrieval of what they do not know as a failure (C000)
            raise StudyUnreadableError(
                "error.source.no_study", study=study_instance_uid[:64], place=self.title
            )
        self._paths.update((uid, one.instance.path) for uid, one in keeper.arrived.items())
        counted = ScanReport((), len(keeper.arrived), 0, time.perf_counter() - started, ())
        report = report_of(list(keeper.arrived.values()), counted)
        return replace(report, remarks=(*report.remarks, *self._remarks(fetched, keeper, len(held))))

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

    def store(
        self,
        files: Sequence[Path],
        progress: Progress | None = None,
        cancel: CancelToken | None = None,
    ) -> tuple[Stored, ...]:
        """C-STORE, one outcome each. Raises RemoteError where the server cannot be reached at all, Cancelled."""
        return send(self._connection, files, progress, cancel)

    def close(self) -> None:
        """Nothing is held open; what was fetched stays in the cache."""
        self._paths = {}

    def _fetch(self, keeper: StudyKeeper, fetched: _Fetched, cancel: CancelToken | None) -> None:
        for attempt in range(ATTEMPTS):
            before = len(keeper.arrived)
            try:
                self._ask(keeper, fetched, cancel)
            except RemoteError as error:
                fetched.failure = error
                has_moved = len(keeper.arrived) > before
                if attempt == 0 and not has_moved and not fetched.expected:
                    return  # not even the list came
            else:
                fetched.failure = None
                return

    def _ask(self, keeper: StudyKeeper, fetched: _Fetched, cancel: CancelToken | None) -> None:
        fetched.expected = expected_of(self._connection, fetched.study_instance_uid, cancel)
        fetched.total = len(fetched.expected)
        questions = questions_for(fetched.study_instance_uid, fetched.expected, frozenset(keeper.arrived))
        if not questions:
            return
        folder = server_folder(self._cache, self._connection)
        intake = Intake(folder / PARTS, keeper, durable=False)
        counters = Counters(heard=fetched.count)
        try:
            retrieve(self._connection, questions, fetched.expected, intake, counters, cancel)
        finally:
            intake.close()

    def _remarks(self, fetched: _Fetched, keeper: StudyKeeper, held: int) -> tuple[Remark, ...]:
        total, received = max(fetched.total, len(keeper.arrived)), len(keeper.arrived)
        remarks: list[Remark] = []
        if fetched.failure is not None:
            reason = explain(fetched.failure)
            key = "dimse.from_cache" if received == held else "dimse.broke_off"
            remarks.append((key, (("connection", self.title), ("received", received), ("reason", reason))))
        if received < total:
            facts = (("received", received), ("total", total), ("missing", total - received))
            remarks.append(("dimse.incomplete", (("connection", self.title), *facts)))
        disk = keeper.disk_failure()
        if disk is not None:
            remarks.append((disk.key, disk.facts))
        return tuple(remarks)


def _teller(fetched: _Fetched, heard: Heard | None) -> Callable[[ScannedInstance], None]:
    def tell(one: ScannedInstance) -> None:
        fetched.received += 1
        fetched.tell()
        if heard is not None:
            heard([one])

    return tell
