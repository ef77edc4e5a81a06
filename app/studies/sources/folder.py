"""Folders and single files: every file under it is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.domain.volume import CancelToken, Progress
from app.studies.local_source import LocalSource
from app.studies.scan import ScanReport, scan
from app.studies.source_types import Heard, Source, SourceKind, Surroundings

TITLED = 3


def _accepts(place: str) -> bool:
    return bool(place) and Path(place).exists()


def _connect(place: str, around: Surroundings) -> Source:
    return _connect_all([place], around)


def _connect_all(places: Sequence[str], around: Surroundings) -> Source:
    paths = [Path(place) for place in places]

    def look(heard: Heard, progress: Progress | None, cancel: CancelToken | None) -> ScanReport:
        return scan(paths, on_batch=heard, progress=progress, cancel=cancel, known=around.known)

    title = ", ".join(path.name or str(path) for path in paths[:TITLED])
    return LocalSource(title, look, paths[0] if len(paths) == 1 and paths[0].is_dir() else None)


SOURCE = SourceKind("folder", 1000, _accepts, _connect, _connect_all)
