"""Two result sets of the open study, chosen and held against each other in a table; a row leads to its lesion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
)

from app.context import AppContext
from app.domain.comparison import Comparison, ResultSet
from app.domain.errors import OverreadError
from app.domain.finding import Reading
from app.state.panel_events import ComparisonShown
from app.state.reading_events import FindingSelected
from app.support.i18n import explain, text
from app.ui.compared_marks import LEFT_TONE, RIGHT_TONE
from app.ui.overlays.sheet import Sheet
from app.ui.widgets.small import button, label, tell
from app.workflows.compare import compare_sets, sets_of_study
from app.workflows.compare_words import COLUMNS, cells, summary
from app.workflows.hang_facts import priors_of
from app.workflows.showing import whole_reading

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow


class CompareSheet(Sheet):
    """Chosen anew whenever it opens; what is compared stays drawn in two tones until it is ended."""

    def __init__(self, ctx: AppContext, window: MainWindow) -> None:
        super().__init__(window, text("ui.compare.title"), (820, 470))
        self._ctx = ctx
        self._main = window
        self._sets: tuple[ResultSet, ...] = ()
        self._found: Comparison | None = None
        self.left, self.right = QComboBox(), QComboBox()
        line = QHBoxLayout()
        for box, name, tone in (
            (self.left, "ui.compare.left", LEFT_TONE),
            (self.right, "ui.compare.right", RIGHT_TONE),
        ):
            box.setAccessibleName(text(name))
            box.activated.connect(lambda _n: self._compare())
            words = label(text(name), "title")
            words.setStyleSheet(f"color: {QColor(*tone).name()}")
            line.addWidget(words)
            line.addWidget(box, 1)
        self.table = _table()
        self.table.itemActivated.connect(lambda _item: self._go())
        self.said = label(role="quiet", wraps=True)
        self.body.addLayout(line)
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self.said)
        ends = QHBoxLayout()
        ends.addWidget(label(text("ui.compare.how"), "quiet", wraps=True), 1)
        ends.addWidget(button(text("ui.compare.end"), text("ui.compare.end"), self.end))
        self.body.addLayout(ends)

    def open(self) -> None:
        """The sets there are now; the first two are compared at once."""
        self._gather()
        super().open()
        self.left.setFocus()

    def end(self) -> None:
        """The findings are drawn as before."""
        self._ctx.store.apply(ComparisonShown())
        self.dismiss()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter in the table leads to the lesion."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.table.hasFocus():
            self._go()
        else:
            super().keyPressEvent(event)

    def _gather(self) -> None:
        workspace = self._ctx.store.state.workspace
        study = workspace.open_study
        priors = priors_of(study, workspace.studies) if study else ()
        uid = workspace.open_study_uid
        try:
            uids = [one.study_instance_uid for one in priors]
            self._sets = sets_of_study(self._ctx.journal, self._ctx.settings, uid, uids) if uid else ()
        except OverreadError as error:
            self._sets = ()
            self._main.messages.warn(explain(error))
        for box in (self.left, self.right):
            box.clear()
            for one in self._sets:
                box.addItem(one.title, one.set_id)
        self.right.setCurrentIndex(min(1, len(self._sets) - 1))
        self._compare()

    def _compare(self) -> None:
        self.table.setRowCount(0)
        if len(self._sets) < 2:
            self._found = None
            tell(self.said, text("ui.compare.too_few"))
            return
        left, right = str(self.left.currentData()), str(self.right.currentData())
        try:
            self._found = compare_sets(self._sets, left, right, self._ctx.results, self._readings())
        except OverreadError as error:
            tell(self.said, explain(error), is_warning=True)
            return
        self._ctx.store.apply(ComparisonShown(self._found))
        self._fill(self._found)

    def _readings(self) -> tuple[Reading, ...]:
        uids = dict.fromkeys(one.study_instance_uid for one in self._sets)
        return tuple(whole_reading(self._ctx, uid) for uid in uids)

    def _fill(self, found: Comparison) -> None:
        for row, pair in enumerate(found.pairs):
            self.table.insertRow(row)
            for column, said in enumerate(cells(pair)):
                self.table.setItem(row, column, QTableWidgetItem(said))
        tell(self.said, summary(found))
        if found.pairs:
            self.table.setCurrentCell(0, 0)

    def _go(self) -> None:
        row = self.table.currentRow()
        if self._found is None or not 0 <= row < len(self._found.pairs):
            return
        pair = self._found.pairs[row]
        mark = pair.left or pair.right
        self.dismiss()
        if mark is not None:
            self._ctx.store.apply(FindingSelected(mark.finding_id))


def _table() -> QTableWidget:
    made = QTableWidget(0, len(COLUMNS))
    made.setAccessibleName(text("ui.compare.table"))
    made.setHorizontalHeaderLabels([text(f"compare.column.{name}") for name in COLUMNS])
    made.verticalHeader().hide()
    made.setShowGrid(False)
    made.setAlternatingRowColors(True)
    made.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    made.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    made.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    made.setTabKeyNavigation(False)
    made.setColumnWidth(2, 170)
    made.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    made.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
    return made
