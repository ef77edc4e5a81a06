"""Help pages by real keys: F1, search, links."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.ui.overlays.help_pages import HelpSheet
from app.ui.studio import Studio
from tests.support.hands import press_and_wait as press
from tests.support.ui import paths_in

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def studio(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    made = Studio.of(paths_in(tmp_path), size=(1300, 820))
    yield made
    made.close()


def opened(studio: Studio) -> HelpSheet:
    press(studio, Qt.Key.Key_F1)
    [sheet] = [one for one in studio.window.findChildren(HelpSheet) if one.isVisible()]
    return sheet


def test_f1_opens_the_first_page_and_escape_closes_it(studio: Studio) -> None:
    sheet = opened(studio)
    assert sheet.shown == "reading.md"
    assert sheet.view.toPlainText().startswith("Reading single images")
    assert "tests/" not in sheet.view.toPlainText()
    QTest.keyClick(sheet.sought, Qt.Key.Key_Escape)
    assert not sheet.isVisible()


def test_what_is_sought_narrows_the_list_and_is_marked_on_the_page(studio: Studio) -> None:
    sheet = opened(studio)
    QTest.keyClicks(sheet.sought, "keychain")
    names = {page for page in sheet._pages if sheet._item(page) is not None}
    assert "privacy.md" in names
    assert "planes.md" not in names
    assert sheet.shown in names
    assert sheet.view.textCursor().selectedText().casefold() == "keychain"
    QTest.keyClick(sheet.sought, Qt.Key.Key_Return)
    QTest.keyClicks(sheet.sought, "zzz")
    assert sheet.shown == ""
    assert sheet.view.toPlainText() == "No page has these words."
    sheet.sought.clear()
    assert sheet.shown


def test_a_link_turns_to_its_page_and_leads_nowhere_else(studio: Studio) -> None:
    sheet = opened(studio)
    sheet.view.anchorClicked.emit(QUrl("planes.md"))
    assert sheet.shown == "planes.md"
    sheet.view.anchorClicked.emit(QUrl("https://nowhere.example/x"))
    assert sheet.shown == "planes.md"
    QTest.keyClicks(sheet.sought, "keychain")
    sheet.turn_to("solids.md")
    assert sheet.shown == "solids.md"
    assert not sheet.sought.text()
