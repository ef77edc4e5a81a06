"""Keys and mouse as the reader wants them, changed with real keys and mouse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QWidget

from app.settings.file import load_settings
from app.settings.own_keys import load_own
from app.ui.overlays.bindings import BindingsSheet
from app.ui.studio import Studio
from tests.support.hands import NO_MODIFIER, press, stack
from tests.support.ui import paths_in, write_ct

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    write_ct(tmp_path / "ct")
    made = Studio.of(paths_in(tmp_path / "home"), (1400, 950))
    made.open_folder(tmp_path / "ct")
    yield made
    made.close()


@pytest.fixture
def sheet(studio: Studio) -> BindingsSheet:
    press(studio, Qt.Key.Key_K, CTRL | SHIFT)
    found = studio.window.findChild(BindingsSheet)
    assert isinstance(found, BindingsSheet)
    assert found.isVisible()
    return found


def search(sheet: BindingsSheet, words: str) -> None:
    sheet.box.setFocus()
    sheet.box.clear()
    QTest.keyClicks(sheet.box, words)


def click(button: QWidget) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def new_key(sheet: BindingsSheet, key: Qt.Key, modifier: Qt.KeyboardModifier = NO_MODIFIER) -> None:
    """Enter in the search begins, the next key is the new one."""
    QTest.keyClick(sheet.box, Qt.Key.Key_Return)
    assert sheet.field.isVisible()
    QTest.keyClick(sheet.field, key, modifier)


def test_a_free_key_is_taken_and_holds_at_once(studio: Studio, sheet: BindingsSheet, tmp_path: Path) -> None:
    search(sheet, "invert")
    assert sheet.chosen == "view.invert"
    new_key(sheet, Qt.Key.Key_F8, SHIFT)
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    before = stack(studio).state.invert
    press(studio, Qt.Key.Key_I)
    assert stack(studio).state.invert is before, "the old key calls nothing"
    press(studio, Qt.Key.Key_F8, SHIFT)
    assert stack(studio).state.invert is not before
    assert load_own(paths_in(tmp_path / "home").settings, "standard")[0].keys == {
        "view.invert": ("Shift+F8",)
    }


def test_a_clash_is_named_and_settled(studio: Studio, sheet: BindingsSheet) -> None:
    keymap = studio.window.commands
    search(sheet, "invert")
    new_key(sheet, Qt.Key.Key_K)
    assert "belongs to" in sheet.said.text()
    assert "“" in sheet.said.text()
    click(sheet.leave)
    assert keymap.keymap.keys_of("view.invert") == ("I",), "left there: nothing changes"
    search(sheet, "invert")
    new_key(sheet, Qt.Key.Key_K)
    click(sheet.take)
    assert keymap.keymap.keys_of("view.invert") == ("K",)
    assert keymap.keymap.keys_of("mark.toggle") == ()
    assert "has lost that key" in sheet.said.text()
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    press(studio, Qt.Key.Key_K)
    assert stack(studio).state.invert


def test_escape_gives_up_and_a_letter_never_rejects(studio: Studio, sheet: BindingsSheet) -> None:
    search(sheet, "reject finding")
    before = studio.window.commands.keymap
    assert sheet.chosen == "finding.reject"
    new_key(sheet, Qt.Key.Key_D)
    assert "slip" in sheet.said.text()
    QTest.keyClick(sheet.field, Qt.Key.Key_Escape)
    assert not sheet.field.isVisible()
    assert studio.window.commands.keymap == before


def test_the_overlay_shows_what_is_in_force(studio: Studio, sheet: BindingsSheet) -> None:
    search(sheet, "invert")
    new_key(sheet, Qt.Key.Key_F8, SHIFT)
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    press(studio, Qt.Key.Key_Question, SHIFT)
    keys = studio.window.desk.sheets._made["keys"]
    assert any("Shift+F8" in label.text() for label in keys.findChildren(QLabel))


def test_every_drag_and_the_wheel_can_be_chosen(studio: Studio, sheet: BindingsSheet) -> None:
    assert len(sheet.grid.boxes) == 4 * 4 + 4
    box = sheet.grid.boxes["drags", "left"]
    box.setFocus()
    box.setCurrentIndex(box.findData("scroll"))
    box.activated.emit(box.currentIndex())
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    content = stack(studio)
    before, view = content.slices.index, content.view
    QTest.mousePress(view, Qt.MouseButton.LeftButton, NO_MODIFIER, QPoint(200, 200))
    QTest.mouseMove(view, QPoint(200, 300))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, NO_MODIFIER, QPoint(200, 300))
    studio.wait_idle()
    assert content.slices.index > before
    assert "left drag scroll" in studio.window.desk.sheets._mouse_words()


def test_out_as_a_file_and_in_on_another_computer(
    studio: Studio, sheet: BindingsSheet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    search(sheet, "invert")
    new_key(sheet, Qt.Key.Key_F8, SHIFT)
    file = tmp_path / "mine.toml"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(file), ""))
    buttons = {one.text(): one for one in sheet._file_buttons()}
    del buttons
    sheet._export()
    assert "Shift+F8" in file.read_text()
    sheet._try(type(studio.window.desk.sheets.hands.own)("standard"))
    assert studio.window.commands.keymap.keys_of("view.invert") == ("I",)
    file.write_text(file.read_text() + '"view.of_the_future" = "F9"\n')
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_args: (str(file), ""))
    sheet._import()
    assert studio.window.commands.keymap.keys_of("view.invert") == ("Shift+F8",)
    assert "view.of_the_future" in sheet.said.text(), "what is left out is named"
    file.write_text("no keys = at all")
    sheet._import()
    assert "is no file of keys and mouse" in sheet.said.text()
    assert studio.window.commands.keymap.keys_of("view.invert") == ("Shift+F8",)


def test_the_first_question_does_not_stand_in_the_way(studio: Studio, tmp_path: Path) -> None:
    hands, bar = studio.window.desk.sheets.hands, studio.window.hands_bar
    assert not bar.isVisible()
    hands.ask()
    studio.spin()
    assert bar.isVisible()
    before = stack(studio).slices.index
    stack(studio).view.setFocus()
    press(studio, Qt.Key.Key_Down)
    studio.wait_idle()
    assert stack(studio).slices.index == before + 1, "keys work meanwhile"
    assert set(bar.buttons) == {"standard", "classic_pacs", "mitk", "one_button", "slicer", "weasis", ""}
    click(bar.buttons["classic_pacs"])
    assert not bar.isVisible()
    assert studio.window.commands.keymap.profile_id == "classic_pacs"
    kept = load_settings(paths_in(tmp_path / "home").settings)[0]
    assert (kept.key_profile, kept.hands) == ("classic_pacs", "asked")
    hands.ask()
    assert not bar.isVisible(), "asked once"


def test_the_question_can_be_closed(studio: Studio) -> None:
    studio.window.desk.sheets.hands.ask()
    click(studio.window.hands_bar.buttons[""])
    assert not studio.window.hands_bar.isVisible()
    assert studio.ctx.settings.hands == "asked"
    assert studio.window.commands.keymap.profile_id == "standard"


def test_both_buttons_scroll_and_side_buttons_step_through_findings(studio: Studio) -> None:
    content = stack(studio)
    view, before = content.view, content.slices.index
    steps: list[int] = []
    view.finding_step.connect(steps.append)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, NO_MODIFIER, QPoint(200, 200))
    QTest.mousePress(view, Qt.MouseButton.RightButton, NO_MODIFIER, QPoint(200, 200))
    QTest.mouseMove(view, QPoint(200, 300))
    studio.spin()
    QTest.mouseRelease(view, Qt.MouseButton.RightButton, NO_MODIFIER, QPoint(200, 300))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, NO_MODIFIER, QPoint(200, 300))
    studio.wait_idle()
    assert content.slices.index > before
    QTest.mouseClick(view, Qt.MouseButton.ForwardButton, NO_MODIFIER, QPoint(200, 200))
    QTest.mouseClick(view, Qt.MouseButton.BackButton, NO_MODIFIER, QPoint(200, 200))
    assert steps == [1, -1]
