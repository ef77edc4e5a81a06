"""One study of a server onto this disk, shown while it comes where the server tells in time what will come."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.context import AppContext
from app.domain.errors import RemoteError
from app.domain.volume import Cancelled, CancelToken, Progress
from app.state.events import StudiesListed
from app.studies.frames_apart import forget
from app.studies.grouping import group_studies
from app.studies.source_types import Announcing
from app.workflows.audit import told_transfer
from app.workflows.copies import GIB, purge_copies

if TYPE_CHECKING:
    from pathlib import Path

    from app.domain.study import Study
    from app.studies.headers import ScannedInstance
    from app.studies.scan import ScanReport
    from app.studies.source_types import Source

# What comes within this time is not announced: against a near server the question alone took as long as 300 slices.
ANNOUNCE_AFTER_S = 1.0
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
    """The work of a job. known: called on the main thread each time that more of the study is in the worklist."""
    index, cache = ctx.index, ctx.paths.cache
    limit = ctx.settings.copies_gib * GIB

    def retrieve(asked: Wanted, progress: Progress, cancel: CancelToken) -> ScanReport:
        told = (ctx.reader, asked.place, asked.study_instance_uid)
        with told_transfer(ctx.audit, told, sent=False):
            return bring(asked, progress, cancel)

    def bring(asked: Wanted, progress: Progress, cancel: CancelToken) -> ScanReport:
        source, shown = connect(asked.place), _ShownEarly(ctx, asked.study_instance_uid, known)
        try:
            shown.begin(source, cancel)
            report = source.open(asked.study_instance_uid, shown.heard, progress, cancel)
            purge_copies(cache, index, limit, {asked.study_instance_uid})
            return report
        finally:
            shown.end()
            source.close()
            studies = index.studies()
            ctx.post(lambda: ctx.store.apply(StudiesListed(studies)))

    return retrieve


class _ShownEarly:
    """A study in the worklist from its first image on, and whole as soon as the server has said what it holds."""

    def __init__(self, ctx: AppContext, study_uid: str, known: Callable[[], None]) -> None:
        self._ctx = ctx
        self._study_uid = study_uid
        self._known = known
        self._lock = threading.Lock()
        self._coming: frozenset[Path] = frozenset()
        self._is_listed = self._is_over = False
        self._over = threading.Event()

    def begin(self, source: Source, cancel: CancelToken) -> None:
        """Asked beside the retrieval, so that a slow answer keeps nobody waiting."""
        self._ctx.on_the_way.grow(self._study_uid, on=True)
        if isinstance(source, Announcing):
            ask = threading.Thread(target=self._ask, args=(source, cancel), name="announced", daemon=True)
            ask.start()

    def heard(self, batch: list[ScannedInstance]) -> None:
        """These are here."""
        self._ctx.index.add(batch)
        for one in batch:
            self._ctx.on_the_way.arrived(one.instance.path)
        with self._lock:
            is_first, self._is_listed = not self._is_listed, True
        if is_first:
            self._list(group_studies(batch))

    def end(self) -> None:
        """What is not here now will not come."""
        with self._lock:
            self._is_over = True
        self._over.set()
        self._ctx.on_the_way.end(self._coming)
        forget(tuple(self._coming))
        self._ctx.on_the_way.grow(self._study_uid, on=False)

    def _ask(self, source: Announcing, cancel: CancelToken) -> None:
        if self._over.wait(ANNOUNCE_AFTER_S):
            return
        try:
            found = source.announce(self._study_uid, cancel)
        except (RemoteError, Cancelled):  # what is wrong is said by the retrieval itself
            return
        studies = group_studies(found)
        if len(studies) != 1:  # nothing to show, or not one patient's
            return
        with self._lock:
            if self._is_over:
                return
            self._is_listed = True
            coming = {
                one.instance.path: bring for one, bring in found.items() if not one.instance.path.exists()
            }
            self._coming = frozenset(coming)
            singly = {one.instance.path: source.frames_of(one) for one in found}
            frames = {path: bring for path, bring in singly.items() if bring is not None}
            self._ctx.on_the_way.announce(coming, frames)
        for path in coming:  # what came between the look and the announcement
            if path.exists():
                self._ctx.on_the_way.arrived(path)
        self._ctx.on_the_way.grow(self._study_uid, on=False)
        self._list(studies)

    def _list(self, studies: tuple[Study, ...]) -> None:
        others = [one for one in self._ctx.index.studies() if one.study_instance_uid != self._study_uid]

        def tell() -> None:
            with self._lock:
                if self._is_over:
                    return  # the whole list is on its way already
            self._ctx.store.apply(StudiesListed((*studies, *others)))
            self._known()

        self._ctx.post(tell)
