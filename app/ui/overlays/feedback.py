"""How a trainee's case went, lesion by lesion: first look, AI, final answer, and what is true."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from app.domain.teaching import Feedback, FeedbackRow, RowKind
from app.support.i18n import text
from app.ui.overlays.sheet import Sheet
from app.ui.widgets.small import label

COLUMNS = ("lesion", "blind", "ai", "final", "verdict")


class FeedbackSheet(Sheet):
    """Esc closes it; the reference stays drawn over the picture."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window, text("training.feedback.title"), (760, 400))
        self.verdict = label(role="title", wraps=True)
        self.table = QTableWidget(0, len(COLUMNS))
        self.table.setAccessibleName(text("training.feedback.title"))
        self.table.setHorizontalHeaderLabels([text(f"training.feedback.column.{one}") for one in COLUMNS])
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setTabKeyNavigation(False)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.body.addWidget(self.verdict)
        self.body.addWidget(self.table, 1)
        self.body.addWidget(label(text("training.feedback.how"), "quiet", wraps=True))

    def show_feedback(self, told: Feedback) -> None:
        """One line per lesion and per mark where nothing is."""
        self.verdict.setText(summary(told))
        self.table.setRowCount(len(told.rows))
        for number, row in enumerate(told.rows):
            for column, said in enumerate(cells(row)):
                self.table.setItem(number, column, QTableWidgetItem(said))


def summary(told: Feedback) -> str:
    """One sentence: right or wrong, before and after the AI was seen, and whether the AI was wrong."""
    key = "right" if told.is_right else "wrong"
    before = "right" if told.was_right_blind else "wrong"
    ai = text("training.feedback.ai_wrong") if told.case.ai_wrong else text("training.feedback.ai_right")
    return text(
        "training.feedback.summary",
        final=text(f"training.feedback.{key}"),
        blind=text(f"training.feedback.{before}"),
        ai=ai,
    )


def cells(row: FeedbackRow) -> tuple[str, str, str, str, str]:
    """A row in words."""
    name = (
        row.label
        if row.kind is RowKind.REFERENCE
        else text("training.feedback.nothing_there", label=row.label)
    )

    def said(is_marked: bool) -> str:
        return text("training.feedback.marked") if is_marked else "–"

    verdict = text("training.feedback.right") if row.is_right else text("training.feedback.wrong")
    return name, said(row.blind), said(row.ai), said(row.final), verdict
