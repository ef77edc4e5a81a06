"""Says that AI results wait, for what, and lets the reader end the wait; nothing of them is known here."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from app.domain.finding import Gate, Reading
from app.support.i18n import text
from app.ui.widgets.small import follow, label

ACTIONS = {Gate.READ_FIRST: "reading.commit", Gate.ON_REQUEST: "ai.request"}


class GateBar(QWidget):
    """Hidden while nothing waits."""

    def __init__(self, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self.setObjectName("chip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(8, 6, 8, 8)
        rows.setSpacing(6)
        self.words = label(wraps=True)
        rows.addWidget(self.words)
        self.buttons: dict[Gate, QToolButton] = {}
        for gate, action_id in ACTIONS.items():
            made = QToolButton()
            made.setText(text(f"ui.gate.button.{gate.value}"))
            made.setAccessibleName(actions[action_id].text())
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            made.setSizePolicy(made.sizePolicy().Policy.Expanding, made.sizePolicy().Policy.Fixed)
            follow(made, actions[action_id])
            rows.addWidget(made)
            self.buttons[gate] = made
        self.hide()

    def show_reading(self, reading: Reading | None) -> None:
        """What waits; the sentence is the same whether there are results or not, so nothing can be read from it."""
        gate = reading.gate if reading is not None else Gate.OPEN
        for each, made in self.buttons.items():
            made.setVisible(each is gate)
        if gate is not Gate.OPEN:
            self.words.setText(text(f"ui.gate.{gate.value}"))
        self.setVisible(gate is not Gate.OPEN)
