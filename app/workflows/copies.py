"""Keeps the copies of servers' studies within the size that the reader set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from contextlib import ExitStack, contextmanager
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
    from app.domain.study import Study
    from app.state.model import Workspace
    from app.studies.index import StudyIndex
    from app.studies.source_types import StudyHit

GIB = 1024**3


@dataclass(frozen=True, slots=True)
class Purged:
    """What went, and what stays: counts of studies, sizes in bytes."""

    studies: int
    size: int
    left: int
    left_size: int


def purge_copies(cache: Path, index: StudyIndex, limit: int, spared: Set[str] = frozenset()) -> Purged:
    """Take copies away until they are within `limit` bytes, and their files off the index."""
    from app.studies.remote.kept_copies import kept_studies, purge

    gone = purge(cache, limit, spared)
    for one in gone:
        index.forget_under(one.folder)
    left = kept_studies(cache)
    return Purged(len(gone), sum(one.size for one in gone), len(left), sum(one.size for one in left))


@contextmanager
def copies_in_use(cache: Path, studies: Iterable[Study]) -> Iterator[None]:
    """Copies of servers among these studies are marked as long as the block runs: nobody's purge takes them."""
    from app.studies.remote.use_marks import in_use

    with ExitStack() as marks:
        for folder in {folder for study in studies for folder in copy_folders(cache, study)}:
            marks.enter_context(in_use(folder))
        yield


def copy_folders(cache: Path, study: Study) -> frozenset[Path]:
    """Where the copies of a study lie; two servers may each have sent a part of it. Files elsewhere are no copies."""
    return frozenset(
        instance.path.parent
        for series in study.series
        for instance in series.instances
        if instance.path.parent.parent.parent == cache / "remote"
    )


def kept_hits(cache: Path, studies: Iterable[Study]) -> tuple[StudyHit, ...]:
    """Studies of which a copy lies on this disk, as a search would name them; the latest first."""
    from app.studies.source_types import StudyHit

    found = []
    for study in studies:
        copies = copy_folders(cache, study)
        if not copies:
            continue
        inside = [one for series in study.series for one in series.instances if one.path.parent in copies]
        modalities = tuple(sorted({series.modality for series in study.series if series.modality}))
        said = (study.description, study.accession_number, modalities, len(study.series), len(inside))
        found.append(StudyHit(study.study_instance_uid, study.patient, study.date, study.time, *said))
    return tuple(sorted(found, key=lambda hit: (hit.date, hit.time), reverse=True))


class CopiesOnScreen:
    """Marks the copies that are open or hang somewhere, so that nobody's purge takes them. Main thread."""

    def __init__(self, ctx: AppContext) -> None:
        self._cache = ctx.paths.cache
        self._releases: dict[Path, Callable[[], None]] = {}
        self._seen: tuple[tuple[Study, ...], set[str]] = ((), set())
        self._stop = ctx.store.watch(lambda state: state.workspace, self._follow)

    def close(self) -> None:
        """Nothing is on the screen any more."""
        self._stop()
        while self._releases:
            self._releases.popitem()[1]()

    def _follow(self, workspace: Workspace) -> None:
        shown = {one.hung.study_instance_uid for one in workspace.arrangement.viewports if one.hung}
        uids = shown | {workspace.open_study_uid}
        if self._seen[0] is workspace.studies and self._seen[1] == uids:
            return  # a window dragged or a slice turned changes the workspace many times a second
        self._seen = (workspace.studies, uids)
        folders = {
            folder
            for study in workspace.studies
            if study.study_instance_uid in uids
            for folder in copy_folders(self._cache, study)
        }
        for folder in folders - self._releases.keys():
            from app.studies.remote.use_marks import mark_use

            self._releases[folder] = mark_use(folder)
        for folder in self._releases.keys() - folders:
            self._releases.pop(folder)()


def start_purge(
    ctx: AppContext,
    done: Callable[[Purged], None],
    failed: Callable[[OverreadError], None],
    *,
    all_of_them: bool = False,
) -> Job:
    """As a job: down to the size of the settings, or all that nobody uses."""
    limit = 0 if all_of_them else ctx.settings.copies_gib * GIB
    cache, index = ctx.paths.cache, ctx.index

    def purge(_request: None, _progress: Progress, _cancel: CancelToken) -> Purged:
        purged = purge_copies(cache, index, limit)
        if purged.studies:
            studies = index.studies()
            ctx.post(lambda: ctx.store.apply(StudiesListed(studies)))
        return purged

    return ctx.jobs.submit(purge, None, Priority.BACKGROUND, done, failed, kind="purge")
