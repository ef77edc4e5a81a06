"""A disc or its copy: a folder with a DICOMDIR, or that file itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from app.domain.errors import StudyUnreadableError
from app.domain.volume import CancelToken, Progress
from app.studies.file_set import FileSet, directory_of, read_file_set
from app.studies.local_source import LocalSource
from app.studies.scan import ScanReport, scan
from app.studies.source_types import Heard, Source, SourceKind, Surroundings
from app.studies.walker import is_part10

BESIDE = 10_000  # files looked for beside a directory that was opened by itself (ours)


def _accepts(place: str) -> bool:
    return bool(place) and directory_of(Path(place)) is not None


def _connect(place: str, around: Surroundings) -> Source:
    path = Path(place)
    look = _Disc(path, around)
    return LocalSource(path.name or str(path), look.all_of_folder if path.is_dir() else look.listed_only)


class _Disc:
    """One disc, read either by its directory alone or as a folder whose directory is checked."""

    def __init__(self, path: Path, around: Surroundings) -> None:
        self._path = path
        self._around = around

    def listed_only(self, heard: Heard, progress: Progress | None, cancel: CancelToken | None) -> ScanReport:
        """What the directory lists; what else lies beside it is counted and said."""
        disc = _read(self._path)
        if not disc.files:
            raise StudyUnreadableError(
                "error.source.directory_empty", file=self._path.name, missing=len(disc.refused)
            )
        report = scan(disc.files, on_batch=heard, progress=progress, cancel=cancel, known=self._around.known)
        more = sum(1 for _ in _unlisted(disc, cancel))
        facts = (("file", self._path.name), ("count", more))
        remarks = (("source.not_listed", facts),) if more else ()
        return replace(report, refused=(*disc.refused, *report.refused), remarks=remarks)

    def all_of_folder(
        self, heard: Heard, progress: Progress | None, cancel: CancelToken | None
    ) -> ScanReport:
        """Everything in the folder: a directory is often older than its disc, and no image may be lost by it."""
        report = scan(
            [self._path], on_batch=heard, progress=progress, cancel=cancel, known=self._around.known
        )
        directory = directory_of(self._path)
        if directory is None:
            return report
        name = (("file", directory.name),)
        try:
            disc = _read(directory)
        except StudyUnreadableError:
            return replace(report, remarks=(("source.directory_damaged", name),))
        listed = set(disc.files)
        instances = (one for study in report.studies for series in study.series for one in series.instances)
        more = sum(1 for instance in instances if instance.path not in listed)
        remarks = (("source.not_listed_shown", (*name, ("count", more))),) if more else ()
        return replace(report, refused=(*disc.refused, *report.refused), remarks=remarks)


def _read(directory: Path) -> FileSet:
    try:
        return read_file_set(directory)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StudyUnreadableError(
            "error.study.unreadable_file", file=directory.name, reason=reason
        ) from error


def _unlisted(disc: FileSet, cancel: CancelToken | None) -> Iterator[Path]:
    """DICOM files under the root that the directory does not list; only the first thousands are looked at."""
    listed, seen = set(disc.files), 0
    for folder, _, names in os.walk(disc.root):
        for name in names:
            path, seen = Path(folder, name), seen + 1
            if seen > BESIDE:
                return
            if cancel is not None:
                cancel.check()
            if path not in listed and directory_of(path) is None and _is_dicom(path):
                yield path


def _is_dicom(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return path.is_file() and is_part10(file.read(132))
    except OSError:
        return False


SOURCE = SourceKind("dicomdir", 100, _accepts, _connect)
