"""What a reader's hands do in tests of the window, as real events, and what is then in front of the eyes."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.ui.contents import StackContent
from app.ui.studio import Studio

NO_MODIFIER = Qt.KeyboardModifier.NoModifier


def press(studio: Studio, which: Qt.Key, modifier: Qt.KeyboardModifier = NO_MODIFIER) -> None:
    """A key where the keyboard is; events that wait are handled."""
    target: QWidget = studio.window.focusWidget() or studio.window
    QTest.keyClick(target, which, modifier)
    studio.spin()


def press_and_wait(studio: Studio, which: Qt.Key, modifier: Qt.KeyboardModifier = NO_MODIFIER) -> None:
    """A key, and all that it sets going."""
    press(studio, which, modifier)
    studio.wait_idle()


def stack(studio: Studio) -> StackContent:
    """The stack in the active viewport."""
    content = studio.window.host.active
    assert isinstance(content, StackContent)
    return content
