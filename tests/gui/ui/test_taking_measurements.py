"""A report of measurements beside its images: opened from the series list, taken over by a click, once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from app.domain.measurement import Measurement
from app.support.i18n import text
from app.ui.studio import Studio
from app.workflows.export import export_reading
from app.workflows.take_over import is_same
from tests.gui.ui.test_object_sheets import opened
from tests.support.hands import press, stack
from tests.support.ui import paths_in, write_ct

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def other_reader(tmp_path: Path, qapp: QApplication) -> Iterator[tuple[Studio, tuple[Measurement, ...]]]:
    """A second installation with a journal of its own; the folder holds the report of the first."""
    write_ct(tmp_path / "ct")
    first = Studio.of(paths_in(tmp_path / "first"), size=(1300, 820))
    try:
        first.open_folder(tmp_path / "ct")
        first.wait_idle()
        view = stack(first).slices
        for key, modifier, start, end in (
            (Qt.Key.Key_L, Qt.KeyboardModifier.NoModifier, QPoint(150, 200), QPoint(260, 240)),
            (Qt.Key.Key_E, Qt.KeyboardModifier.NoModifier, QPoint(200, 260), QPoint(260, 330)),
        ):
            press(first, key, modifier)
            QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
            QTest.mouseMove(view, end)
            QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)
            first.spin()
        reading, study = first.state.reading.reading, first.state.workspace.open_study
        assert reading is not None
        assert study is not None
        done = export_reading(
            reading, study, ["measurements"], tmp_path / "out", paths=first.ctx.paths, identified=True
        )
        (file,) = (each for each in done.files if each.suffix == ".dcm")
        shutil.copy(file, tmp_path / "ct" / "report.dcm")
    finally:
        first.close()
    made = Studio.of(paths_in(tmp_path / "second"), size=(1300, 820))
    yield made, reading.measurements
    made.close()


def test_a_click_takes_them_over_once_and_each_can_be_undone(
    other_reader: tuple[Studio, tuple[Measurement, ...]], tmp_path: Path
) -> None:
    studio, sent = other_reader
    sheet = opened(studio, tmp_path / "ct")
    words = text("ui.object.take_measurements")
    (take,) = (one for one in sheet.findChildren(QPushButton) if one.text() == words)
    QTest.mouseClick(take, Qt.MouseButton.LeftButton)
    studio.wait_idle()
    reading = studio.state.reading.reading
    assert reading is not None
    assert len(reading.measurements) == 2
    for one in sent:
        found = reading.measurement(one.measurement_id)
        assert found is not None
        assert is_same(found, one)
    assert "taken over: 2" in studio.window.messages.said[-1]
    QTest.mouseClick(take, Qt.MouseButton.LeftButton)
    studio.wait_idle()
    assert "taken over: 0; there before: 2" in studio.window.messages.said[-1]
    sheet.dismiss()
    press(studio, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    after = studio.state.reading.reading
    assert after is not None
    assert len(after.measurements) == 1
