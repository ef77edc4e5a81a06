"""What the reader will look at next, decoded while nothing else is to be done: the next series, then priors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from app.context import AppContext
from app.domain.errors import OverreadError
from app.ui.subject import Subject
from app.workflows.hang import first_to_hang
from app.workflows.protocols import screen_of

if TYPE_CHECKING:
    from app.studies.stack_source import StackSource
    from app.ui.pictures import Pictures

IDLE_MS = 1500  # after the last change of what hangs (ours)
PRIORS = 2


class Prefetch(QObject):
    """One series at a time; what hangs is always decoded first, and the line stands still while the reader works."""

    def __init__(self, ctx: AppContext, pictures: Pictures) -> None:
        super().__init__()
        self._ctx = ctx
        self._pictures = pictures
        self._stop: Callable[[], None] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.step)

    def begin_later(self) -> None:
        """Another study or screen: begin anew when it has been quiet for a moment."""
        self._timer.start(IDLE_MS)

    def step(self) -> None:
        """The first series that is not decoded yet and has room."""
        self._forget()
        for subject in self._wanted():
            try:
                source = self._pictures.prefetch(subject)
            except OverreadError:  # said when the reader hangs it
                continue
            if source is not None:
                self._follow(source)
                return

    def close(self) -> None:
        """Nothing more is begun."""
        self._timer.stop()
        self._forget()

    def _follow(self, source: StackSource) -> None:
        def arrived(_index: int) -> None:
            if source.is_complete:
                self._forget()
                self._timer.start(0)

        self._stop = source.listen(arrived)

    def _forget(self) -> None:
        if self._stop is not None:
            self._stop()
            self._stop = None

    def _wanted(self) -> Iterator[Subject]:
        """Series of the open study from the active one on, then the best series of the latest priors."""
        workspace = self._ctx.store.state.workspace
        study = workspace.open_study
        if study is None:
            return
        sets = self._pictures.sets_of(study)
        hung = workspace.arrangement.active.hung
        ids = [one.display_set_id for one in sets]
        here = ids.index(hung.display_set_id) + 1 if hung and hung.display_set_id in ids else 0
        for one in (*sets[here:], *sets[:here]):
            yield Subject(study, one)
        for prior, prior_sets in screen_of(self._ctx, study, self._pictures.sets_of).priors[:PRIORS]:
            first = first_to_hang(prior_sets)
            if first is not None:
                yield Subject(prior, first, study)
