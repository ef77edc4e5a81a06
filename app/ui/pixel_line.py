"""The pixel under the pointer, in the line at the bottom: its place, what is stored, its value, what is drawn."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from weakref import WeakSet

from PySide6.QtWidgets import QWidget

from app.support.i18n import text
from app.support.languages import decimal_words
from app.ui.contents import StackContent
from app.ui.flat import FlatContent
from app.ui.measuring import unit_of
from viewers.types import Point

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow


class PixelLine:
    """Follows the pointer over every flat picture, and the picture under a pointer that rests."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._heard: WeakSet[QWidget] = WeakSet()

    def show_state(self) -> None:
        """Listen to pictures that have come."""
        for content in self._window.host.contents.values():
            if isinstance(content, FlatContent) and content.view not in self._heard:
                self._heard.add(content.view)
                content.view.point_hovered.connect(partial(self._show, content))
                if isinstance(content, StackContent):
                    content.slices.index_changed.connect(partial(self._scrolled, content))

    def _scrolled(self, content: StackContent, _index: int) -> None:
        if content.slices.pointed is not None:
            self._show(content, content.slices.pointed)

    def _show(self, content: FlatContent, point: Point | None) -> None:
        self._window.status.show_pixel(pixel_words(content, point) if point is not None else "")


def pixel_words(content: FlatContent, point: Point) -> str:
    """Rows and columns count from 1, as readers and reports do; '' outside the picture."""
    from viewers.pixel_probe import read_pixel

    picture = content.view.picture
    found = read_pixel(picture, point, content.state) if picture is not None else None
    if found is None:
        return ""
    _, row, column = (part + 1 for part in found.index)
    stored = ", ".join(decimal_words(f"{part:g}") for part in found.stored)
    if found.grey is None:
        return text("ui.pixel.colour", row=row, column=column, stored=stored)
    if found.value is None:
        return text("ui.pixel.padding", row=row, column=column, stored=stored)
    value = f"{decimal_words(f'{found.value:.4g}')} {unit_of(content)}".strip()
    return text("ui.pixel.grey", row=row, column=column, stored=stored, value=value, grey=found.grey)
