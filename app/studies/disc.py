"""A folder that may be a disc: by its directory alone, or everything with the directory checked against it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from app.domain.errors import StudyUnreadableError
from app.domain.volume import CancelToken, Progress
from app.studies.file_set import FileSet, directory_of, read_file_set
from app.studies.scan import ScanReport, scan
from app.studies.source_types import Heard, KnownFile
from app.studies.walker import is_part10
from app.support.held.doors import open_file

BESIDE = 10_000  # files looked for beside a directory that was opened by itself (ours)


@dataclass(frozen=True, slots=True)
class Listening:
    """Who hears of a scan, and what need not be read again."""

    heard: Heard
    progress: Progress | None
    cancel: CancelToken | None
    known: KnownFile | None

    def scan(self, paths: list[Path]) -> ScanReport:
        """`scan` of some paths."""
        return scan(paths, on_batch=self.heard, progress=self.progress, cancel=self.cancel, known=self.known)


def look_at_listed(directory: Path, listening: Listening) -> ScanReport:
    """What a directory file lists; what else lies beside it is counted and said.

    Raises StudyUnreadableError if it cannot be read or nothing of it is there; Cancelled.
    """
    disc = _read(directory)
    if not disc.files:
        missing = len(disc.refused)
        raise StudyUnreadableError("error.source.directory_empty", file=directory.name, missing=missing)
    report = listening.scan(list(disc.files))
    more = sum(1 for _ in _unlisted(disc, listening.cancel))
    facts = (("file", directory.name), ("count", more))
    remarks = (("source.not_listed", facts),) if more else ()
    return replace(report, refused=(*disc.refused, *report.refused), remarks=remarks)


def look_at_folder(folder: Path, listening: Listening) -> ScanReport:
    """Everything in a folder: a directory is often older than its disc, and no image may be lost by it."""
    report = listening.scan([folder])
    directory = directory_of(folder)
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
        if not path.is_file():
            return False
        with open_file(path) as file:
            return is_part10(file.read(132))
    except OSError:
        return False
