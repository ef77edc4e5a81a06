"""A volume file (NIfTI, NRRD, MetaImage): written once as DICOM into the cache, then read like any other file."""

from __future__ import annotations

from pathlib import Path

from app.domain.errors import StudyUnreadableError
from app.domain.volume import CancelToken, Progress
from app.studies.local_source import LocalSource
from app.studies.scan import ScanReport, scan
from app.studies.source_types import Heard, Source, SourceKind, Surroundings
from app.studies.unpacked import made_from
from app.studies.volume_child import convert_apart
from app.studies.volume_claims import is_volume_name, read_claims

KIND = "volumes"


def _accepts(place: str) -> bool:
    return is_volume_name(place) and Path(place).is_file()


def _connect(place: str, around: Surroundings) -> Source:
    path = Path(place)

    def look(heard: Heard, progress: Progress | None, cancel: CancelToken | None) -> ScanReport:
        kept = _converted(path, around.cache, cancel or CancelToken())
        return scan([kept], on_batch=heard, progress=progress, cancel=cancel, known=around.known)

    return LocalSource(path.name, look)


def _converted(path: Path, cache: Path, cancel: CancelToken) -> Path:
    try:
        data = read_claims(path).data
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StudyUnreadableError("error.study.unreadable_file", file=path.name, reason=reason) from error
    return made_from(path, cache, KIND, lambda folder: convert_apart(path, folder, cancel), (data,))


SOURCE = SourceKind("volume_file", 60, _accepts, _connect)
