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
from app.studies.remote.copied import CopiedSource, Count
from app.studies.remote.dimse_intake import Intake
from app.studies.remote.dimse_keeping import PARTS, StudyKeeper, server_folder, study_folder
from app.studies.remote.dimse_query import Expected, expected_of, find_studies
from app.studies.remote.dimse_retrieve import Counters, questions_for, retrieve
from app.studies.remote.dimse_send import send
from app.studies.remote.use_marks import in_use
from app.studies.scan import ScanReport
from app.studies.source_types import Heard, Stored, StudyPage, StudyQuery

ATTEMPTS = 2  # a retrieval that breaks off is taken up once more by itself; then the reader decides


@dataclass(slots=True)
class _Fetched:
    """How far one retrieval is: by the server's own list, or its counters where it gives no list."""

    study_instance_uid: str
    count: Count
    expected: tuple[Expected, ...] = ()
    failure: OverreadError | None = None

    def counted(self, _done: int, total: int) -> None:
        """Sub-operations of one question."""
        if not self.expected:
            self.count.total = max(self.count.total, total)


class DimseSource(CopiedSource):
    """A `Source`. Each call makes associations of its own: a server may close one that is idle at any time."""

    def __init__(self, connection: Connection, cache: Path, study_instance_uid: str = "") -> None:
        super().__init__(connection, cache, study_instance_uid)

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
            return self._open((folder, study_instance_uid), heard, progress, cancel)

    def _open(
        self,
        wanted: tuple[Path, str],
        heard: Heard | None,
        progress: Progress | None,
        cancel: CancelToken | None,
    ) -> ScanReport:
        began, (folder, study_instance_uid) = time.perf_counter(), wanted
        held = self._held(folder, heard)
        fetched = _Fetched(study_instance_uid, Count("dimse", progress, len(held)))
        keeper = StudyKeeper(folder, study_instance_uid, _teller(fetched.count, heard))
        keeper.arrived.update(held)
        self._fetch(keeper, fetched, cancel)
        is_unknown = fetched.failure is not None and fetched.failure.key == "error.dimse.retrieve_failed"
        if not keeper.arrived and fetched.failure is not None and not (is_unknown and not fetched.expected):
            raise fetched.failure
        if not keeper.arrived:  # some servers end the retrieval of what they do not know as a failure (C000)
            raise StudyUnreadableError(
                "error.source.no_study", study=study_instance_uid[:64], place=self.title
            )
        report = self._report(keeper.arrived, began, fetched.count, fetched.failure)
        disk = keeper.disk_failure()
        return replace(report, remarks=(*report.remarks, (disk.key, disk.facts))) if disk else report

    def store(
        self,
        files: Sequence[Path],
        progress: Progress | None = None,
        cancel: CancelToken | None = None,
    ) -> tuple[Stored, ...]:
        """C-STORE, one outcome each. Raises RemoteError where the server cannot be reached at all, Cancelled."""
        return send(self._connection, files, progress, cancel)

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
        fetched.count.total = len(fetched.expected)
        questions = questions_for(fetched.study_instance_uid, fetched.expected, frozenset(keeper.arrived))
        if not questions:
            return
        folder = server_folder(self._cache, self._connection)
        intake = Intake(folder / PARTS, keeper, durable=False)
        counters = Counters(heard=fetched.counted)
        try:
            retrieve(self._connection, questions, fetched.expected, intake, counters, cancel)
        finally:
            intake.close()


def _teller(count: Count, heard: Heard | None) -> Callable[[ScannedInstance], None]:
    def tell(one: ScannedInstance) -> None:
        count.one_more()
        if heard is not None:
            heard([one])

    return tell
