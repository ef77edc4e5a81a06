"""The header of the image on the screen, by its key, with a search that keeps what lies around a hit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTreeWidgetItem

from app.ui.overlays.tag_table import TagSheet
from app.ui.studio import Studio
from tests.support.enhanced import enhanced_ct
from tests.support.hands import press
from tests.support.ui import paths_in

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def sheet(tmp_path: Path, qapp: QApplication) -> Iterator[TagSheet]:
    enhanced_ct(tmp_path / "in", np.zeros((3, 16, 16), np.int16))
    made = Studio.of(paths_in(tmp_path), size=(1200, 800))
    made.open_folder(tmp_path / "in")
    made.wait_idle()
    press(made, Qt.Key.Key_F4)
    found = made.window.desk.sheets._made["header"]
    assert isinstance(found, TagSheet)
    yield found
    made.close()


def shown(item: QTreeWidgetItem) -> list[str]:
    found = []
    for number in range(item.childCount()):
        child = item.child(number)
        if child is not None and not child.isHidden():
            found += [child.text(2), *shown(child)]
    return found


def test_f4_shows_every_element_and_the_search_narrows_it(sheet: TagSheet) -> None:
    root = sheet.tree.invisibleRootItem()
    everything = shown(root)
    assert {"Patient's Name", "Rows", "Per-Frame Functional Groups Sequence"} <= set(everything)
    QTest.keyClicks(sheet.field, "window center")
    found = [name for name in shown(root) if name]
    assert "Window Center" in found
    assert "Per-Frame Functional Groups Sequence" in found  # what it lies in
    assert "Rows" not in found
    sheet.field.clear()
    assert shown(root) == everything
    QTest.keyClicks(sheet.field, "0028,0010")
    assert [name for name in shown(root) if name] == ["Rows"]
