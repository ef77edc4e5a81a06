"""The studies that a server has named, as a table; Enter or a double click opens one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from app.studies.source_types import StudyHit
from app.support.i18n import text
from app.support.shown_text import shown
from app.ui import words
from app.ui.widgets.tips import tip

COLUMNS = ("name", "id", "born", "date", "modality", "description", "accession", "images")
WIDE = {
    "name": 190,
    "description": 260,
    "id": 120,
    "accession": 110,
    "born": 116,
    "date": 116,
    "modality": 104,
}


class HitTable(QTableWidget):
    """Rows in the order of the server; clicking a heading sorts what is shown."""

    opened = Signal(StudyHit)

    def __init__(self) -> None:
        super().__init__(0, len(COLUMNS))
        self._hits: dict[str, StudyHit] = {}
        self.setAccessibleName(text("ui.remote.hits"))
        self.setHorizontalHeaderLabels([text(f"ui.remote.column_{name}") for name in COLUMNS])
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        header = self.horizontalHeader()
        header.setStretchLastSection(True)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for place, name in enumerate(COLUMNS):
            if name in WIDE:
                self.setColumnWidth(place, WIDE[name])
        self.itemDoubleClicked.connect(lambda _item: self.open_current())

    def clear_hits(self) -> None:
        """None."""
        self._hits.clear()
        self.setRowCount(0)

    def add_hits(self, hits: Sequence[StudyHit]) -> None:
        """Behind those that are shown; a study named twice stands once."""
        self.setSortingEnabled(False)
        for hit in hits:
            if hit.study_instance_uid in self._hits:
                continue
            self._hits[hit.study_instance_uid] = hit
            row = self.rowCount()
            self.insertRow(row)
            for column, said in enumerate(_cells(hit)):
                cell = QTableWidgetItem(said)
                cell.setToolTip(tip(said))
                cell.setData(Qt.ItemDataRole.UserRole, hit.study_instance_uid)
                self.setItem(row, column, cell)
        if self.currentRow() < 0 and self.rowCount():
            self.selectRow(0)

    def open_current(self) -> None:
        """The selected study."""
        cell = self.item(self.currentRow(), 0)
        hit = self._hits.get(str(cell.data(Qt.ItemDataRole.UserRole))) if cell is not None else None
        if hit is not None:
            self.opened.emit(hit)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter opens."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.open_current()
        else:
            super().keyPressEvent(event)


def _cells(hit: StudyHit) -> tuple[str, ...]:
    patient = hit.patient
    born = words.day(patient.birth_date) if patient.birth_date else ""
    description, number = words.described(hit.description), shown(patient.patient_id)
    images = "" if hit.instances is None else str(hit.instances)
    return (
        words.person(patient.name), number or text("ui.patient.no_id"), born, words.day(hit.date),
        "/".join(hit.modalities), description, shown(hit.accession_number), images,
    )  # fmt: skip
