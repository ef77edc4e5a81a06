"""One place for a picture: frame, highlight, what is dropped on it, and a sentence where nothing can be shown."""

from __future__ import annotations

import json

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QLabel, QStackedLayout, QVBoxLayout, QWidget

from app.support.i18n import text
from app.ui.widgets.small import HUNG_MIME


class ViewportFrame(QFrame):
    """Holds one view, or a sentence instead of it."""

    activated = Signal(str)
    maximise_asked = Signal(str)
    dropped = Signal(str, str, str)  # viewport id, study uid, display set id

    def __init__(self, viewport_id: str) -> None:
        super().__init__()
        self.viewport_id = viewport_id
        self.setObjectName("viewport")
        self.setAcceptDrops(True)
        self.view: QWidget | None = None
        self.failure = ""
        self.sentence = QLabel(text("ui.viewport.empty"))
        self.sentence.setObjectName("emptyView")
        self.sentence.setWordWrap(True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.sentence.setMargin(24)
        self.sentence.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.sentence.installEventFilter(self)
        holder = QWidget()
        self._stack = QStackedLayout(holder)
        self._stack.addWidget(self.sentence)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(holder)
        self.setAccessibleName(text("ui.viewport.name", name=viewport_id))

    def put(self, view: QWidget | None, name: str = "") -> None:
        """Hang another view; the one before is let go."""
        old, self.view = self.view, view
        if old is not None:
            old.removeEventFilter(self)
            self._stack.removeWidget(old)
            old.hide()
            old.deleteLater()
        if view is not None:
            view.installEventFilter(self)
            view.setAccessibleName(name)
            self._stack.addWidget(view)
            self._stack.setCurrentWidget(view)
        else:
            self._stack.setCurrentWidget(self.sentence)

    def say(self, sentence: str) -> None:
        """A sentence in place of a picture."""
        self.failure = ""
        self.sentence.setText(sentence)
        self._stack.setCurrentWidget(self.sentence)

    def fail(self, sentence: str) -> None:
        """Why there is no picture."""
        self.say(sentence)
        self.failure = sentence

    def show_view(self) -> None:
        """The picture again."""
        self.failure = ""
        if self.view is not None:
            self._stack.setCurrentWidget(self.view)

    @property
    def focus_target(self) -> QWidget:
        """What takes the keyboard."""
        return (
            self.view if self.view is not None and self._stack.currentWidget() is self.view else self.sentence
        )

    def set_of_another(self, is_other: bool) -> None:
        """A picture of another patient than the one who is being read."""
        self._mark("stranger", is_other)

    def set_active(self, active: bool) -> None:
        """The frame that keys and tools act on."""
        self._mark("active", active)
        if active and not self.isHidden():
            self.focus_target.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """A press anywhere in the picture makes it the active one."""
        if event.type() == QEvent.Type.MouseButtonPress:
            self.activated.emit(self.viewport_id)
        elif event.type() == QEvent.Type.MouseButtonDblClick and watched is self.sentence:
            self.maximise_asked.emit(self.viewport_id)
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """The edge counts as well."""
        self.activated.emit(self.viewport_id)
        super().mousePressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Series and studies of this window's lists; files go to the window."""
        if event.mimeData().hasFormat(HUNG_MIME):
            self._mark("dropping", True)
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802 - Qt's name
        """Nothing was dropped."""
        self._mark("dropping", False)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Hang it here."""
        self._mark("dropping", False)
        payload = json.loads(bytes(event.mimeData().data(HUNG_MIME).data()))
        event.acceptProposedAction()
        self.dropped.emit(self.viewport_id, str(payload[0]), str(payload[1]))

    def _mark(self, name: str, value: bool) -> None:
        if self.property(name) is not value:
            self.setProperty(name, value)
            self.style().unpolish(self)
            self.style().polish(self)
