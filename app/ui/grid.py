"""Viewports in rows and columns, or one of them alone."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QGridLayout, QWidget

from app.state.model import Arrangement, Layout
from app.ui.viewport import ViewportFrame

LARGEST = max(max(layout.rows, layout.columns) for layout in Layout)


class ViewportGrid:
    """The layout of the image area."""

    def __init__(self, parent: QWidget) -> None:
        self._layout = QGridLayout(parent)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(3)

    def lay_out(self, arrangement: Arrangement, frames: Mapping[str, ViewportFrame]) -> None:
        """Put every frame in its place; rows and columns without a visible one take no room."""
        rows, columns = set(), set()
        for number, viewport in enumerate(arrangement.viewports):
            frame = frames[viewport.viewport_id]
            row, column = divmod(number, arrangement.layout.columns)
            is_shown = arrangement.maximised_id in ("", viewport.viewport_id)
            self._layout.addWidget(frame, row, column)
            frame.setVisible(is_shown)
            if is_shown:
                rows.add(row)
                columns.add(column)
        for number in range(LARGEST):
            self._layout.setRowStretch(number, int(number in rows))
            self._layout.setColumnStretch(number, int(number in columns))
