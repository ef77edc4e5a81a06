"""A sheet that floats over the window: centred, closed by Esc, never modal."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.support.i18n import text
from app.ui import icons
from app.ui.widgets.small import label

MARGIN = 24


class Sheet(QWidget):
    """Base of palette, key list, settings and about; `body` takes the contents."""

    def __init__(self, window: QWidget, title: str, size: tuple[int, int]) -> None:
        super().__init__(window)
        self._window = window
        self._size = size
        self._before: QWidget | None = None
        self.setObjectName("sheet")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(title)
        close = QToolButton()
        close.setIcon(icons.icon("close"))
        close.setProperty("flat", "true")
        close.setAccessibleName(text("ui.sheet.close"))
        close.setToolTip(text("ui.sheet.close"))
        close.clicked.connect(self.dismiss)
        head = QHBoxLayout()
        head.addWidget(label(title, "title"))
        head.addStretch(1)
        head.addWidget(close)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(16, 12, 12, 16)
        self.body.setSpacing(8)
        self.body.addLayout(head)
        window.installEventFilter(self)
        self.hide()

    def open(self) -> None:
        """Show it over the window and remember where the keyboard was."""
        self._before = self._window.focusWidget()
        self._place()
        self.show()
        self.raise_()
        self.setFocus()

    def dismiss(self) -> None:
        """Away with it; the keyboard goes back."""
        self.hide()
        before, self._before = self._before, None
        # A layout may have gone meanwhile, and what had the keyboard with it.
        if before is not None and isValid(before):
            before.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Esc closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, onwards: bool) -> bool:  # noqa: N802 - Qt's name
        """Tab goes round within the sheet."""
        focus = self._window.focusWidget()
        here: QWidget = focus if focus is not None and self.isAncestorOf(focus) else self
        place = _neighbour(here, onwards=onwards)
        while place is not None and place is not here:
            takes = place.focusPolicy() & Qt.FocusPolicy.TabFocus and place.isEnabled()
            if takes and self.isAncestorOf(place) and place.isVisibleTo(self) and place.focusProxy() is None:
                reason = Qt.FocusReason.TabFocusReason if onwards else Qt.FocusReason.BacktabFocusReason
                place.setFocus(reason)
                return True
            place = _neighbour(place, onwards=onwards)
        return False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Stay in the middle when the window changes."""
        if watched is self._window and event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        width = min(self._size[0], self._window.width() - 2 * MARGIN)
        height = min(self._size[1], self._window.height() - 2 * MARGIN)
        top = min(80, (self._window.height() - height) // 2)
        self.setGeometry((self._window.width() - width) // 2, top, width, height)


def _neighbour(widget: QWidget, *, onwards: bool) -> QWidget | None:
    return widget.nextInFocusChain() if onwards else widget.previousInFocusChain()
