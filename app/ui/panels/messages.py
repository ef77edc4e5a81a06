"""One plain sentence over the pictures; never a box in the way."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from app.domain.errors import OverreadError
from app.support.i18n import explain, text
from app.ui import icons
from app.ui.widgets.small import label
from app.ui.widgets.tips import tip

NOTE_LASTS_MS = 8000
KEPT = 50


class MessageArea(QWidget):
    """Warnings stay until closed; notes go by themselves. Earlier sentences are in the tooltip."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("message")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.said: list[str] = []
        self._of_all = False
        self._picture = QLabel()
        self.words = label(wraps=True)
        self._close = QToolButton()
        self._close.setIcon(icons.icon("close"))
        self._close.setProperty("flat", "true")
        self._close.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._close.setAccessibleName(text("ui.message.close"))
        self._close.setToolTip(text("ui.message.close"))
        self._close.clicked.connect(self.hide)
        line = QHBoxLayout(self)
        line.setContentsMargins(12, 5, 8, 5)
        line.addWidget(self._picture)
        line.addWidget(self.words, 1)
        line.addWidget(self._close)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self.hide()

    def warn(self, sentence: str, *, of_all: bool = False) -> None:
        """Something could not be done; of_all: in whatever study, so that it stays when another one is opened."""
        self._timer.stop()
        self._show(sentence, "warning")
        self._of_all = of_all

    def study_changed(self) -> None:
        """Another study was opened: what was said of the last one would be read as of this one."""
        if not self._of_all:
            self.hide()

    def warn_of(self, error: OverreadError) -> None:
        """What an error says."""
        self.warn(explain(error))

    def note(self, sentence: str) -> None:
        """Something was done."""
        self._show(sentence, "info")
        self._of_all = False
        self._timer.start(NOTE_LASTS_MS)

    def _show(self, sentence: str, kind: str) -> None:
        self.said = [*self.said, sentence][-KEPT:]
        self.setProperty("kind", "note" if kind == "info" else "")
        self.style().unpolish(self)
        self.style().polish(self)
        self._picture.setPixmap(icons.pixmap(kind, 20, self.devicePixelRatioF()))
        self.words.setText(sentence)
        self.words.setToolTip(tip("\n".join(self.said[-10:])))
        self.setAccessibleName(sentence)
        self.show()
