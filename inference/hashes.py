"""SHA256SUMS: every file of a package, no more and no less, none of them a link."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from inference.errors import Problem

SUMS = "SHA256SUMS"
SIGNATURE = "model.sig"
_LINE = re.compile(r"^([0-9a-f]{64})  ([^\n]+)$")
_BLOCK = 1024 * 1024


def file_sha256(file: Path) -> str:
    """Hash of a file, read in blocks."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def write_sums(folder: Path) -> None:
    """Write SHA256SUMS over all files of a folder."""
    lines = [f"{file_sha256(folder / name)}  {name}" for name in listed_files(folder)]
    (folder / SUMS).write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def package_sha256(folder: Path) -> str:
    """One hash for the whole package: that of its SHA256SUMS."""
    return file_sha256(folder / SUMS)


def listed_files(folder: Path) -> list[str]:
    """Relative names of all files that belong to a package, sorted."""
    names = (
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if not path.is_dir() or path.is_symlink()
    )
    return sorted(name for name in names if name not in (SUMS, SIGNATURE))


def check_sums(folder: Path) -> list[Problem]:
    """Everything that does not agree with SHA256SUMS."""
    problems = _links(folder)
    sums = folder / SUMS
    if problems or not sums.is_file():
        return problems or [Problem("model.problem.no_sums", {"file": SUMS})]
    expected: dict[str, str] = {}
    for line in sums.read_text(encoding="utf-8", errors="replace").splitlines():
        match = _LINE.match(line)
        if match is None or not _is_inside(match[2]):
            problems.append(Problem("model.problem.bad_sums_line", {"file": SUMS, "line": line[:80]}))
        else:
            expected[match[2]] = match[1]
    present = set(listed_files(folder))
    problems += [
        Problem("model.problem.file_missing", {"file": name}) for name in sorted(set(expected) - present)
    ]
    problems += [
        Problem("model.problem.file_unlisted", {"file": name}) for name in sorted(present - set(expected))
    ]
    problems += [
        Problem("model.problem.file_changed", {"file": name})
        for name in sorted(present & set(expected))
        if file_sha256(folder / name) != expected[name]
    ]
    return problems


def _links(folder: Path) -> list[Problem]:
    """Symbolic links, hard links and special files: a package is plain files."""
    problems: list[Problem] = []
    for path in [folder, *sorted(folder.rglob("*"))]:
        name = path.relative_to(folder).as_posix() if path != folder else folder.name
        status = os.lstat(path)
        if path.is_symlink() and path != folder:
            problems.append(Problem("model.problem.link", {"file": name}))
        elif path.is_file() and status.st_nlink > 1:
            problems.append(Problem("model.problem.hard_link", {"file": name}))
        elif not path.is_dir() and not path.is_file():
            problems.append(Problem("model.problem.special_file", {"file": name}))
    return problems


def _is_inside(name: str) -> bool:
    """A plain relative path that stays in the package."""
    parts = name.split("/")
    return not (name.startswith(("/", "\\")) or ":" in name or "\\" in name or ".." in parts or "" in parts)
