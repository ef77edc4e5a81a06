"""The line at the bottom: what this product is not, the journal, memory, renderer, the last deed with its undo."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from app.state.model import Deed
from app.support.i18n import text
from app.support.languages import number_words
from app.ui.widgets.small import ElidedLabel, label

MEMORY_EVERY_MS = 2000
GIB = 2**30


class StatusLine(QWidget):
    """Facts only; what went wrong is said in the message area."""

    def __init__(self, undo: Callable[[], None]) -> None:
        super().__init__()
        self.setObjectName("status")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.journal, self.memory, self.renderer = ElidedLabel(), ElidedLabel(), ElidedLabel()
        for part in (self.journal, self.memory, self.renderer):
            part.setProperty("role", "quiet")
        self.mode = label(role="warning")
        self.pixel = ElidedLabel()
        self.pixel.setProperty("role", "quiet")
        self.listening = label(role="quiet")
        self.deed = ElidedLabel()
        self.deed.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.undo = QToolButton()
        self.undo.setText(text("action.edit.undo"))
        self.undo.setAccessibleName(text("action.edit.undo"))
        self.undo.setProperty("flat", "true")
        self.undo.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.undo.setStyleSheet("text-decoration: underline;")
        self.undo.clicked.connect(undo)
        line = QHBoxLayout(self)
        line.setContentsMargins(12, 4, 12, 4)
        line.setSpacing(10)
        line.addWidget(label(text("ui.status.not_primary"), "warning"))
        for part in (self.journal, self.memory, self.renderer):
            line.addWidget(_divider())
            line.addWidget(part)
        line.addWidget(_divider())
        line.addWidget(self.pixel)
        line.addWidget(self.deed, 1)
        line.addWidget(self.listening)
        line.addWidget(self.mode)
        line.addWidget(self.undo)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.show_memory)
        self._timer.start(MEMORY_EVERY_MS)
        QTimer.singleShot(0, self, self.show_memory)
        self.show_renderer(text("ui.status.no_3d"))
        self.show_deed(None)

    def show_journal(self, written_at: str, *, is_broken: bool = False) -> None:
        """When the journal took its last entry, or that it cannot be used."""
        if is_broken:
            self.journal.setText(text("ui.status.journal_broken"))
        elif written_at:
            self.journal.setText(text("ui.status.journal_at", time=written_at[11:19]))
        else:
            self.journal.setText(text("ui.status.journal_ready"))

    def show_memory(self) -> None:
        """Memory of this process of what the machine has."""
        import psutil

        used = psutil.Process().memory_info().rss / GIB
        total = psutil.virtual_memory().total / GIB
        self.memory.setText(text("ui.status.memory", used=number_words(used, 1), total=f"{total:.0f}"))

    def show_pixel(self, words: str) -> None:
        """What lies under the pointer."""
        self.pixel.setText(words)

    def show_renderer(self, words: str) -> None:
        """What draws 3D."""
        self.renderer.setText(words)

    def show_listening(self, words: str) -> None:
        """That a port of this computer is open, and for whom; empty where none is."""
        self.listening.setText(words)

    def show_mode(self, words: str) -> None:
        """A mode in which keys mean something else."""
        self.mode.setText(words)

    def show_deed(self, deed: Deed | None) -> None:
        """The last thing that can be undone."""
        self.deed.setText(text("ui.status.last", deed=deed.words) if deed else "")
        self.undo.setVisible(deed is not None)


def _divider() -> QFrame:
    line = QFrame()
    line.setFixedSize(1, 16)
    line.setObjectName("statusLine")
    return line
