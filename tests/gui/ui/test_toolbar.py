"""Every tool can be reached at every width of the window: a button of full size, or a line of the menu behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QToolButton

from app.ui.panels.toolbar import GROUPS
from app.ui.studio import Studio
from tests.support.ui import paths_in

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
ALL = {action_id for group in GROUPS for action_id, _icon in group}


@pytest.fixture
def studio(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    made = Studio.of(paths_in(tmp_path), size=(1600, 900))
    yield made
    made.close()


def at_width(studio: Studio, width: int) -> tuple[set[str], set[str]]:
    """(actions with a button that is seen, actions in the menu) once the window is as wide."""
    studio.window.resize(width, 800)
    studio.window.share_room()
    studio.spin()
    bar = studio.window.toolbar
    names = {action: name for name, action in studio.window.commands.actions.items()}
    seen = [one for one in bar.findChildren(QToolButton) if one.isVisible() and one is not bar.more]
    for button in seen:
        assert button.width() >= button.sizeHint().width()
        assert button.geometry().right() <= bar.width()
    return {names[one.defaultAction()] for one in seen}, {
        names[one] for one in bar.menu.actions() if not one.isSeparator()
    }


@pytest.mark.parametrize("width", [1920, 1600, 1280, 1100, 900])
def test_each_tool_is_a_whole_button_or_in_the_menu(studio: Studio, width: int) -> None:
    buttons, behind = at_width(studio, width)
    assert buttons | behind == ALL
    assert not buttons & behind
    assert "ai.ink" in buttons
    assert studio.window.toolbar.more.isVisible() == bool(behind)


def test_room_that_comes_back_brings_the_buttons_back(studio: Studio) -> None:
    assert at_width(studio, 900)[1]
    assert at_width(studio, 1920) == (ALL, set())


def test_the_images_have_most_of_a_small_window(studio: Studio) -> None:
    at_width(studio, 1000)
    assert studio.window.middle.width() > 480
    at_width(studio, 1600)
    assert studio.window.left.width() == pytest.approx(310, abs=4)
    assert studio.window.right.width() == pytest.approx(400, abs=4)
