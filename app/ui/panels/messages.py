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
    """Warnings stay until closed; notes go by themselves and give way to the warning that they stood before.

    Its line is kept free where nothing is said: pictures that jump whenever something ends cannot be read.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("message")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.said: list[str] = []
        self._warning = ""  # until it is closed, or another study is opened
        self._of_all = False
        self._picture = QLabel()
        self.words = label(wraps=True)
        self._close = QToolButton()
        self._close.setIcon(icons.icon("close"))
        self._close.setProperty("flat", "true")
        self._close.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._close.setAccessibleName(text("ui.message.close"))
        self._close.setToolTip(text("ui.message.close"))
        self._close.clicked.connect(self._closed)
        line = QHBoxLayout(self)
        line.setContentsMargins(12, 2, 8, 2)
        line.addWidget(self._picture)
        line.addWidget(self.words, 1)
        line.addWidget(self._close)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._note_over)
        kept = self.sizePolicy()
        kept.setRetainSizeWhenHidden(True)
        self.setSizePolicy(kept)
        self.hide()

    def warn(self, sentence: str, *, of_all: bool = False) -> None:
        """Something could not be done; of_all: in whatever study, so that it stays when another one is opened."""
        self._timer.stop()
        self._warning, self._of_all = sentence, of_all
        self._tell(sentence, "warning")

    def study_changed(self) -> None:
        """Another study was opened: what was said of the last one would be read as of this one."""
        if not self._of_all:
            self._warning = ""
        self._note_over()

    def warn_of(self, error: OverreadError) -> None:
        """What an error says."""
        self.warn(explain(error))

    def note(self, sentence: str) -> None:
        """Something was done."""
        self._tell(sentence, "info")
        self._timer.start(NOTE_LASTS_MS)

    def _closed(self) -> None:
        """A note that is closed uncovers the warning under it."""
        if not self._timer.isActive():
            self._warning, self._of_all = "", False
        self._note_over()

    def _note_over(self) -> None:
        self._timer.stop()
        if self._warning:
            self._show(self._warning, "warning")
        else:
            self.words.setText("")  # one line's room is kept, not that of a long sentence
            self.hide()

    def _tell(self, sentence: str, kind: str) -> None:
        self.said = [*self.said, sentence][-KEPT:]
        self._show(sentence, kind)

    def _show(self, sentence: str, kind: str) -> None:
        self.setProperty("kind", "note" if kind == "info" else "")
        self.style().unpolish(self)
        self.style().polish(self)
        self._picture.setPixmap(icons.pixmap(kind, 20, self.devicePixelRatioF()))
        self.words.setText(sentence)
        self.words.setToolTip(tip("\n".join(self.said[-10:])))
        self.setAccessibleName(sentence)
        self.show()
