"""All packages that there are, also those that may not be used and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inference.bundle import MANIFEST, load_bundle, read_manifest
from inference.errors import PackageError, Problem
from inference.manifest import Manifest


@dataclass(frozen=True, slots=True)
class PackageEntry:
    """One folder. problems is empty if the package may be used."""

    folder: Path
    manifest: Manifest | None
    problems: tuple[Problem, ...] = ()


def find_packages(folders: Sequence[Path], *, thorough: bool = True) -> tuple[PackageEntry, ...]:
    """Packages directly under the folders; of one name and version, the first found.

    Not thorough reads manifests only: for a list that is wanted at once. Every run checks everything anyway.
    """
    found: dict[str, PackageEntry] = {}
    for parent in folders:
        for folder in sorted(parent.iterdir()) if parent.is_dir() else ():
            if (folder / MANIFEST).is_file():
                entry = _thorough(folder) if thorough else _quick(folder)
                name = f"{entry.manifest.name}-{entry.manifest.version}" if entry.manifest else folder.name
                found.setdefault(name, entry)
    return tuple(found[name] for name in sorted(found))


def _quick(folder: Path) -> PackageEntry:
    problems: list[Problem] = []
    return PackageEntry(folder, read_manifest(folder, problems), tuple(problems))


def _thorough(folder: Path) -> PackageEntry:
    try:
        return PackageEntry(folder, load_bundle(folder).manifest)
    except PackageError as error:
        return PackageEntry(folder, read_manifest(folder, []), error.problems)
