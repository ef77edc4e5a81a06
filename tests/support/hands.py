"""What a reader's hands do in tests of the window, as real events, and what is then in front of the eyes."""

from __future__ import annotations

import os
from pathlib import Path

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


def stacks_by_side(studio: Studio) -> dict[str, StackContent]:
    """The mammograms on the screen, by side and view of the header, such as "RCC"."""
    found = {}
    for content in studio.window.host.contents.values():
        assert isinstance(content, StackContent)
        first = content.subject.display_set.frames[0].instance
        found[f"{first.laterality}{first.view_position}"] = content
    return found


def keep(studio: Studio, name: str) -> None:
    """The window as a PNG of this name, where OVERREAD_PICTURES names a folder to look at."""
    folder = os.environ.get("OVERREAD_PICTURES")
    if folder:
        studio.grab(Path(folder) / f"{name}.png")
