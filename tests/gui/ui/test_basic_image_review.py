"""IHE Basic Image Review, as far as no other test shows it: first image and tool, and cine of 500 images."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.ui.cine import OWN_RATE
from app.ui.overlays.settings import SettingsSheet
from app.ui.studio import Studio
from tests.support.hands import press, stack
from tests.support.ui import paths_in, write_ct

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
IMAGES = 500


def test_the_middle_image_comes_first_fitted_and_in_its_window_and_the_left_button_scrolls_where_asked(
    tmp_path: Path, qapp: QApplication
) -> None:
    write_ct(tmp_path / "ct", slices=12)
    studio = Studio.of(paths_in(tmp_path / "home"), size=(1000, 700))
    studio.window.desk.show("settings")
    sheet = next(iter(studio.window.findChildren(SettingsSheet)))
    sheet.first_tool.setCurrentIndex(sheet.first_tool.findData("scroll"))
    sheet._take()
    studio.close()
    studio = Studio.of(paths_in(tmp_path / "home"), size=(1000, 700))
    studio.open_folder(tmp_path / "ct")
    studio.wait_idle()
    content = stack(studio)
    assert (content.slices.index, content.state.fitted) == (5, True)
    assert (content.state.window.center, content.state.window.width) == (-300, 1400)
    view = content.view
    start = QPoint(view.width() // 2, view.height() // 2)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 6):
        QTest.mouseMove(view, start + QPoint(0, 20 * step))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=start + QPoint(0, 100))
    assert content.slices.index != 5
    assert content.state.window.width == 1400, "the window is as it was"
    studio.close()


@pytest.mark.slow
def test_cine_of_500_images_keeps_its_time(tmp_path: Path, qapp: QApplication) -> None:
    """By elapsed time: images are left out rather than shown late."""
    write_ct(tmp_path / "ct", slices=IMAGES)
    studio = Studio.of(paths_in(tmp_path / "home"), size=(1000, 700))
    studio.open_folder(tmp_path / "ct")
    studio.wait_idle()
    content = stack(studio)
    assert content.slices.layer_count == IMAGES
    press(studio, Qt.Key.Key_Home)
    press(studio, Qt.Key.Key_C)
    begun = time.monotonic()
    QTest.qWait(2000)
    passed = time.monotonic() - begun
    press(studio, Qt.Key.Key_C)
    rate = content.slices.index / passed
    assert 0.7 * OWN_RATE <= rate <= 1.3 * OWN_RATE
    studio.close()
