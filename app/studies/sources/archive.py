"""ZIP and TAR archives: unpacked once into the cache, then read like a folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePath

from app.domain.errors import StudyUnreadableError
from app.domain.volume import CancelToken, Progress
from app.studies.archive_limits import Budget
from app.studies.disc import Listening, look_at_folder
from app.studies.local_source import LocalSource
from app.studies.scan import TAR_NAMES, Refusal, ScanReport
from app.studies.source_types import Heard, SecretKind, Source, SourceKind, Surroundings
from app.studies.unpacked import made_from
from app.studies.untar import open_packed, untar
from app.studies.unzip import unzip
from app.studies.walker import is_part10
from app.support.held.doors import read_whole, writing

KIND = "archives"
INSIDE, TOLD = "files", "told.json"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0")
_OTHERS = (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07")


def _accepts(place: str) -> bool:
    path = Path(place)
    try:
        return bool(place) and path.is_file() and _kind_of(path) != ""
    except OSError:
        return False  # the folder source says why it cannot be read


def _kind_of(path: Path) -> str:
    """'zip', 'tar', 'other' or '', by the first bytes; a DICOM file may begin with anything (PS3.10 7.1)."""
    with path.open("rb") as file:
        head = file.read(512)
    if is_part10(head):
        return ""
    if head.startswith(_ZIP):
        return "zip"
    if head.startswith(_OTHERS):
        return "other"
    named = path.name.casefold().endswith(TAR_NAMES)
    if named or head[257:262] == b"ustar":
        return "tar"
    return "tar" if head.startswith(_PACKED) and _holds_tar(path) else ""


def _holds_tar(path: Path) -> bool:
    try:
        with open_packed(path) as packed:
            return packed.read(512)[257:262] == b"ustar"
    except (OSError, EOFError, ValueError):
        return False


def _connect(place: str, around: Surroundings) -> Source:
    path = Path(place)

    def look(heard: Heard, progress: Progress | None, cancel: CancelToken | None) -> ScanReport:
        return _look(path, around, Listening(heard, progress, cancel, around.known))

    return LocalSource(path.name, look)


def _look(archive: Path, around: Surroundings, listening: Listening) -> ScanReport:
    """Unpack, unless that was done before, then scan what came out."""

    def fill(folder: Path) -> None:
        inside = folder / INSIDE
        inside.mkdir()
        budget = Budget(archive, inside, listening.cancel or CancelToken(), listening.progress)
        _unpack(archive, budget, around)
        left_out = [[one.reason_key, list(one.facts)] for one in budget.refused]
        with writing(folder / TOLD) as file:
            file.write(json.dumps({"left_out": left_out, "names": budget.names}).encode())

    kept = made_from(archive, around.cache, KIND, fill)
    told = json.loads(read_whole(kept / TOLD))
    refused = tuple(
        Refusal(archive, key, tuple((str(name), value) for name, value in facts))
        for key, facts in told["left_out"]
    )
    try:
        report = look_at_folder(_top(kept / INSIDE), listening)
    except StudyUnreadableError as error:
        if not refused:
            raise StudyUnreadableError(error.key, **{**error.facts, "folder": archive.name}) from error
        return ScanReport((), 0, 0, 0.0, refused)
    named = (_as_the_archive_calls_it(one, kept / INSIDE, archive, told["names"]) for one in report.refused)
    return replace(report, refused=(*refused, *named))


def _as_the_archive_calls_it(
    refusal: Refusal, inside: Path, archive: Path, names: Mapping[str, str]
) -> Refusal:
    """Whoever reads it knows the archive's names, not ours."""
    if not refusal.path.is_relative_to(inside):
        return refusal
    name = names.get(refusal.path.relative_to(inside).as_posix())
    if name is None:
        return refusal
    kept = refusal.path.name
    facts = tuple((key, PurePath(name).name if value == kept else value) for key, value in refusal.facts)
    return replace(refusal, path=archive / name, facts=facts)


def _unpack(archive: Path, budget: Budget, around: Surroundings) -> None:
    kind = _kind_of(archive)
    if kind == "zip":
        unzip(archive, budget, lambda: around.ask_secret(SecretKind.ARCHIVE, archive.name))
    elif kind == "tar":
        untar(archive, budget)
    else:
        raise StudyUnreadableError("error.source.unknown_archive", file=archive.name)


def _top(folder: Path) -> Path:
    """Down to where the files are: most archives hold one folder, and a disc's directory lies in it."""
    inside = list(folder.iterdir())
    while len(inside) == 1 and inside[0].is_dir():
        folder, inside = inside[0], list(inside[0].iterdir())
    return folder


SOURCE = SourceKind("archive", 80, _accepts, _connect)
