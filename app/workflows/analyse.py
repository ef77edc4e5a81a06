"""What can be run on the series in front of the reader, and the words for it; `model_queue` runs it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.context import AppContext
from app.domain.study import Study
from app.domain.volume import CancelToken, Progress, Volume
from app.studies.display_sets import DisplaySet
from app.support.i18n import text, text_with
from app.support.slow_imports import settle_pydantic

if TYPE_CHECKING:
    from inference.catalog import PackageEntry

KIND, WAITS = "model", "model_waits"  # jobs of the state: the run under way, and those behind it


@dataclass(frozen=True, slots=True)
class Subject:
    """What a package runs on; volume spares reading the pictures again."""

    study: Study
    display_set: DisplaySet
    volume: Volume | None = None


@dataclass(frozen=True, slots=True)
class KnownModel:
    """One installed package as the reader sees it; problem says why it cannot run, in words."""

    name: str
    version: str
    modalities: tuple[str, ...] = ()
    problem: str = ""


def find_models(ctx: AppContext, _progress: Progress, _cancel: CancelToken) -> tuple[KnownModel, ...]:
    """Packages in the folders by their manifests, with the pause that holds; every run checks everything else."""
    settle_pydantic()
    from inference.catalog import find_packages

    return tuple(_with_pause(ctx, entry) for entry in find_packages(ctx.model_folders, thorough=False))


def _with_pause(ctx: AppContext, entry: PackageEntry) -> KnownModel:
    from app.workflows.fitness import paused
    from inference.hashes import SUMS, package_sha256

    known = _known(entry)
    if known.problem or not (entry.folder / SUMS).is_file():
        return known
    held = paused(ctx, package_sha256(entry.folder))
    return known if held is None else replace(known, problem=text("ai.paused", why=held.facts.get("why", "")))


def _known(entry: PackageEntry) -> KnownModel:
    problem = " ".join(text_with(one.key, one.facts) for one in entry.problems[:2])
    if entry.manifest is None:
        return KnownModel(entry.folder.name, "", (), problem or entry.folder.name)
    manifest = entry.manifest
    return KnownModel(manifest.name, manifest.version, manifest.viewer.applicability.modality, problem)
