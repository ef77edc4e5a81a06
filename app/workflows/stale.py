"""Whether a result still speaks of what is here: the pixels it was computed on, and the model that is installed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.analysis.provenance import pixel_sha256
from app.analysis.run_views import ViewPicture, pixels_of
from app.context import AppContext
from app.domain.errors import OverreadError
from app.domain.finding import AnalysisResult
from app.domain.volume import CancelToken, Progress
from app.studies.display_sets import DisplaySet
from app.studies.load import load_volume
from app.support.i18n import text
from app.support.slow_imports import settle_pydantic
from app.workflows.once import files_of
from app.workflows.view_sets import KIND, chosen_among

if TYPE_CHECKING:
    from inference.manifest import Viewer


@dataclass(frozen=True, slots=True, eq=False)
class Here:
    """A package that is installed."""

    version: str
    sha256: str
    viewer: Viewer


Installed = dict[str, list[Here]]


@dataclass(frozen=True, slots=True, eq=False)
class StaleRequest:
    """Results of a study, and the stacks of it that are here."""

    ctx: AppContext
    results: tuple[AnalysisResult, ...]
    sets: tuple[DisplaySet, ...]


def stale_words(request: StaleRequest, _progress: Progress, cancel: CancelToken) -> dict[str, str]:
    """Why a result is stale, by its id; those that still hold are not in it. Raises Cancelled.

    Pixels are read again only where a file is not as it was at the run (size or time).
    """
    installed = _installed(request.ctx)
    found: dict[str, str] = {}
    for result in (one for one in request.results if one.imported is None):
        cancel.check()
        said = [_of_model(result, installed), _of_pixels(request, result, installed, cancel)]
        if any(said):
            found[result.result_id] = " ".join(words for words in said if words)
    return found


def _installed(ctx: AppContext) -> Installed:
    """Every package here, by name."""
    settle_pydantic()
    from inference.catalog import find_packages
    from inference.hashes import SUMS, package_sha256

    found: Installed = {}
    for entry in find_packages(ctx.model_folders, thorough=False):
        if entry.manifest is not None and (entry.folder / SUMS).is_file():
            here = Here(entry.manifest.version, package_sha256(entry.folder), entry.manifest.viewer)
            found.setdefault(entry.manifest.name, []).append(here)
    return found


def _of_model(result: AnalysisResult, installed: Installed) -> str:
    """Another version, or another content under the same version, is another model."""
    here = installed.get(result.package.name, [])
    if not here or any(one.sha256 == result.package.sha256 for one in here):
        return ""
    versions = ", ".join(one.version for one in here)
    return text("ai.stale.model", used=result.package.version, here=versions)


def _of_pixels(
    request: StaleRequest, result: AnalysisResult, installed: Installed, cancel: CancelToken
) -> str:
    noted = request.ctx.runtime.runs.run(result.result_id)
    if noted is None or not result.pixel_sha256:
        return ""
    viewer = _viewer_of(result, installed)
    if viewer is not None and viewer.kind == KIND:
        return _of_views(chosen_among(viewer, request.sets), noted.files, result.pixel_sha256, cancel)
    if viewer is None and len(result.series_instance_uids) > 1:
        return ""  # which of several films it read, only its package could say
    stacks = [one for one in request.sets if one.series.series_instance_uid in result.series_instance_uids]
    if not stacks or any(files_of(one) == noted.files for one in stacks):
        return ""
    return "" if _same_pixels(stacks, result.pixel_sha256, cancel) else text("ai.stale.pixels")


def _viewer_of(result: AnalysisResult, installed: Installed) -> Viewer | None:
    """What the very package of a result says of itself, where it is still here."""
    here = installed.get(result.package.name, [])
    return next((one.viewer for one in here if one.sha256 == result.package.sha256), None)


def _of_views(sets: Mapping[str, DisplaySet], files: str, digest: str, cancel: CancelToken) -> str:
    """The films that a run on several views would read today, all together."""
    if not sets or files_of(*sets.values()) == files:
        return ""
    try:
        pictures = {
            view: ViewPicture(one.series, load_volume(one, None, cancel)) for view, one in sets.items()
        }
    except OverreadError:
        return text("ai.stale.pixels")
    return "" if pixels_of(pictures) == digest else text("ai.stale.pixels")


def _same_pixels(stacks: Sequence[DisplaySet], digest: str, cancel: CancelToken) -> bool:
    for one in stacks:
        try:
            if pixel_sha256(load_volume(one, None, cancel)) == digest:
                return True
        except OverreadError:
            continue
    return False
