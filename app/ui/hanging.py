"""Hanging protocols in the window: step through screens, choose another, remember the present one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.context import AppContext
from app.domain.errors import OverreadError
from app.hanging.match import Match
from app.state.events import ArrangementHung
from app.state.model import Arrangement
from app.support.i18n import text
from app.support.titles import title_words
from app.ui.mammograms import Mammograms
from app.workflows import hang
from app.workflows.protocols import catalogue, screen_of

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow
    from app.ui.overlays.remember import RememberSheet


class Hanging:
    """What the actions `hanging.*` do."""

    def __init__(self, ctx: AppContext, window: MainWindow) -> None:
        self._ctx = ctx
        self._window = window
        self.mammography = Mammograms(ctx, window)
        self.sheet: RememberSheet | None = None

    def step(self, step: int) -> None:
        """The next or previous screen. Raises OverreadError at the ends, or where no protocol hangs."""
        now = self._now
        if not now.protocol_id:
            raise OverreadError("error.hanging.no_protocol")
        found = self._found()
        there = hang.stage_by(now, found, step)
        if there is None:
            raise OverreadError("error.hanging.no_stage")
        self._show(there, found)

    def next_protocol(self) -> None:
        """The next one that fits. Raises OverreadError if there is none."""
        found = self._found()
        there = hang.other_protocol(self._now, found)
        if there is None:
            raise OverreadError("error.hanging.no_other")
        self._show(there, found)

    def mammograms(self) -> None:
        """Right and left, CC and MLO, back to back. Raises OverreadError where the study has none."""
        workspace = self._ctx.store.state.workspace
        sets = self._window.pictures.sets_of_uid(workspace.open_study_uid)
        if workspace.open_study is None or not any(one.series.modality == "MG" for one in sets):
            raise OverreadError("error.ui.no_mammograms")
        there = hang.mammograms(workspace.open_study, sets)
        self._ctx.store.apply(ArrangementHung(there, text("deed.mammograms")))

    def remember(self) -> None:
        """Show the rule made from the present screen, tried on the studies of the list."""
        from app.ui.overlays.remember import RememberSheet

        if self._screen() is None:
            raise OverreadError("error.hanging.nothing_hangs")
        if self.sheet is None:
            self.sheet = RememberSheet(self._ctx, self._window)
        self.sheet.show_screen()

    @property
    def _now(self) -> Arrangement:
        return self._ctx.store.state.workspace.arrangement

    def _screen(self) -> hang.Screen | None:
        study = self._ctx.store.state.workspace.open_study
        return screen_of(self._ctx, study, self._window.pictures.sets_of) if study else None

    def _found(self) -> tuple[Match, ...]:
        screen = self._screen()
        return hang.fitting(screen, catalogue(self._ctx).protocols) if screen else ()

    def _show(self, there: Arrangement, found: Sequence[Match]) -> None:
        protocol = next(one.protocol for one in found if one.protocol.id == there.protocol_id)
        said = text(
            "deed.stage",
            title=title_words("protocol", protocol.title),
            number=there.stage + 1,
            count=len(protocol.stages),
            stage=title_words("stage", protocol.stages[there.stage].title),
        )
        self._ctx.store.apply(ArrangementHung(there, said))
        self._window.messages.note(said[0].upper() + said[1:])
