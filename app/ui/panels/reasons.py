"""The nine reasons of a rejection with their digits, beside the finding."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from app.domain.finding import RejectReason
from app.state.model import ReadingState
from app.support.i18n import text
from app.support.titles import package_words
from app.ui.widgets.small import label


class ReasonChip(QWidget):
    """Nothing waits for it and Esc drops the question."""

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self.setObjectName("chip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(8, 6, 8, 8)
        rows.setSpacing(3)
        self.question = label(role="title", wraps=True)
        rows.addWidget(self.question)
        for number, reason in enumerate(RejectReason, start=1):
            action = actions[f"reject.{reason.value}"]
            made = QToolButton()
            made.setText(f"{number}   {text(f'reject.{reason.value}')}")
            made.setProperty("flat", "true")
            made.setAccessibleName(action.text())
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            made.clicked.connect(lambda _checked=False, action=action: action.trigger())
            rows.addWidget(made)
        self.hide()

    def show_for(self, state: ReadingState) -> None:
        """Ask about the finding that is being rejected, or go away."""
        asked = state.reading.judgement(state.rejecting_id) if state.reading else None
        self.setVisible(asked is not None)
        if asked is not None:
            self.question.setText(text("ui.reject.question", finding=package_words(asked.shown_label)))
