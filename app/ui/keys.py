"""Which widget keeps a key for itself, so that typing a name never accepts a finding."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QTreeView,
    QWidget,
)
from shiboken6 import isValid

_MOVES = {
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
}
_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}
_TABS = {Qt.Key.Key_Tab, Qt.Key.Key_Backtab}
_SIDEWAYS = {Qt.Key.Key_Left, Qt.Key.Key_Right}
SWITCHES_BY_SPACE = "switches_by_space"  # property of lists with ticks
SHEET = "sheet"  # object name of what floats over the window
OPENS_BY_ENTER = "opens_by_enter"  # property of lists where Enter belongs to the list


def keeps(widget: QWidget, event: QKeyEvent) -> bool:
    """Whether a key stays with the focused widget instead of calling an action."""
    key = Qt.Key(event.key())
    strong = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    if strong:
        return isinstance(widget, QLineEdit) and key in {
            Qt.Key.Key_Z,
            Qt.Key.Key_Y,
            Qt.Key.Key_Left,
            Qt.Key.Key_Right,
        }
    if isinstance(widget, QLineEdit | QAbstractSpinBox):
        return not Qt.Key.Key_F1 <= key <= Qt.Key.Key_F35
    if key == Qt.Key.Key_Space and widget.property(SWITCHES_BY_SPACE):
        return True
    if isinstance(widget, QTreeView) and key in _SIDEWAYS:
        return True
    if isinstance(widget, QAbstractItemView):
        return key in _MOVES | _TABS or (key in _ENTER and bool(widget.property(OPENS_BY_ENTER)))
    if isinstance(widget, QAbstractSlider | QComboBox):
        return key in _MOVES | _TABS | _SIDEWAYS | _ENTER
    if (
        widget.objectName() == SHEET
    ):  # it has the keyboard itself: Tab leads to its controls, arrows scroll it
        return key in _TABS | _MOVES
    if isinstance(widget, QAbstractButton):
        return key in _TABS | _ENTER or key == Qt.Key.Key_Space
    return False


class KeyGuard(QObject):
    """Sits on the focused widget only; tells hold keys going down and up."""

    def __init__(self, window: QWidget, holds: Callable[[int, bool], bool]) -> None:
        super().__init__(window)
        self._window = window
        self._holds = holds
        self._watched: QObject | None = None
        self._others: list[QWidget] = []
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._follow)

    def also(self, other: QWidget) -> None:
        """Another window of ours where the same keys hold."""
        self._others = [one for one in self._others if isValid(one)] + [other]

    def _is_ours(self, widget: QWidget) -> bool:
        windows = [self._window, *(one for one in self._others if isValid(one))]
        return any(widget is one or one.isAncestorOf(widget) for one in windows)

    def _follow(self, _old: QWidget | None, new: QWidget | None) -> None:
        if self._watched is not None and isValid(self._watched):
            self._watched.removeEventFilter(self)
            self._watched.destroyed.disconnect(self._forget)
        self._watched = None
        if new is not None and self._is_ours(new):
            new.installEventFilter(self)
            new.destroyed.connect(self._forget)
            self._watched = new

    def _forget(self) -> None:
        self._watched = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Claim keys for the widget, click buttons by Enter, report hold keys."""
        if not isinstance(event, QKeyEvent) or not isinstance(watched, QWidget):
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            if keeps(watched, event):
                event.accept()
                return True
            return False
        pressed = event.type() == QEvent.Type.KeyPress
        if isinstance(watched, QAbstractButton) and pressed and Qt.Key(event.key()) in _ENTER:
            watched.click()
            return True
        is_switch = event.key() == Qt.Key.Key_Space and watched.property(SWITCHES_BY_SPACE)
        if is_switch or isinstance(watched, QAbstractButton | QLineEdit) or event.isAutoRepeat():
            return False
        return self._holds(event.key(), pressed)
