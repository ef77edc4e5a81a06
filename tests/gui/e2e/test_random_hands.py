"""Hands that know nothing: any command, drag or key in any order, and nothing breaks.

Seeds and steps are fixed, so a failure comes back. What the system's own dialogs would ask is answered with nothing.
"""

from __future__ import annotations

import random
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QWidget

from app.phantom.spec import covering_spec
from app.phantom.study import write_phantom_study
from app.ui.studio import Studio
from tests.support.spot_package import write_spot_package
from tests.support.ui import paths_in

pytestmark = pytest.mark.qt_log_ignore("plugin does not support|edit: editing failed")
STEPS = 500
BUTTONS = (*[Qt.MouseButton.LeftButton] * 3, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton)
HELD = (
    *[Qt.KeyboardModifier.NoModifier] * 4,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
KEYS = tuple(
    getattr(Qt.Key, f"Key_{name}")
    for name in (
        "Escape", "Return", "Space", "Tab", "Delete", "Backspace", "1", "2", "9", "A", "L", "M", "Up", "Down", "Left",
        "Right", "PageDown", "Home", "F2",
    )
)  # fmt: skip


class Hands:
    """Does one thing after the other and keeps what it did."""

    def __init__(self, studio: Studio, seed: int) -> None:
        self._studio = studio
        self._dice = random.Random(seed)
        self._commands = [name for name in studio.window.commands.declared if "quit" not in name]
        self.done: list[str] = []

    def step(self) -> None:
        """A command, a drag, a key, or a rest."""
        kind = self._dice.random()
        if kind < 0.45:
            self._command()
        elif kind < 0.75:
            self._drag()
        elif kind < 0.95:
            self._key()
        else:
            self._studio.spin()

    def _command(self) -> None:
        name = self._dice.choice(self._commands)
        self.done.append(name)
        self._studio.window.commands.run(name)

    def _drag(self) -> None:
        views = [one for one in self._studio.window.host.findChildren(QWidget) if one.isVisible()]
        large = [one for one in views if min(one.width(), one.height()) > 60]
        if not large:
            return
        view = self._dice.choice(large)
        button, held = self._dice.choice(BUTTONS), self._dice.choice(HELD)
        begin, end = (
            QPoint(self._dice.randrange(view.width()), self._dice.randrange(view.height())) for _ in "ab"
        )
        self.done.append(f"{type(view).__name__} {button.name} {held.name} {begin.toTuple()} {end.toTuple()}")
        QTest.mousePress(view, button, held, begin)
        for part in (1, 2, 3):
            QTest.mouseMove(view, begin + (end - begin) * part / 3)
        QTest.mouseRelease(view, button, held, end)

    def _key(self) -> None:
        key, held = self._dice.choice(KEYS), self._dice.choice(HELD)
        self.done.append(f"{key.name} {held.name}")
        QTest.keyClick(QApplication.focusWidget() or self._studio.window, key, held)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Traces of whatever breaks in a slot or a thread."""
    found: list[str] = []

    def note(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        found.append("".join(traceback.format_exception(kind, error, trace)))

    monkeypatch.setattr(sys, "excepthook", note)
    monkeypatch.setattr(
        threading, "excepthook", lambda told: note(told.exc_type, told.exc_value, told.exc_traceback)
    )
    return found


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_phantom_study(tmp_path_factory.mktemp("study"), covering_spec(24, 64, 64))


@pytest.fixture
def studio(
    tmp_path: Path, study: Path, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Studio]:
    for name, nothing in (
        ("getOpenFileNames", ([], "")),
        ("getSaveFileName", ("", "")),
        ("getOpenFileName", ("", "")),
    ):
        monkeypatch.setattr(QFileDialog, name, lambda *_a, nothing=nothing, **_k: nothing)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_a, **_k: "")
    monkeypatch.setattr(QMenu, "exec", lambda *_a, **_k: None)
    paths = paths_in(tmp_path / "home")
    write_spot_package(paths.models / "spot-1.0.0", threshold=0.3)
    made = Studio.of(paths, size=(1200, 800))
    made.open_folder(study)
    made.wait_idle()
    yield made
    made.close()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_breaks_whatever_the_hands_do(studio: Studio, broken: list[str], seed: int) -> None:
    hands = Hands(studio, seed)
    for _ in range(STEPS):
        hands.step()
        assert not broken, "\n".join([*hands.done[-12:], *broken])
        if not studio.window.isVisible():
            studio.window.show()
    studio.spin()
    assert not broken, "\n".join(broken)
