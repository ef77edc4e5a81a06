"""Views that are enlarged and moved together: side by side, one keeps looking at the part that the other shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject

from viewers.geometry import SCALE_LIMITS
from viewers.slice_view import SliceView
from viewers.types import ViewState


class ZoomSync(QObject):
    """Passes on by what factor and along which way on the screen one view was changed; each keeps its own scale.

    Window, turns and flips stay each view's own. A view that is fitted again fits the others.
    """

    def __init__(self, views: Sequence[SliceView], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.views = tuple(views)
        self._last = {id(view): view.state for view in self.views}
        self._is_moving = False
        self._slots = [(view, partial(self._on_state, view)) for view in self.views]
        for view, slot in self._slots:
            view.state_changed.connect(slot)

    def close(self) -> None:
        """Each is enlarged alone again."""
        for view, slot in self._slots:
            view.state_changed.disconnect(slot)
        self._slots = []
        self.views = ()

    def _on_state(self, leader: SliceView, state: ViewState) -> None:
        before, self._last[id(leader)] = self._last[id(leader)], state
        if self._is_moving or (state.scale, state.pan_px) == (before.scale, before.pan_px):
            return
        if before.fitted and state.fitted:  # its size changed, or its first picture came
            return
        self._is_moving = True
        try:
            for follower in self.views:
                if follower is not leader:
                    follower.fit() if state.fitted else follower.set_state(
                        follow(follower.state, before, state)
                    )
        finally:
            self._is_moving = False


def follow(state: ViewState, before: ViewState, after: ViewState) -> ViewState:
    """The state of a view that makes the zoom and pan of another along: the same point of the screen stays still."""
    wanted = state.scale * after.scale / before.scale
    scale = min(
        max(wanted, SCALE_LIMITS[0]), SCALE_LIMITS[1]
    )  # it may stand elsewhere in the range than the leader
    factor = scale / state.scale
    x = state.pan_px[0] * factor + after.pan_px[0] - before.pan_px[0] * factor
    y = state.pan_px[1] * factor + after.pan_px[1] - before.pan_px[1] * factor
    return replace(state, scale=scale, pan_px=(x, y), fitted=False)
