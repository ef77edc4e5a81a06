"""Folders and files to studies: every file is looked at, none is opened further than its header."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.domain.errors import OverreadError, StudyUnreadableError
from app.domain.study import Study
from app.domain.volume import CancelToken, Progress
from app.studies.grouping import group_studies, is_same_content, repeats
from app.studies.headers import ScannedInstance, read_header
from app.studies.limits import FILES_IN_A_SCAN, FOLDERS_DEEP
from app.studies.source_types import KnownFile
from app.studies.volume_claims import SUFFIXES
from app.support.held.doors import size_within

BATCH = 64
OTHER_COPY = "error.study.other_copy"
BATCH_S = 0.15  # the browser hears of something at least this often
TAR_NAMES = (".tar", ".tgz", ".tar.gz", ".tbz2", ".tar.bz2", ".txz", ".tar.xz")
_BY_NAME = (*SUFFIXES, ".zip", *TAR_NAMES)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that claims to be DICOM and could not be used: text key and facts say why."""

    path: Path
    reason_key: str
    facts: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class ScanReport:
    """What a scan found. files counts all files looked at, skipped those that are no DICOM.

    copies counts files that repeat an instance, as told by header and size; those that differ are refused.
    remarks: what else a reader should hear of the place, as text keys with facts.
    """

    studies: tuple[Study, ...]
    files: int
    skipped: int
    seconds: float
    refused: tuple[Refusal, ...]
    copies: int = 0
    remarks: tuple[tuple[str, tuple[tuple[str, object], ...]], ...] = ()


def scan(
    paths: Sequence[Path],
    *,
    on_batch: Callable[[list[ScannedInstance]], None] | None = None,
    progress: Progress | None = None,
    cancel: CancelToken | None = None,
    known: KnownFile | None = None,
) -> ScanReport:
    """Read the headers under some paths; `on_batch` hears of instances while the scan runs.

    known: headers of files that did not change since they were last read.
    Raises StudyUnreadableError if a path is not there or nothing was found at all; Cancelled on request.
    """
    started = time.perf_counter()
    run = _Scan(on_batch, progress, cancel or CancelToken(), known)
    files = list(_files(paths, run))
    for done, path in enumerate(files, start=1):
        run.cancel.check()
        run.look_at(path)
        run.maybe_tell(done, len(files))
    run.tell(len(files), len(files))
    seconds = time.perf_counter() - started
    if not run.found and not run.refused:
        raise _nothing(paths, files)
    return report_of(run.found, ScanReport((), len(files), run.skipped, seconds, tuple(run.refused)))


def _nothing(paths: Sequence[Path], files: Sequence[Path]) -> StudyUnreadableError:
    folder = ", ".join(path.name or str(path) for path in paths)
    # A volume file or an archive is opened by its own name: in a folder it may be anything, a mask or a backup.
    openable = next((one.name for one in files if one.name.casefold().endswith(_BY_NAME)), "")
    if openable:
        return StudyUnreadableError(
            "error.study.open_by_name", folder=folder, files=len(files), file=openable
        )
    key = "error.study.nothing_found" if files else "error.study.empty_folder"
    return StudyUnreadableError(key, folder=folder, files=len(files))


def report_of(found: Sequence[ScannedInstance], counted: ScanReport) -> ScanReport:
    """The counted report with the studies of all instances found, and what repeats an instance counted or refused."""
    copies, refused = 0, list(counted.refused)
    for used, left_out in repeats(found):
        if is_same_content(used, left_out):
            copies += 1
            continue
        facts = (("file", left_out.instance.path.name), ("used", used.instance.path.name))
        refused.append(Refusal(left_out.instance.path, OTHER_COPY, facts))
    return replace(counted, studies=group_studies(found), refused=tuple(refused), copies=copies)


def refuse_if_nothing(report: ScanReport, path: Path) -> None:
    """Raise StudyUnreadableError, with the reason of the one file or of the first of several, if none can be used."""
    if report.studies or not report.refused:
        return
    first = report.refused[0]
    if len(report.refused) == 1:
        raise StudyUnreadableError(first.reason_key, **dict(first.facts))
    raise StudyUnreadableError(
        "error.study.all_refused",
        folder=path.name or str(path),
        files=len(report.refused),
        first=first.path.name,
    )


class _Scan:
    """What one scan has gathered so far."""

    def __init__(
        self,
        on_batch: Callable[[list[ScannedInstance]], None] | None,
        progress: Progress | None,
        cancel: CancelToken,
        known: KnownFile | None,
    ) -> None:
        self.cancel = cancel
        self._known = known
        self.found: list[ScannedInstance] = []
        self.refused: list[Refusal] = []
        self.skipped = 0
        self._batch: list[ScannedInstance] = []
        self._told = time.perf_counter()
        self._on_batch = on_batch
        self._progress = progress

    def look_at(self, path: Path) -> None:
        """Read one header; a broken file becomes a refusal and costs nothing else."""
        try:
            scanned = self._remembered(path) or read_header(path)
        except OverreadError as error:
            self.refused.append(Refusal(path, error.key, tuple(error.facts.items())))
        except OSError as error:
            facts = (("file", path.name), ("reason", error.strerror or type(error).__name__))
            self.refused.append(Refusal(path, "error.study.unreadable_file", facts))
        else:
            if scanned is None:
                self.skipped += 1
                return
            self.found.append(scanned)
            self._batch.append(scanned)

    def _remembered(self, path: Path) -> ScannedInstance | None:
        if self._known is None:
            return None
        status = path.stat()
        return self._known(path, status.st_mtime_ns, size_within(path, status.st_size))

    def maybe_tell(self, done: int, total: int) -> None:
        """Hand over a batch when it is large or old enough."""
        if len(self._batch) >= BATCH or time.perf_counter() - self._told > BATCH_S:
            self.tell(done, total)

    def tell(self, done: int, total: int) -> None:
        """Hand over what there is."""
        if self._batch and self._on_batch is not None:
            self._on_batch(self._batch)
        self._batch = []
        self._told = time.perf_counter()
        if self._progress is not None:
            self._progress(done / max(total, 1), str(done))


def _files(paths: Sequence[Path], run: _Scan) -> Iterator[Path]:
    """Every file under the paths once, in a stable order; links to folders are not followed."""
    seen: set[str] = set()
    for path in paths:
        if not path.exists():
            raise StudyUnreadableError("error.study.missing_path", folder=path.name or str(path))
        for file in [path] if path.is_file() else _walk(path, run):
            run.cancel.check()
            key = os.path.abspath(file)
            if key in seen:
                continue
            seen.add(key)
            if len(seen) > FILES_IN_A_SCAN:
                raise StudyUnreadableError(
                    "error.study.too_many_files", folder=path.name, limit=FILES_IN_A_SCAN
                )
            yield file


def _walk(folder: Path, run: _Scan) -> Iterator[Path]:
    def unreadable(error: OSError) -> None:
        where = Path(error.filename or folder)
        facts = (("file", where.name), ("reason", error.strerror or type(error).__name__))
        run.refused.append(Refusal(where, "error.study.unreadable_file", facts))

    for root, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        place = Path(root)
        if len(place.parts) - len(folder.parts) > FOLDERS_DEEP:
            folders.clear()
            facts = (("file", place.name), ("limit", FOLDERS_DEEP))
            run.refused.append(Refusal(place, "error.study.too_deep", facts))
            continue
        for name in sorted(names):
            file = place / name
            if not name.startswith(".") and file.is_file():
                yield file
