"""Views that follow each other by position in the patient."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import QObject

from viewers.slice_view import SliceView
from viewers.types import Point


class SliceSync(QObject):
    """Links stacks: scrolling one takes the others to the slice nearest to its middle.

    Only stacks of the patient with nearly parallel slices follow; who calls makes sure that they share a frame of
    reference, which a view cannot know.
    """

    def __init__(self, views: Sequence[SliceView], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.views = tuple(views)
        self._busy = False
        for view in self.views:
            view.index_changed.connect(partial(self._on_index, view))

    def _on_index(self, moved: SliceView, _index: int) -> None:
        middle = _middle(moved)
        if self._busy or middle is None:
            return
        self._busy = True
        for view in self.views:
            if view is not moved and _parallel(view, moved):
                view.show_nearest(middle)
        self._busy = False


def _middle(view: SliceView) -> Point | None:
    """The middle of the frame that is really shown; None while another one is wanted."""
    if view.box is None or view.shown_index != view.index or view.picture is None:
        return None
    x, y, z = view.box.center
    return (float(x), float(y), float(z)) if view.picture.source.in_patient else None


def _parallel(one: SliceView, other: SliceView) -> bool:
    if one.plane is None or other.plane is None or one.picture is None or not one.picture.source.in_patient:
        return False
    return bool(abs(np.dot(one.plane.normal, other.plane.normal)) > np.cos(np.radians(10.0)))
