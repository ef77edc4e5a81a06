"""A package folder, checked and loaded."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from inference.errors import PackageError, Problem
from inference.hashes import check_sums, package_sha256
from inference.manifest import Manifest

MANIFEST = "configs/metadata.json"
REQUIRED = (MANIFEST, "docs/README.md", "docs/data_license.txt", "LICENSE")
LARGEST_MANIFEST = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Bundle:
    """A package that passed its checks; sha256 is the hash of its SHA256SUMS."""

    folder: Path
    manifest: Manifest
    sha256: str

    @property
    def key(self) -> str:
        """Name and version."""
        return f"{self.manifest.name}-{self.manifest.version}"


def load_bundle(folder: Path) -> Bundle:
    """Check everything and load. Raises PackageError with all that is wrong at once."""
    if not folder.is_dir():
        raise PackageError(folder.name, [Problem("model.problem.no_folder", {"folder": folder.name})])
    problems = [
        Problem("model.problem.file_missing", {"file": name})
        for name in REQUIRED
        if not (folder / name).is_file()
    ]
    problems += [problem for problem in check_sums(folder) if problem not in problems]
    manifest = read_manifest(folder, problems)
    if manifest is not None and not any(problem.key == "model.problem.file_changed" for problem in problems):
        from inference.bundle_checks import check_bundle

        problems += check_bundle(folder, manifest)
    if problems or manifest is None:
        raise PackageError(folder.name, _once(problems))
    return Bundle(folder, manifest, package_sha256(folder))


def every_problem(folder: Path) -> list[Problem]:
    """All that is wrong with a package, as far as it can be looked at: graphs too where a file was changed."""
    try:
        load_bundle(folder)
    except PackageError as error:
        problems = list(error.problems)
    else:
        return []
    manifest = read_manifest(folder, [])
    if manifest is not None and any(one.key == "model.problem.file_changed" for one in problems):
        from inference.bundle_checks import check_bundle

        problems += check_bundle(folder, manifest)
    return _once(problems)


def read_manifest(folder: Path, problems: list[Problem]) -> Manifest | None:
    """The manifest; None, and why, if it cannot be used."""
    file = folder / MANIFEST
    if not file.is_file():
        return None
    if file.stat().st_size > LARGEST_MANIFEST:
        problems.append(Problem("model.problem.manifest", {"where": MANIFEST, "what": "larger than 4 MiB"}))
        return None
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return Manifest.model_validate(content)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        problems.append(Problem("model.problem.manifest", {"where": MANIFEST, "what": str(error)[:200]}))
    except ValidationError as error:
        for entry in error.errors(include_url=False, include_context=False, include_input=False):
            where = ".".join(str(part) for part in entry["loc"])
            problems.append(Problem("model.problem.manifest", {"where": where, "what": str(entry["msg"])}))
    return None


def _once(problems: list[Problem]) -> list[Problem]:
    """Without repeats, in order."""
    seen: dict[str, Problem] = {}
    for problem in problems:
        seen.setdefault(str(problem), problem)
    return list(seen.values())
