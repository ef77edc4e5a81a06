"""What the actions `mammo.*` do, and that AI marks stay off in mammography until the reader asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from app.context import AppContext
from app.domain.errors import OverreadError
from app.domain.study import Study
from app.state.events import ArrangementHung, InkChanged
from app.state.model import Viewport
from app.studies.display_sets import DisplaySet
from app.support.i18n import text
from app.ui.hung_breast import HungBreast
from app.ui.mammography import MODALITY

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow


class Mammograms:
    """Acts on the active mammogram, or on all of the screen."""

    def __init__(self, ctx: AppContext, window: MainWindow) -> None:
        self._ctx = ctx
        self._window = window
        self._ink_before: bool | None = None  # whether marks were shown before a mammography was opened

    def start(self) -> None:
        """Hear of studies that are opened."""
        self._ctx.store.watch(lambda state: state.workspace.open_study, self._opened, now=False)

    def walk(self, step: int) -> None:
        """The next part of the breast at 1:1. Raises OverreadError where no mammogram is active."""
        self._active().walk(step)

    def toggle_ground(self) -> None:
        """The air of all mammograms black, or as it is stored. Raises OverreadError where no mammogram is active."""
        shown = not self._active().view.state.ground
        for one in self._window.host.mammography.hung.values():
            one.view.show_state(replace(one.view.state, ground=shown))

    def toggle_kind(self) -> None:
        """Tomosynthesis in place of 2D in all viewports that have both, or back.

        Raises OverreadError where the active viewport shows no mammogram, or nothing can be changed.
        """
        to_slices = len(self._active().content.subject.display_set.frames) == 1
        arrangement = self._ctx.store.state.workspace.arrangement
        viewports = tuple(
            self._other_kind(viewport, to_slices=to_slices) for viewport in arrangement.viewports
        )
        if viewports == arrangement.viewports:
            raise OverreadError("mammo.no_views")
        said = text("mammo.to_dbt" if to_slices else "mammo.to_2d")
        self._ctx.store.apply(ArrangementHung(replace(arrangement, viewports=viewports), said))

    def _other_kind(self, viewport: Viewport, *, to_slices: bool) -> Viewport:
        hung = viewport.hung
        subject = self._window.pictures.subject(hung) if hung else None
        if hung is None or subject is None or is_kind(subject.display_set, slices=to_slices):
            return viewport
        sets = self._window.pictures.sets_of_uid(hung.study_instance_uid)
        other = counterpart(subject.display_set, sets, slices=to_slices)
        if other is None:
            return viewport
        return replace(viewport, hung=replace(hung, display_set_id=other.display_set_id))

    def _active(self) -> HungBreast:
        arrangement = self._ctx.store.state.workspace.arrangement
        found = self._window.host.mammography.hung.get(arrangement.active.viewport_id)
        if found is None:
            raise OverreadError("mammo.no_mammogram")
        return found

    def _opened(self, study: Study | None) -> None:
        shown = self._ctx.store.state.workspace.ink.shown
        if study is not None and MODALITY in study.modalities:
            if self._ink_before is None:
                self._ink_before = shown
                self._ctx.store.apply(InkChanged(shown=False))
        elif self._ink_before is not None:
            before, self._ink_before = self._ink_before, None
            self._ctx.store.apply(InkChanged(shown=before))


def is_kind(display_set: DisplaySet, *, slices: bool) -> bool:
    """Whether a mammogram is a tomosynthesis, or a single picture."""
    return display_set.series.modality == MODALITY and (len(display_set.frames) > 1) is slices


def counterpart(one: DisplaySet, sets: Sequence[DisplaySet], *, slices: bool) -> DisplaySet | None:
    """The other kind of the same breast and view in a study, the last one taken; None without side or view."""
    first = one.frames[0].instance
    wanted = (first.laterality.strip().upper(), first.view_position.strip().upper())
    if one.series.modality != MODALITY or not all(wanted):
        return None
    found = [
        each
        for each in sets
        if is_kind(each, slices=slices)
        and (
            each.frames[0].instance.laterality.strip().upper(),
            each.frames[0].instance.view_position.strip().upper(),
        )
        == wanted
    ]
    return found[-1] if found else None
