"""A DICOMweb server as a source: what is not on this disk is fetched, the middle of the largest series first."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from app.domain.errors import RemoteError, StudyUnreadableError
from app.domain.volume import CancelToken, Progress
from app.settings.connections import Connection
from app.studies.headers import ScannedInstance
from app.studies.remote.copied import CopiedSource, Count
from app.studies.remote.use_marks import in_use
from app.studies.remote.web_client import IN_FLIGHT, WebClient
from app.studies.remote.web_fetch import Arrived, Fetching, study_folder
from app.studies.remote.web_frames import bring_frame
from app.studies.remote.web_metadata import MOST_ANNOUNCED, announced
from app.studies.remote.web_query import WebSeries, find_studies, instances_of, middle_instance, series_of
from app.studies.remote.web_store import store
from app.studies.scan import ScanReport
from app.studies.source_types import Heard, Stored, StudyPage, StudyQuery
from app.studies.uids import is_sane_uid

LONG_SERIES = 8  # from so many images the middle one is fetched before the stream of all


class WebSource(CopiedSource):
    """A `Source`. Opened for a connection, and for one study of it where the place names one."""

    def __init__(self, connection: Connection, cache: Path, study_instance_uid: str = "") -> None:
        """Raises SettingRefusedError where a certificate file cannot be used."""
        super().__init__(connection, cache, study_instance_uid)
        self._client = WebClient(connection)
        self._fetchings: dict[str, Fetching] = {}
        self._lock = threading.Lock()

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
        folder = study_folder(self._cache, self._connection, uid)
        with in_use(folder):
            return self._open((folder, uid), heard, progress, cancel)

    def _open(
        self,
        wanted: tuple[Path, str],
        heard: Heard | None,
        progress: Progress | None,
        cancel: CancelToken | None,
    ) -> ScanReport:
        began, (folder, uid) = time.perf_counter(), wanted
        held = self._held(folder, heard)
        count = Count("dicomweb", progress, len(held))
        fetching = self._fetching(uid, cancel)
        fetching.arrived.update(held)
        fetching.heard = _teller(count, heard)
        failure = self._fetch(fetching, count)
        if not fetching.arrived:
            raise failure or StudyUnreadableError("error.source.no_study", study=uid, place=self.title)
        return self._report(fetching.arrived, began, count, failure)

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

    def frames_of(self, announced: ScannedInstance) -> Callable[[int], Path | None] | None:
        """By WADO-RS frames, of objects with several."""
        instance = announced.instance
        if instance.frames < 2 or instance.path.exists():
            return None
        client = self._fetching_of(announced.study_instance_uid).client
        return partial(bring_frame, client, announced)

    def _fetching(self, study_uid: str, cancel: CancelToken | None) -> Fetching:
        """One for a study, so that what came for a reader who looked at it is not fetched again."""
        known = self._fetching_of(study_uid)
        with self._lock:
            known.client, known.cancel = self._client.under(cancel), cancel or CancelToken()
            return known

    def _fetching_of(self, study_uid: str) -> Fetching:
        with self._lock:
            known = self._fetchings.get(study_uid)
            if known is None:
                folder = study_folder(self._cache, self._connection, study_uid)
                known = Fetching(self._client, folder, study_uid, _nobody, CancelToken())
                self._fetchings[study_uid] = known
            return known

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
        super().close()
        self._client.close()

    def _fetch(self, fetching: Fetching, count: Count) -> RemoteError | None:
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
            fetching.series(uid, series.instances)
        except RemoteError as error:
            return error
        return None


_OF_THE_PLACE = frozenset(
    f"error.dicomweb.{word}"
    for word in ("unreachable", "not_allowed", "no_secret", "tls", "disk", "no_room", "silent")
)
"""Failures that the next series would meet as well."""


def _bring(fetching: Fetching, one: ScannedInstance) -> None:
    if not one.instance.path.exists():
        fetching.brought.add(one.instance.sop_instance_uid)
        fetching.instance(one.series_instance_uid, one.instance.sop_instance_uid)


def _nobody(_one: ScannedInstance) -> None:
    """Nobody listens before the study is opened."""


def _teller(count: Count, heard: Heard | None) -> Arrived:
    def tell(one: ScannedInstance) -> None:
        count.one_more()
        if heard is not None:
            heard([one])

    return tell


def _held_of(fetching: Fetching, series_uid: str, among: Set[str] | None = None) -> int:
    """Images of a series that are here; among: only those of these SOP Instance UIDs."""
    here = list(fetching.arrived.items())
    return sum(one.series_instance_uid == series_uid and (among is None or uid in among) for uid, one in here)
