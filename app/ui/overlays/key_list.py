"""`?`: every key in force, by menu."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QScrollArea, QScrollBar, QWidget

from app.support.i18n import text
from app.ui.overlays.sheet import Sheet
from app.ui.widgets.small import label

Groups = Sequence[tuple[str, Sequence[tuple[str, str]]]]
COLUMNS = 3
KEYS_PX = 128  # an action with many keys takes several lines, not the room of the words
_SCROLLS = {
    Qt.Key.Key_Down: QScrollBar.SliderAction.SliderSingleStepAdd,
    Qt.Key.Key_Up: QScrollBar.SliderAction.SliderSingleStepSub,
    Qt.Key.Key_PageDown: QScrollBar.SliderAction.SliderPageStepAdd,
    Qt.Key.Key_PageUp: QScrollBar.SliderAction.SliderPageStepSub,
    Qt.Key.Key_Home: QScrollBar.SliderAction.SliderToMinimum,
    Qt.Key.Key_End: QScrollBar.SliderAction.SliderToMaximum,
}


class KeySheet(Sheet):
    """Made anew at each opening from the keymap in force."""

    def __init__(self, window: QWidget, groups: Callable[[], Groups], mouse: Callable[[], str]) -> None:
        super().__init__(window, text("ui.keys.title"), (1240, 800))
        self._groups = groups
        self._mouse = mouse
        self.mouse = label(role="quiet", wraps=True)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.body.addWidget(self.mouse)
        self.body.addWidget(self.area, 1)

    def open(self) -> None:
        """List the keys of the profile in force."""
        self.mouse.setText(self._mouse())
        self.area.setWidget(_columns(self._groups()))
        super().open()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """The key that opened it closes it as well; arrows and pages scroll it."""
        scroll = _SCROLLS.get(Qt.Key(event.key()))
        if event.text() == "?":
            self.dismiss()
        elif scroll is not None:
            self.area.verticalScrollBar().triggerAction(scroll)
        else:
            super().keyPressEvent(event)


def _columns(groups: Groups) -> QWidget:
    page = QWidget()
    columns = QGridLayout(page)
    columns.setHorizontalSpacing(28)
    for column, members in enumerate(_share_out(groups)):
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(3)
        row = 0
        for title, lines in members:
            grid.addWidget(label(title, "title"), row, 0, 1, 2)
            row += 1
            for words, keys in lines:
                named = QLabel(keys)
                named.setWordWrap(True)
                named.setFixedWidth(KEYS_PX)
                named.setProperty("role", "keys")
                grid.addWidget(named, row, 0, Qt.AlignmentFlag.AlignTop)
                grid.addWidget(label(words, wraps=True), row, 1)
                row += 1
            grid.setRowMinimumHeight(row, 12)
            row += 1
        grid.setRowStretch(row, 1)
        grid.setColumnStretch(1, 1)
        columns.addLayout(grid, 0, column)
        columns.setColumnStretch(column, 1)
    return page


def _share_out(groups: Groups) -> list[list[tuple[str, Sequence[tuple[str, str]]]]]:
    """Groups into columns, in order, so that the longest column is as short as can be."""
    heights = [len(lines) + 2 for _, lines in groups]
    ends = range(len(groups) + 1)
    cuts = [(0, a, b, len(groups)) for a in ends for b in ends if a <= b]
    best = min(cuts, key=lambda cut: max(sum(heights[cut[n] : cut[n + 1]]) for n in range(COLUMNS)))
    return [list(groups[best[n] : best[n + 1]]) for n in range(COLUMNS)]
