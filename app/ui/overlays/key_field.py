"""A field that takes the next key, whatever it calls elsewhere."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit

from app.support.i18n import text

_MODIFIERS = {
    Qt.Key.Key_Shift,
    Qt.Key.Key_Control,
    Qt.Key.Key_Alt,
    Qt.Key.Key_Meta,
    Qt.Key.Key_AltGr,
    Qt.Key.Key_CapsLock,
    Qt.Key.Key_NumLock,
    Qt.Key.Key_unknown,
}


class KeyField(QLineEdit):
    """Emits keys as a keymap writes them; a sign that takes Shift on some keyboards only is given both ways."""

    pressed = Signal(tuple)
    given_up = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setPlaceholderText(text("hands.press"))
        self.setAccessibleName(text("hands.press"))

    def event(self, event: QEvent) -> bool:
        """Before it becomes a shortcut, or a step to the next control."""
        if isinstance(event, QKeyEvent):
            if event.type() is QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() is QEvent.Type.KeyPress:
                self._take(event)
                return True
        return super().event(event)

    def _take(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _MODIFIERS or event.isAutoRepeat():
            return
        if key == Qt.Key.Key_Escape and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self.given_up.emit()
            return
        self.pressed.emit(keys_of(event))


def keys_of(event: QKeyEvent) -> tuple[str, ...]:
    """One key, or a sign with and without the Shift that some keyboards need for it."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if event.key() == Qt.Key.Key_Backtab:
        return ("Shift+Tab",)
    key = Qt.Key(event.key())
    said = QKeySequence(int(modifiers.value) | int(key.value)).toString()
    sign = event.text()
    is_sign = len(sign) == 1 and sign.isprintable() and not sign.isalnum() and not sign.isspace()
    if is_sign and modifiers in {Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier}:
        plain = QKeySequence(int(key.value)).toString()
        return (plain, f"Shift+{plain}")
    return (said,)
