"""What every place on this computer shares: headers are read once, then searched and served from memory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from app.domain.errors import StudyUnreadableError
from app.domain.volume import CancelToken, Progress
from app.studies.headers import ScannedInstance
from app.studies.scan import ScanReport
from app.studies.source_types import Heard, Stored, StudyPage, StudyQuery
from app.studies.study_match import page_of

Look = Callable[[Heard, Progress | None, CancelToken | None], ScanReport]


class LocalSource:
    """A `Source` over a function that reads all headers of one place; stores only where it has a folder for it."""

    def __init__(self, title: str, look: Look, store_folder: Path | None = None) -> None:
        self._title = title
        self._look = look
        self._store_folder = store_folder
        self._lock = threading.Lock()  # two callers must not unpack or scan the same place at once
        self._report: ScanReport | None = None
        self._paths: dict[str, Path] = {}

    @property
    def title(self) -> str:
        """Name of the file or folder."""
        return self._title

    @property
    def can_store(self) -> bool:
        """Only a folder takes files."""
        return self._store_folder is not None

    def search(self, query: StudyQuery, cancel: CancelToken | None = None) -> StudyPage:
        """Studies that fit, newest first. Reads the place if that was not done yet."""
        return page_of(self._known(cancel).studies, query)

    def open(
        self,
        study_instance_uid: str = "",
        heard: Heard | None = None,
        progress: Progress | None = None,
        cancel: CancelToken | None = None,
    ) -> ScanReport:
        """Read the place anew. Raises StudyUnreadableError if it holds nothing, or not that study; Cancelled."""

        def hear(batch: list[ScannedInstance]) -> None:
            fitting = [one for one in batch if study_instance_uid in ("", one.study_instance_uid)]
            if fitting and heard is not None:
                heard(fitting)

        report = self._read(hear, progress, cancel)
        if not study_instance_uid:
            return report
        wanted = tuple(one for one in report.studies if one.study_instance_uid == study_instance_uid)
        if not wanted:
            raise StudyUnreadableError(
                "error.source.no_study", study=study_instance_uid[:64], place=self._title
            )
        return replace(report, studies=wanted)

    def read(self, sop_instance_uid: str) -> Path:
        """The instance's file. Raises StudyUnreadableError if it is unknown here, or gone."""
        self._known(None)
        path = self._paths.get(sop_instance_uid)
        if path is None:
            raise StudyUnreadableError(
                "error.source.no_instance", instance=sop_instance_uid[:64], place=self._title
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
        """Copy files into the folder. Raises StudyUnreadableError where this place takes none."""
        if self._store_folder is None:
            raise StudyUnreadableError("error.source.takes_no_files", place=self._title)
        from app.studies.store_files import store_files

        return store_files(self._store_folder, files, progress, cancel)

    def close(self) -> None:
        """Nothing is held open; may be called more than once."""
        self._report = None
        self._paths = {}

    def _known(self, cancel: CancelToken | None) -> ScanReport:
        return self._report or self._read(lambda _batch: None, None, cancel)

    def _read(self, heard: Heard, progress: Progress | None, cancel: CancelToken | None) -> ScanReport:
        with self._lock:
            report = self._look(heard, progress, cancel)
            self._report = report
            self._paths = {
                instance.sop_instance_uid: instance.path
                for study in report.studies
                for series in study.series
                for instance in series.instances
            }
        return report
