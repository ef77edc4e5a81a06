"""One password or token, asked over the window; nothing waits for it but what needs it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QLineEdit, QWidget

from app.studies.source_types import SecretKind
from app.support.i18n import text, text_with
from app.ui.overlays.sheet import Sheet
from app.ui.widgets.small import button, label


class SecretSheet(Sheet):
    """Enter gives the answer, Esc and the cross give none."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window, text("ui.secret.title"), (520, 190))
        self._answer: Callable[[str | None], None] | None = None
        self._words = label(wraps=True)
        self.field = QLineEdit()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.returnPressed.connect(self._take)
        self.body.addWidget(self._words)
        self.body.addWidget(self.field)
        self.body.addWidget(button(text("ui.secret.give"), text("ui.secret.give"), self._take))

    def ask(self, kind: SecretKind, target: str, answer: Callable[[str | None], None]) -> None:
        """Show the question; `answer` is called once, on this thread."""
        words = text_with(f"ui.secret.{kind.value}", {"target": target})
        self._words.setText(words)
        self.field.setAccessibleName(words)
        self.field.clear()
        self._answer = answer
        self.open()
        self.field.setFocus()

    def dismiss(self) -> None:
        """Away with it: no answer is an answer too."""
        super().dismiss()
        self._give(None)

    def _take(self) -> None:
        given = self.field.text()
        self.hide()
        self._give(given or None)
        super().dismiss()

    def _give(self, given: str | None) -> None:
        answer, self._answer = self._answer, None
        self.field.clear()
        if answer is not None:
            answer(given)
