"""The directory of a disc: which files it lists and where they lie (PS3.10 section 8, PS3.3 annex F)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.errors import StudyUnreadableError
from app.studies.headers import MEDIA_DIRECTORY
from app.studies.kept_names import DIRECTORY, kept_name, plain_name
from app.studies.scan import Refusal
from app.support.held.doors import open_file

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

NAME = DIRECTORY
LARGEST_DIRECTORY = 256 * 1024 * 1024  # some 500,000 records (ours)
_HEAD = 1024
_OUT_OF_USE = 0  # Record In-use Flag (0004,1410) of a deleted record


@dataclass(frozen=True, slots=True)
class FileSet:
    """Files that the directory lists and that are there, in its order; refusals name the others."""

    root: Path
    files: tuple[Path, ...]
    refused: tuple[Refusal, ...]


def directory_of(path: Path) -> Path | None:
    """The directory file that a path is, or that lies in it as a folder; None without one."""
    try:
        if path.is_file():
            return path if path.name.upper() == NAME or _is_directory(path) else None
        if path.is_dir():
            with os.scandir(path) as inside:
                return next((Path(one) for one in inside if plain_name(one.name) == "dicomdir"), None)
    except OSError:
        return None  # whoever reads the path says why
    return None


def read_file_set(directory: Path) -> FileSet:
    """What a directory file lists. Raises StudyUnreadableError if it is no directory or damaged, OSError."""
    from app.studies.slow_headers import damage, leave_to_disc, read_dataset

    if directory.stat().st_size > LARGEST_DIRECTORY:
        raise StudyUnreadableError("error.source.directory_damaged", file=directory.name)
    try:
        records = list(read_dataset(directory).DirectoryRecordSequence or ())
        listed = list(dict.fromkeys(_file_ids(records)))
    except damage(StudyUnreadableError) as error:
        leave_to_disc(error)
        raise StudyUnreadableError("error.source.directory_damaged", file=directory.name) from error
    return _resolve_all(directory.parent, listed)


def _resolve_all(root: Path, listed: list[tuple[str, ...]]) -> FileSet:
    names: dict[Path, dict[str, str]] = {}
    files, refused = [], []
    inside = root.resolve()
    for parts in listed:
        shown = "/".join(parts)[:200]
        if not all(map(_is_safe, parts)):
            refused.append(Refusal(root / NAME, "error.source.unsafe_reference", (("file", shown),)))
            continue
        found = _find(root, parts, names)
        if found is None:
            refused.append(Refusal(root.joinpath(*parts), "error.source.not_on_disc", (("file", shown),)))
        elif not found.resolve().is_relative_to(inside):  # a link may lead anywhere
            refused.append(Refusal(found, "error.source.unsafe_reference", (("file", shown),)))
        else:
            files.append(found)
    return FileSet(root, tuple(files), tuple(refused))


def _file_ids(records: list[Dataset]) -> Iterator[tuple[str, ...]]:
    """Referenced File IDs (0004,1500) of the records in use; a slash inside a part is a writer's mistake."""
    for record in records:
        parts = record.get("ReferencedFileID")
        if not parts or record.get("RecordInUseFlag", 0xFFFF) == _OUT_OF_USE:
            continue
        listed = [parts] if isinstance(parts, str) else list(parts)
        yield tuple(piece for part in listed for piece in str(part).replace("\\", "/").split("/"))


def _is_safe(part: str) -> bool:
    return part not in {"", ".", ".."} and not any(sign in part for sign in "\0:/\\")


def _find(root: Path, parts: tuple[str, ...], names: dict[Path, dict[str, str]]) -> Path | None:
    """The file of an ID, whatever case and version number (';1') the disc's file system gave its name."""
    here = root
    for part in parts:
        if here not in names:
            names[here] = _names_in(here)
        kept = plain_name(kept_name(here, part))
        name = part if (here / part).exists() else names[here].get(kept)
        if name is None:
            return None
        here = here / name
    return here if here.is_file() else None


def _names_in(folder: Path) -> dict[str, str]:
    try:
        return {plain_name(name): name for name in sorted(os.listdir(folder), reverse=True)}
    except OSError:
        return {}


def _is_directory(path: Path) -> bool:
    with open_file(path) as file:
        head = file.read(_HEAD)
    return head[128:132] == b"DICM" and MEDIA_DIRECTORY.encode() in head
