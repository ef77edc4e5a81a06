"""Multi-frame files whose frames have windows of their own: each frame in its own, until the reader sets another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.studies.stack_source import StackSource
from app.ui.subject import window_levels

if TYPE_CHECKING:
    from viewers.slice_view import SliceView
    from viewers.types import WindowLevel


class FrameWindows:
    """Stacks of single files keep one window: there, each file's own is a whim of the scanner's slice by slice."""

    def __init__(self, slices: SliceView, source: StackSource) -> None:
        self._slices = slices
        self._source = source
        self._own: WindowLevel | None = None
        if source.display_set.frames[0].instance.frames > 1:
            slices.index_changed.connect(self._follow)
            slices.late_picture.connect(self._follow)
            self._follow(slices.index)

    def _follow(self, _index: int) -> None:
        shown, view = self._slices.shown_index, self._slices
        if shown is None:
            return
        for window in window_levels(self._source.file_windows(shown))[:1]:
            untouched = self._own is None or view.state.window == self._own
            if untouched and view.table is None:
                view.set_window(window)
            view.start_window, self._own = window, window
