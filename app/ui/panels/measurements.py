"""The reader's measurements of the open study in the review panel; absent while there are none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.support.i18n import text
from app.ui.widgets.small import label
from app.ui.widgets.tips import tip

_ID = Qt.ItemDataRole.UserRole + 1
_LABEL = Qt.ItemDataRole.UserRole + 2
ROWS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class MeasuredRow:
    """One measurement: what the row says, and the reader's own words alone, for typing over."""

    measurement_id: str
    words: str
    label: str


class MeasurementsPanel(QWidget):
    """A click or Enter goes there; Delete takes the chosen one away; F2 or a double click renames it."""

    chosen = Signal(str)
    named = Signal(str, str)  # measurement id, its new words

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[MeasuredRow, ...] = ()
        self.title = label(role="title")
        self.list = QListWidget()
        self.list.setAccessibleName(text("ui.measurements.list_name"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.itemClicked.connect(lambda item: self.chosen.emit(str(item.data(_ID))))
        self.list.itemActivated.connect(lambda item: self.chosen.emit(str(item.data(_ID))))
        self.list.itemDoubleClicked.connect(self._edit_item)
        self.list.itemChanged.connect(self._typed)
        self.list.itemDelegate().closeEditor.connect(lambda *_: self._fill())
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        rows.addWidget(self.title)
        rows.addWidget(self.list)
        self.hide()

    def show_rows(self, rows: Sequence[MeasuredRow], chosen_id: str) -> None:
        """Every measurement with its words; the chosen one is the current row."""
        if tuple(rows) != self._rows:
            self._rows = tuple(rows)
            if self.list.state() is not QAbstractItemView.State.EditingState:
                self._fill()
        here = next((n for n, one in enumerate(self._rows) if one.measurement_id == chosen_id), -1)
        self.list.setCurrentRow(here)
        self.setVisible(bool(self._rows))

    def edit(self, measurement_id: str) -> None:
        """Type its words over, in place."""
        for number in range(self.list.count()):
            item = self.list.item(number)
            if item is not None and item.data(_ID) == measurement_id:
                self.list.setCurrentItem(item)
                self._edit_item(item)

    def _edit_item(self, item: QListWidgetItem) -> None:
        with QSignalBlocker(self.list):
            item.setText(str(item.data(_LABEL)))
        self.list.editItem(item)

    def _typed(self, item: QListWidgetItem) -> None:
        self.named.emit(str(item.data(_ID)), item.text().strip())

    def _fill(self) -> None:
        with QSignalBlocker(self.list):
            current = self.list.currentRow()
            self.title.setText(text("ui.measurements.title", count=len(self._rows)))
            self.list.clear()
            for row in self._rows:
                item = QListWidgetItem(row.words)
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
                item.setData(_ID, row.measurement_id)
                item.setData(_LABEL, row.label)
                item.setToolTip(tip(row.words))
                self.list.addItem(item)
            self.list.setCurrentRow(current)
        height = max(self.list.sizeHintForRow(0), 20)
        self.list.setFixedHeight(height * min(len(self._rows), ROWS_SHOWN) + 2 * self.list.frameWidth() + 2)
