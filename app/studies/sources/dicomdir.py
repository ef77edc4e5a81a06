"""A disc or its copy: a folder with a DICOMDIR, or that file itself."""

from __future__ import annotations

from pathlib import Path

from app.domain.volume import CancelToken, Progress
from app.studies.disc import Listening, look_at_folder, look_at_listed
from app.studies.file_set import directory_of
from app.studies.local_source import LocalSource
from app.studies.scan import ScanReport
from app.studies.source_types import Heard, Source, SourceKind, Surroundings


def _accepts(place: str) -> bool:
    return bool(place) and directory_of(Path(place)) is not None


def _connect(place: str, around: Surroundings) -> Source:
    path = Path(place)
    way = look_at_folder if path.is_dir() else look_at_listed

    def look(heard: Heard, progress: Progress | None, cancel: CancelToken | None) -> ScanReport:
        return way(path, Listening(heard, progress, cancel, around.known))

    return LocalSource(path.name or str(path), look)


SOURCE = SourceKind("dicomdir", 100, _accepts, _connect)
