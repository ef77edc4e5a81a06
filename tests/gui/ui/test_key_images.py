"""Key images by real keys and clicks: mark, see it said, list, jump, undo, find again in another window, export."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydicom import dcmread
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.ui.studio import Studio
from tests.support.hands import press_and_wait as press
from tests.support.hands import stack
from tests.support.ui import paths_in, write_ct

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def studio(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    write_ct(tmp_path / "ct")
    made = Studio.of(paths_in(tmp_path), size=(1300, 820))
    made.open_folder(tmp_path / "ct")
    yield made
    made.close()


def is_said(studio: Studio) -> bool:
    return any("KEY IMAGE" in stamp.text for stamp in stack(studio).view.stamps)


def rows(studio: Studio) -> list[str]:
    panel = studio.window.key_images
    return [panel.list.item(n).text() for n in range(panel.list.count())]


def test_k_marks_what_is_shown_and_says_so_only_there(studio: Studio) -> None:
    assert not studio.window.key_images.isVisible()
    press(studio, Qt.Key.Key_K)
    assert is_said(studio)
    assert (studio.window.key_images.isVisible(), rows(studio)) == (True, ["Axial 5.0, image 6"])
    press(studio, Qt.Key.Key_Down)
    assert not is_said(studio)
    press(studio, Qt.Key.Key_Up)
    press(studio, Qt.Key.Key_K)
    assert (is_said(studio), rows(studio)) == (False, [])


def test_keys_and_clicks_go_to_the_marked_images(studio: Studio) -> None:
    press(studio, Qt.Key.Key_K)
    press(studio, Qt.Key.Key_End)
    press(studio, Qt.Key.Key_K)
    assert len(rows(studio)) == 2
    press(studio, Qt.Key.Key_K, SHIFT)
    assert stack(studio).slices.shown_index == 5
    press(studio, Qt.Key.Key_K, Qt.KeyboardModifier.AltModifier)
    assert stack(studio).slices.shown_index == 11
    found = studio.window.key_images.list
    QTest.mouseClick(
        found.viewport(),
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
        found.visualItemRect(found.item(0)).center(),
    )
    studio.wait_idle()
    assert stack(studio).slices.shown_index == 5


def test_undo_redo_and_another_window(studio: Studio, tmp_path: Path) -> None:
    press(studio, Qt.Key.Key_K)
    press(studio, Qt.Key.Key_Z, CONTROL)
    assert (is_said(studio), rows(studio)) == (False, [])
    press(studio, Qt.Key.Key_Y, CONTROL)
    assert is_said(studio)
    again = Studio.of(paths_in(tmp_path), size=(1300, 820))
    again.open_folder(tmp_path / "ct")
    try:
        again.wait_idle()
        assert (is_said(again), len(rows(again))) == (True, 1)
    finally:
        again.close()


def test_planes_cannot_be_key_images(studio: Studio) -> None:
    press(studio, Qt.Key.Key_O)
    press(studio, Qt.Key.Key_K)
    assert "Show the series as a stack" in studio.window.messages.words.text()
    assert rows(studio) == []


def test_the_window_exports_them(studio: Studio, tmp_path: Path) -> None:
    press(studio, Qt.Key.Key_K)
    studio.window.desk.running.export(tmp_path / "out")
    studio.wait_idle()
    assert studio.wait_for(lambda: any((tmp_path / "out").glob("overread-*/manifest.json")))
    (file,) = (tmp_path / "out").rglob("key_images_0001.dcm")
    assert dcmread(file).Modality == "KO"
