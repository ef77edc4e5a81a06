"""Menus are still there after a long day: a thousand deeds later their titles can be set anew."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import shiboken6

from app.ui.studio import Studio
from tests.support.ui import paths_in, write_ct

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def test_menus_are_objects_of_this_program_and_stay(tmp_path: Path, qtbot: object) -> None:
    studio = Studio.of(paths_in(tmp_path / "home"), size=(1000, 700))
    try:
        studio.open_folder(write_ct(tmp_path / "in", 4).series[0].instances[0].path.parent)
        commands, dice = studio.window.commands, random.Random(1)
        # Menus that the bar itself makes are lost to the binding at some time; these never are.
        assert all(shiboken6.createdByPython(menu) for menu in commands._menus.values())
        for _ in range(60):
            commands.run(dice.choice(["help.keys", "layout.four", "layout.one", "layout.tiles"]))
            studio.spin()
        assert all(shiboken6.isValid(menu) for menu in commands._menus.values())
        commands.use(commands.keymap)
    finally:
        studio.close()
