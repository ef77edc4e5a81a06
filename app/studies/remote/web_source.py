"""A DICOMweb server as a source: what is not on this disk is fetched, the middle of the largest series first."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

from app.domain.errors import RemoteError, StudyUnreadableError
from app.domain.volume import CancelToken, Progress
from app.settings.connections import Connection
from app.studies.headers import ScannedInstance
from app.studies.remote.dimse_intake import is_sane_uid
from app.studies.remote.dimse_keeping import read_held
from app.studies.remote.use_marks import in_use
from app.studies.remote.web_client import IN_FLIGHT, WebClient
from app.studies.remote.web_fetch import Arrived, Fetching, server_folder
from app.studies.remote.web_metadata import MOST_ANNOUNCED, announced
from app.studies.remote.web_query import WebSeries, find_studies, instances_of, middle_instance, series_of
from app.studies.remote.web_store import store
from app.studies.scan import ScanReport, report_of
from app.studies.source_types import Heard, Stored, StudyPage, StudyQuery
from app.support.i18n import explain, text

Remark = tuple[str, tuple[tuple[str, object], ...]]
LONG_SERIES = 8  # from so many images the middle one is fetched before the stream of all


class WebSource:
    """A `Source`. Opened for a connection, and for one study of it where the place names one."""

    def __init__(self, connection: Connection, cache: Path, study_instance_uid: str = "") -> None:
        """Raises SettingRefusedError where a certificate file cannot be used."""
        self._connection = connection
        self._study = study_instance_uid
        self._cache = cache
        self._client = WebClient(connection)
        self._paths: dict[str, Path] = {}
        self._fetchings: dict[str, Fetching] = {}
        self._lock = threading.Lock()

    @property
    def title(self) -> str:
        """Name of the connection."""
        return self._connection.name

    @property
    def can_store(self) -> bool:
        """STOW-RS; whether the server takes an object shows when it is offered."""
        return True

    def search(self, query: StudyQuery, cancel: CancelToken | None = None) -> StudyPage:
        """Studies that fit, in the server's order. Raises RemoteError, Cancelled."""
        page = find_studies(self._client.under(cancel), query)
        if cancel is not None:
            cancel.check()
        return page

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
        uid = study_instance_uid or self._study
        if not is_sane_uid(uid):
            raise StudyUnreadableError("error.dicomweb.which_study", connection=self.title)
        folder = server_folder(self._cache, self._connection) / uid
        with in_use(folder):
            return self._open(folder, heard, progress, cancel)

    def _open(
        self, folder: Path, heard: Heard | None, progress: Progress | None, cancel: CancelToken | None
    ) -> ScanReport:
        started, uid = time.perf_counter(), folder.name
        held = read_held(folder)
        if held and heard is not None:
            heard(list(held))
        count = _Count(progress, len(held))
        fetching = self._fetching(uid, cancel)
        fetching.arrived.update(_by_uid(held))
        fetching.heard = _teller(count, heard)
        failure = self._fetch(fetching, count)
        if not fetching.arrived:
            raise failure or StudyUnreadableError("error.source.no_study", study=uid, place=self.title)
        self._paths.update((key, one.instance.path) for key, one in fetching.arrived.items())
        counted = ScanReport((), len(fetching.arrived), 0, time.perf_counter() - started, ())
        report = report_of(list(fetching.arrived.values()), counted)
        return replace(report, remarks=(*report.remarks, *self._remarks(count, failure, len(held))))

    def announce(
        self, study_instance_uid: str, cancel: CancelToken | None = None
    ) -> Mapping[ScannedInstance, Callable[[], None]]:
        """By WADO-RS metadata, several series at a time. Raises RemoteError, Cancelled."""
        if not is_sane_uid(study_instance_uid):
            return {}
        fetching = self._fetching(study_instance_uid, cancel)
        series = series_of(fetching.client, study_instance_uid)
        if sum(one.instances or 0 for one in series) > MOST_ANNOUNCED:
            return {}

        def ask(one: WebSeries) -> list[ScannedInstance]:
            uid = one.series_instance_uid
            return announced(fetching.client, study_instance_uid, uid, fetching.folder)

        with ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix="wado") as pool:
            found = [one for some in pool.map(ask, series) for one in some]
        return {one: partial(_bring, fetching, one) for one in found}

    def _fetching(self, study_uid: str, cancel: CancelToken | None) -> Fetching:
        """One for a study, so that what came for a reader who looked at it is not fetched again."""
        with self._lock:
            known = self._fetchings.get(study_uid)
            if known is None:
                folder = server_folder(self._cache, self._connection) / study_uid
                known = Fetching(self._client, folder, study_uid, _nobody, CancelToken())
                self._fetchings[study_uid] = known
            known.client, known.cancel = self._client.under(cancel), cancel or CancelToken()
            return known

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
        """STOW-RS, one outcome each. Raises RemoteError where the server cannot be reached at all, Cancelled."""
        return store(self._client.under(cancel), files, progress, cancel)

    def close(self) -> None:
        """What was fetched stays in the cache."""
        self._paths = {}
        self._client.close()

    def _fetch(self, fetching: Fetching, count: _Count) -> RemoteError | None:
        """Everything that is missing; why it did not come, if it did not. The small series come last."""
        try:
            series = series_of(fetching.client, fetching.study_instance_uid)
        except RemoteError as error:
            return error
        count.total = sum(one.instances or 0 for one in series)
        failure: RemoteError | None = None
        for one in sorted(series, key=lambda each: -(each.instances or 0)):
            try:
                self._fetch_series(fetching, one)
            except RemoteError as error:
                failure = failure or error
                if error.key in _OF_THE_PLACE:
                    break
        return failure

    def _fetch_series(self, fetching: Fetching, series: WebSeries) -> None:
        """As one stream where nothing of it is here; what is missing then, image by image."""
        uid = series.series_instance_uid
        here = _held_of(fetching, uid)
        is_begun = here > _held_of(fetching, uid, fetching.brought)
        if series.instances is not None and here >= series.instances > 0:
            return
        broken: RemoteError | None = None
        if not is_begun:
            broken = self._stream(fetching, series)
            if broken is not None and broken.key in _OF_THE_PLACE:
                raise broken
            if broken is None and _held_of(fetching, uid) >= (series.instances or 0) > 0:
                return
        wanted = instances_of(fetching.client, fetching.study_instance_uid, uid)
        missing = [one for one in wanted if one not in fetching.arrived]
        if missing:
            fetching.instances(uid, missing)
        elif broken is not None and not wanted:
            raise broken

    def _stream(self, fetching: Fetching, series: WebSeries) -> RemoteError | None:
        """The middle image first: it is what a reader is shown first."""
        uid = series.series_instance_uid
        try:
            if (series.instances or 0) >= LONG_SERIES and not fetching.arrived:
                middle = middle_instance(fetching.client, fetching.study_instance_uid, series)
                if middle:
                    fetching.instance(uid, middle)
            fetching.series(uid)
        except RemoteError as error:
            return error
        return None

    def _remarks(self, count: _Count, failure: RemoteError | None, held: int) -> tuple[Remark, ...]:
        remarks: list[Remark] = []
        if failure is not None:
            key = "dicomweb.from_cache" if count.received == held else "dicomweb.broke_off"
            facts = (("connection", self.title), ("received", count.received), ("reason", explain(failure)))
            remarks.append((key, facts))
        if count.received < count.total:
            missing = count.total - count.received
            numbers = (("received", count.received), ("total", count.total), ("missing", missing))
            remarks.append(("dicomweb.incomplete", (("connection", self.title), *numbers)))
        return tuple(remarks)


_OF_THE_PLACE = frozenset(
    f"error.dicomweb.{word}"
    for word in ("unreachable", "not_allowed", "no_secret", "tls", "disk", "no_room", "silent")
)
"""Failures that the next series would meet as well."""


class _Count:
    """'312 of 320': the server's own count, once it has told it."""

    def __init__(self, progress: Progress | None, received: int) -> None:
        self.received, self.total = received, 0
        self._progress = progress

    def one_more(self) -> None:
        self.received += 1
        if self._progress is not None:
            whole = max(self.total, self.received)
            self._progress(
                self.received / whole, text("dicomweb.received", received=self.received, total=whole)
            )


def _bring(fetching: Fetching, one: ScannedInstance) -> None:
    if not one.instance.path.exists():
        fetching.brought.add(one.instance.sop_instance_uid)
        fetching.instance(one.series_instance_uid, one.instance.sop_instance_uid)


def _nobody(_one: ScannedInstance) -> None:
    """Nobody listens before the study is opened."""


def _teller(count: _Count, heard: Heard | None) -> Arrived:
    def tell(one: ScannedInstance) -> None:
        count.one_more()
        if heard is not None:
            heard([one])

    return tell


def _by_uid(held: Sequence[ScannedInstance]) -> dict[str, ScannedInstance]:
    return {one.instance.sop_instance_uid: one for one in held}


def _held_of(fetching: Fetching, series_uid: str, among: Set[str] | None = None) -> int:
    """Images of a series that are here; among: only those of these SOP Instance UIDs."""
    here = list(fetching.arrived.items())
    return sum(one.series_instance_uid == series_uid and (among is None or uid in among) for uid, one in here)
