"""Copy instances into a folder, each whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.domain.errors import OverreadError
from app.domain.volume import CancelToken, Progress
from app.studies.headers import read_header
from app.studies.source_types import Stored, StoreOutcome
from app.studies.uids import is_sane_uid
from app.support.held.doors import is_same
from app.support.i18n import explain, text
from app.support.whole_files import copy_whole


def store_files(
    folder: Path, files: Sequence[Path], progress: Progress | None = None, cancel: CancelToken | None = None
) -> tuple[Stored, ...]:
    """One outcome per file, under the name of its SOP Instance UID; what is there already is never written over."""
    outcomes = []
    for number, file in enumerate(files, start=1):
        if cancel is not None:
            cancel.check()
        outcomes.append(_store(folder, file))
        if progress is not None:
            progress(number / len(files), str(number))
    return tuple(outcomes)


def _store(folder: Path, file: Path) -> Stored:
    try:
        scanned = read_header(file)
    except OverreadError as error:
        return Stored(file, "", StoreOutcome.FAILED, explain(error))
    except OSError as error:
        return _failed(file, "", error)
    uid = scanned.instance.sop_instance_uid if scanned else ""
    if not is_sane_uid(uid):  # it becomes a file name
        return Stored(file, uid[:64], StoreOutcome.FAILED, text("source.store.no_uid", file=file.name))
    target = folder / f"{uid}.dcm"
    try:
        if target.exists():
            if is_same(file, target):
                return Stored(file, uid, StoreOutcome.STORED)
            return Stored(file, uid, StoreOutcome.FAILED, text("source.store.other", file=target.name))
        copy_whole(file, target)
    except OSError as error:
        return _failed(file, uid, error)
    return Stored(file, uid, StoreOutcome.STORED)


def _failed(file: Path, uid: str, error: OSError) -> Stored:
    reason = error.strerror or type(error).__name__
    return Stored(file, uid, StoreOutcome.FAILED, text("source.store.failed", file=file.name, reason=reason))
