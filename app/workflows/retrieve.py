"""One study of a server onto this disk, shown while it comes where the server tells in time what will come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.context import AppContext
from app.domain.errors import RemoteError
from app.domain.volume import CancelToken, Progress
from app.state.events import StudiesListed
from app.studies.source_types import Announcing
from app.workflows.copies import GIB, in_use, purge_copies

if TYPE_CHECKING:
    from pathlib import Path

    from app.domain.study import Study
    from app.studies.headers import ScannedInstance
    from app.studies.scan import ScanReport
    from app.studies.source_types import Source

Connect = Callable[[str], "Source"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One study of one connection. title: for the list of jobs; never a patient's name."""

    place: str
    study_instance_uid: str
    title: str


def retrieval(
    ctx: AppContext, connect: Connect, known: Callable[[], None]
) -> Callable[[Wanted, Progress, CancelToken], ScanReport]:
    """The work of a job. known: called on the main thread when the study is in the worklist before its images."""
    index, cache = ctx.index, ctx.paths.cache
    limit, spared = ctx.settings.copies_gib * GIB, in_use(ctx)

    def retrieve(asked: Wanted, progress: Progress, cancel: CancelToken) -> ScanReport:
        source, shown = connect(asked.place), _ShownEarly(ctx, known)
        try:
            shown.begin(source, asked.study_instance_uid, cancel)
            report = source.open(asked.study_instance_uid, shown.heard, progress, cancel)
            purge_copies(cache, index, limit, spared | {asked.study_instance_uid})
            return report
        finally:
            shown.end()
            source.close()
            studies = index.studies()
            ctx.post(lambda: ctx.store.apply(StudiesListed(studies)))

    return retrieve


class _ShownEarly:
    """What is announced of a study, from then until its retrieval ends. Called on the job's thread."""

    def __init__(self, ctx: AppContext, known: Callable[[], None]) -> None:
        self._ctx = ctx
        self._known = known
        self._announced: frozenset[Path] = frozenset()

    def begin(self, source: Source, study_uid: str, cancel: CancelToken) -> None:
        """Into the worklist, if the source can tell; what went wrong is said by the retrieval itself."""
        from app.studies.grouping import group_studies

        if not isinstance(source, Announcing):
            return
        try:
            found = source.announce(study_uid, cancel)
        except RemoteError:
            return
        studies = group_studies(found)
        if len(studies) != 1:  # nothing to show, or not one patient's
            return
        coming = {one.instance.path: bring for one, bring in found.items() if not one.instance.path.exists()}
        self._announced = frozenset(coming)
        self._ctx.on_the_way.announce(coming)
        others = [one for one in self._ctx.index.studies() if one.study_instance_uid != study_uid]
        self._ctx.post(lambda: self._tell((*studies, *others)))

    def heard(self, batch: list[ScannedInstance]) -> None:
        """These are here."""
        self._ctx.index.add(batch)
        for one in batch:
            self._ctx.on_the_way.arrived(one.instance.path)

    def end(self) -> None:
        """What is not here now will not come."""
        self._ctx.on_the_way.end(self._announced)

    def _tell(self, studies: tuple[Study, ...]) -> None:
        self._ctx.store.apply(StudiesListed(studies))
        self._known()
