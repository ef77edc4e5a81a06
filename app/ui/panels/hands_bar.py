"""One question at the first start: where do your hands come from? It stands above the pictures and waits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from app.support.i18n import text
from app.ui import icons
from app.ui.widgets.small import button, label


class HandsBar(QWidget):
    """Hidden until asked; every answer hides it, and so does closing it."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("message")
        self.setProperty("kind", "note")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(text("hands.question"))
        rows = QVBoxLayout(self)
        rows.setContentsMargins(10, 6, 10, 8)
        rows.addWidget(label(text("hands.question"), wraps=True))
        self._row = QHBoxLayout()
        self._row.setSpacing(6)
        rows.addLayout(self._row)
        self.buttons: dict[str, QWidget] = {}
        self.hide()

    def ask(self, named: Sequence[tuple[str, str]], answered: Callable[[str], None]) -> None:
        """named: profiles with their titles; answered gets one, or '' if the bar is closed."""

        def take(profile: str) -> None:
            self.hide()
            answered(profile)

        for profile, title in named:
            made = button(title, text("hands.take", profile=title), partial(take, profile))
            self.buttons[profile] = made
            self._row.addWidget(made)
        close = QToolButton()
        close.setIcon(icons.icon("close"))
        close.setProperty("flat", "true")
        close.setAccessibleName(text("hands.later"))
        close.setToolTip(text("hands.later"))
        close.clicked.connect(lambda _checked=False: take(""))
        self.buttons[""] = close
        self._row.addStretch(1)
        self._row.addWidget(close)
        self.show()
