"""Exact scales, false colours, stronger edges and reference lines by real keys; what is done is said on the picture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.settings.monitors import measured_scale
from app.ui.overlays.monitor import BAR_PX, MonitorSheet
from app.ui.overlays.settings import SettingsSheet
from app.ui.screens import key_of
from app.ui.studio import Studio
from tests.support.dicom_files import ct_dataset, write
from tests.support.hands import press_and_wait as press
from tests.support.hands import stack
from tests.support.ui import paths_in, write_ct
from viewers.types import Interpolation

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
ALT, SHIFT = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def studio(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    write_ct(tmp_path / "ct")
    made = Studio.of(paths_in(tmp_path), size=(1300, 820))
    made.open_folder(tmp_path / "ct")
    yield made
    made.close()


def said(studio: Studio) -> set[str]:
    return {stamp.text for stamp in stack(studio).view.stamps}


def px_per_mm(studio: Studio) -> float:
    """As drawn, between two points of the picture 10 mm apart."""
    view = stack(studio).slices
    start, end = view.px_of((0, 0, 25)), view.px_of((10, 0, 25))
    assert start is not None
    assert end is not None
    return (end[0] - start[0]) / 10


def sheet(studio: Studio) -> MonitorSheet:
    press(studio, Qt.Key.Key_T, CONTROL | SHIFT)
    found = studio.window.desk.sheets._made["monitor"]
    assert isinstance(found, MonitorSheet)
    assert found.isVisible()
    return found


def test_a_measured_screen_gives_true_size_and_says_who_measured(studio: Studio) -> None:
    press(studio, Qt.Key.Key_T, CONTROL)
    assert "as the screen says, not measured" in stack(studio).view.corners.bottom_right[1]
    found = sheet(studio)
    found.length.setValue(125.0)
    QTest.keyClick(found.length, Qt.Key.Key_Tab)
    found._take()
    studio.spin()
    assert measured_scale(
        studio.ctx.settings.monitor_scales, key_of(studio.window.screen())
    ) == pytest.approx(BAR_PX / 125)
    found.dismiss()
    press(studio, Qt.Key.Key_T, CONTROL)
    assert px_per_mm(studio) == pytest.approx(BAR_PX / 125)
    assert "true size, screen measured" in stack(studio).view.corners.bottom_right[1]
    press(studio, Qt.Key.Key_Plus)
    assert "true size" not in stack(studio).view.corners.bottom_right[1]


def test_the_measurement_is_there_after_a_restart_and_can_be_forgotten(
    studio: Studio, tmp_path: Path
) -> None:
    found = sheet(studio)
    found.length.setValue(140.0)
    found._take()
    again = Studio.of(paths_in(tmp_path), size=(900, 700))
    try:
        other = sheet(again)
        assert other.length.value() == pytest.approx(140.0, abs=0.05)
        assert "has been measured" in other.said.text()
        other._forget()
        assert again.ctx.settings.monitor_scales == ()
        assert "has been measured" not in other.said.text()
    finally:
        again.close()


def test_a_number_far_from_what_the_screen_says_is_kept_and_doubted(studio: Studio) -> None:
    found = sheet(studio)
    found.length.setValue(400.0)
    found._take()
    assert "measure once more" in found.said.text()
    assert studio.ctx.settings.monitor_scales


def test_a_picture_without_a_size_has_no_true_size(tmp_path: Path, qapp: QApplication) -> None:
    write(
        ct_dataset(
            Modality="DX",
            SOPClassUID="1.2.840.10008.5.1.4.1.1.1.1",
            PixelSpacing=None,
            ImagePositionPatient=None,
            ImageOrientationPatient=None,
        ),
        tmp_path / "x" / "x",
    )
    studio = Studio.of(paths_in(tmp_path), size=(1000, 700))
    try:
        studio.open_folder(tmp_path / "x")
        before = stack(studio).state
        press(studio, Qt.Key.Key_T, CONTROL)
        assert "no true size" in studio.window.messages.said[-1]
        assert stack(studio).state == before
        press(studio, Qt.Key.Key_0, ALT)
        assert "1:1" in stack(studio).view.corners.bottom_right[1]
    finally:
        studio.close()


def test_colours_edges_and_drawing_between_are_said_on_the_picture_until_reset(studio: Studio) -> None:
    press(studio, Qt.Key.Key_C, ALT)
    press(studio, Qt.Key.Key_I, ALT)
    press(studio, Qt.Key.Key_I, ALT | SHIFT)
    assert said(studio) == {"FALSE COLOURS: hot iron", "EDGES ENHANCED", "cubic between pixels"}
    assert stack(studio).state.between is Interpolation.CUBIC
    press(studio, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert said(studio) == {"cubic between pixels"}
    press(studio, Qt.Key.Key_I, ALT | SHIFT)
    press(studio, Qt.Key.Key_I, ALT | SHIFT)
    assert said(studio) == set()


def test_dragging_up_brightens_or_raises_the_level_as_the_reader_has_set(studio: Studio) -> None:
    def drag_up() -> float:
        view = stack(studio).slices
        before = view.state.window.center
        QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(300, 300))
        QTest.mouseMove(view, QPoint(300, 250))
        QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(300, 250))
        return view.state.window.center - before

    assert drag_up() < 0
    studio.window.desk.sheets.show("settings")
    settings = studio.window.desk.sheets._made["settings"]
    assert isinstance(settings, SettingsSheet)
    settings.window_drag.setCurrentIndex(1)
    settings._take()
    studio.spin()
    assert drag_up() > 0


def test_fine_and_coarse_drags_are_a_fifth_and_five_times_a_plain_one(studio: Studio) -> None:
    def wider(modifier: Qt.KeyboardModifier) -> float:
        view = stack(studio).slices
        QTest.mousePress(view, Qt.MouseButton.LeftButton, modifier, QPoint(300, 300))
        QTest.mouseMove(view, QPoint(310, 300))
        move = QMouseEvent(
            QMouseEvent.Type.MouseMove,
            QPointF(340, 300),
            view.mapToGlobal(QPointF(340, 300)),
            Qt.MouseButton.NoButton,
            Qt.MouseButton.LeftButton,
            modifier,
        )
        start = view.state.window.width
        QApplication.sendEvent(view, move)
        found = view.state.window.width - start
        QTest.mouseRelease(view, Qt.MouseButton.LeftButton, modifier, QPoint(340, 300))
        return found

    plain = wider(Qt.KeyboardModifier.NoModifier)
    assert wider(SHIFT) == pytest.approx(plain / 5, rel=0.01)
    assert wider(Qt.KeyboardModifier.ControlModifier) == pytest.approx(plain * 5, rel=0.01)
    # 860 HU between air and the ball: 1024 pixels of drag cross them once
    assert plain == pytest.approx(30 * 860 / 1024, rel=0.02)
