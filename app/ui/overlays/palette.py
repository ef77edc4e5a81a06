"""Ctrl+K: any command or study by typing a few letters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QWidget

from app.support.i18n import text
from app.ui.overlays.sheet import Sheet
from app.ui.widgets.rows import Row, RowDelegate, item_of

SHOWN = 60


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the palette."""

    words: str
    keys: str
    run: Callable[[], None]


class PaletteSheet(Sheet):
    """Choices are asked for at each opening, so that only what can be done now is listed."""

    def __init__(self, window: QWidget, choices: Callable[[], Sequence[Choice]]) -> None:
        super().__init__(window, text("ui.palette.title"), (640, 480))
        self._choices = choices
        self._all: tuple[Choice, ...] = ()
        self._found: list[Choice] = []
        self.box = QLineEdit()
        self.box.setPlaceholderText(text("ui.palette.hint"))
        self.box.setAccessibleName(text("ui.palette.title"))
        self.box.textChanged.connect(self._search)
        self.box.returnPressed.connect(self._take)
        self.box.installEventFilter(self)
        self.list = QListWidget()
        self.list.setAccessibleName(text("ui.palette.list_name"))
        self.list.setItemDelegate(RowDelegate(1, 0))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.itemClicked.connect(self._click)
        self.body.addWidget(self.box)
        self.body.addWidget(self.list, 1)

    def open(self) -> None:
        """Empty, with everything listed."""
        super().open()
        self._all = tuple(self._choices())
        self.box.clear()
        self._search("")
        self.box.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Arrows move through the list while the keyboard stays in the box."""
        if watched is self.box and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
            step = steps.get(Qt.Key(event.key()))
            if step is not None and self.list.count():
                self.list.setCurrentRow((self.list.currentRow() + step) % self.list.count())
                return True
        return super().eventFilter(watched, event)

    def _search(self, wanted: str) -> None:
        parts = wanted.casefold().split()
        self._found = [c for c in self._all if all(part in c.words.casefold() for part in parts)][:SHOWN]
        self.list.clear()
        for number, choice in enumerate(self._found):
            self.list.addItem(item_of(Row(str(number), (choice.words,), tag=choice.keys)))
        self.list.setCurrentRow(0)

    def _click(self, item: QListWidgetItem) -> None:
        self.list.setCurrentItem(item)
        self._take()

    def _take(self) -> None:
        place = self.list.currentRow()
        if 0 <= place < len(self._found):
            choice = self._found[place]
            self.dismiss()
            choice.run()
