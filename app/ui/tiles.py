"""Several neighbouring images of one stack side by side: scrolled, windowed, enlarged and moved as one."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.context import AppContext
from app.domain.errors import OverreadError
from app.state.events import ArrangementHung, PlanesLeft
from app.state.model import Arrangement, Hung, Layout, Plane, ScrollLink, Viewport
from app.state.screen_events import ScrollLinkChosen
from app.support.i18n import text
from app.ui.contents import StackContent

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow
    from viewers.types import ViewState

GRIDS = (Layout.FOUR, Layout.SIX, Layout.EIGHT)
PREFIX = "tile"


class Tiles(QObject):
    """What the action `layout.tiles` does: four, six, eight images, and back."""

    def __init__(self, ctx: AppContext, window: MainWindow) -> None:
        super().__init__()
        self._ctx = ctx
        self._window = window
        self._stacks: tuple[StackContent, ...] = ()
        self._is_busy = False

    def next_grid(self) -> None:
        """Raises OverreadError where the active viewport shows no stack of several images."""
        arrangement = self._ctx.store.state.workspace.arrangement
        grids = [*GRIDS, None]
        # Tiles may have been put into another layout since.
        here = arrangement.layout if is_tiled(arrangement) and arrangement.layout in GRIDS else None
        there = grids[(grids.index(here) + 1) % len(grids)]
        content = self._window.host.active
        if there is None:
            self._ctx.store.apply(PlanesLeft(text("deed.back")))
            return
        if not isinstance(content, StackContent) or content.slices.layer_count < 2:
            raise OverreadError("error.ui.nothing_to_tile")
        hung, number, state = arrangement.active.hung, self._first(content), content.state
        if hung is not None:
            self._hang(hung, there, number, state)

    def _first(self, content: StackContent) -> int:
        """The number of the first tile now; that of the active viewport where there are no tiles yet."""
        stacks = self._there
        slices = stacks[0].slices if content in stacks else content.slices
        return slices.number_of(slices.index)

    @property
    def _there(self) -> tuple[StackContent, ...]:
        """The tiles that are still on the screen: another layout may have taken some or all of them away."""
        shown = set(self._window.host.contents.values())
        return tuple(one for one in self._stacks if one in shown)

    def _hang(self, hung: Hung, layout: Layout, first: int, state: ViewState) -> None:
        if self._ctx.store.state.workspace.scroll_link in {ScrollLink.ALL, ScrollLink.BY_HAND}:
            self._ctx.store.apply(
                ScrollLinkChosen(ScrollLink.GROUPS)
            )  # it would bring all tiles to one image
        viewports = tuple(
            Viewport(f"{PREFIX}{number}", Hung(hung.study_instance_uid, hung.display_set_id, Plane.STACK))
            for number in range(layout.count)
        )
        screen = Arrangement(layout, viewports, viewports[0].viewport_id)
        self._ctx.store.apply(ArrangementHung(screen, text("deed.tiles"), remember=True))
        contents = (self._window.host.contents.get(one.viewport_id) for one in viewports)
        self._stacks = tuple(one for one in contents if isinstance(one, StackContent))
        for number, stack in enumerate(self._stacks):
            stack.slices.index_changed.connect(partial(self._scrolled, number))
            stack.slices.state_changed.connect(partial(self._looked, number))
        self._put(first)
        if self._stacks:
            self._stacks[0].slices.show_state(_fitted(state))

    def _scrolled(self, number: int, index: int) -> None:
        if not self._is_busy:
            self._put(self._stacks[number].slices.number_of(index) - number)

    def _put(self, first: int) -> None:
        """Neighbouring images from this number on; at the end of the stack the last tiles keep the last images."""
        stacks = self._there
        if not stacks:
            return
        last = max(stacks[0].slices.layer_count - len(stacks), 0) + 1
        first = min(max(first, 1), last)
        self._is_busy = True
        for number, stack in enumerate(stacks):
            stack.slices.show_index(stack.slices.index_of(first + number))
        self._is_busy = False

    def _looked(self, number: int, state: ViewState) -> None:
        if self._is_busy:
            return
        self._is_busy = True
        shown = self._there
        for other, stack in enumerate(self._stacks):
            if other != number and stack in shown:
                stack.slices.show_state(state)
        self._is_busy = False


def is_tiled(arrangement: Arrangement) -> bool:
    """Whether the screen shows tiles."""
    return all(one.viewport_id.startswith(PREFIX) for one in arrangement.viewports)


def _fitted(state: ViewState) -> ViewState:
    return replace(state, fitted=True)
