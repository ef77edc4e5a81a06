"""Keeps the copies of servers' studies within the size that the reader set."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.context import AppContext
from app.domain.volume import CancelToken, Progress
from app.jobs.job import Job, Priority
from app.state.events import StudiesListed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.domain.errors import OverreadError
    from app.studies.index import StudyIndex

GIB = 1024**3


@dataclass(frozen=True, slots=True)
class Purged:
    """What went, and what stays: counts of studies, sizes in bytes."""

    studies: int
    size: int
    left: int
    left_size: int


def purge_copies(cache: Path, index: StudyIndex, limit: int, spared: Set[str]) -> Purged:
    """Take copies away until they are within `limit` bytes, and their files off the index."""
    from app.studies.remote.kept_copies import kept_studies, purge

    gone = purge(cache, limit, spared)
    for one in gone:
        index.forget_under(one.folder)
    left = kept_studies(cache)
    return Purged(len(gone), sum(one.size for one in gone), len(left), sum(one.size for one in left))


def in_use(ctx: AppContext) -> frozenset[str]:
    """Studies that are open or hang somewhere. Main thread."""
    workspace = ctx.store.state.workspace
    hung = {one.hung.study_instance_uid for one in workspace.arrangement.viewports if one.hung is not None}
    return frozenset(hung | {workspace.open_study_uid})


def start_purge(
    ctx: AppContext,
    done: Callable[[Purged], None],
    failed: Callable[[OverreadError], None],
    *,
    all_of_them: bool = False,
    spared: Set[str] = frozenset(),
) -> Job:
    """As a job: down to the size of the settings, or all that are not in use."""
    limit = 0 if all_of_them else ctx.settings.copies_gib * GIB
    cache, index = ctx.paths.cache, ctx.index
    spared = in_use(ctx) | spared

    def purge(_request: None, _progress: Progress, _cancel: CancelToken) -> Purged:
        purged = purge_copies(cache, index, limit, spared)
        if purged.studies:
            studies = index.studies()
            ctx.post(lambda: ctx.store.apply(StudiesListed(studies)))
        return purged

    return ctx.jobs.submit(purge, None, Priority.BACKGROUND, done, failed, kind="purge")
