"""Measurements in the window by real keys and mouse: drawn, written, undone, moved, removed, there after a restart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

import app.findings.journal
from app.domain.errors import JournalError
from app.domain.measure_codes import MEASURE_TOOLS
from app.domain.measurement import Measurement
from app.domain.volume import Space
from app.ui.studio import Studio
from tests.support.hands import press, stack
from tests.support.ui import paths_in, write_ct
from viewers.shapes import measure_tools
from viewers.types import OutlineLayer

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def studio(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    write_ct(tmp_path / "ct")
    made = Studio.of(paths_in(tmp_path), size=(1300, 820))
    made.open_folder(tmp_path / "ct")
    made.wait_idle()
    yield made
    made.close()


def pixel(studio: Studio, row: float, column: float) -> QPoint:
    """Where a voxel of the made-up CT (2 mm pixels from -64) lies on the screen, on image 6."""
    place = stack(studio).slices.px_of((-64 + 2 * column, -64 + 2 * row, 25))
    assert place is not None
    return QPoint(round(place[0]), round(place[1]))


def drag(studio: Studio, start: QPoint, end: QPoint) -> None:
    view = stack(studio).slices
    QTest.mousePress(view, LEFT, pos=start)
    QTest.mouseMove(view, (start + end) / 2)
    QTest.mouseMove(view, end)
    QTest.mouseRelease(view, LEFT, pos=end)
    studio.spin()


def standing(studio: Studio) -> tuple[Measurement, ...]:
    reading = studio.ctx.store.state.reading.reading
    assert reading is not None
    return reading.measurements


def test_the_tools_of_the_viewers_are_the_tools_of_the_actions() -> None:
    assert tuple(sorted(measure_tools())) == MEASURE_TOOLS


def test_a_length_is_drawn_written_and_shown_in_mm(studio: Studio) -> None:
    press(studio, Qt.Key.Key_L)
    drag(studio, pixel(studio, 20, 10), pixel(studio, 20, 50))
    (made,) = standing(studio)
    assert (made.tool, made.space, made.frame.sop_instance_uid[-2:]) == ("length", Space.PATIENT, ".6")
    assert made.quantities[0].value == pytest.approx(80, abs=0.5)
    assert made.quantities[0].unit.value == "mm"
    assert made.quantities[0].concept is not None
    assert made.points[0] == pytest.approx((-44, -24, 25), abs=0.3)
    assert made.row_column[1] == pytest.approx((20, 50), abs=0.15)
    shape = stack(studio).slices.shown_shapes()[0]
    assert shape.lines == (f"{made.quantities[0].value:.1f} mm",)
    assert studio.ctx.journal.verify().is_whole


def test_a_region_gives_hu(studio: Studio) -> None:
    press(studio, Qt.Key.Key_E)
    drag(studio, pixel(studio, 28, 36), pixel(studio, 36, 44))
    (made,) = standing(studio)
    values = {one.key: one for one in made.quantities}
    assert values["mean"].value == 60
    assert values["mean"].unit.meaning == "Hounsfield unit"
    assert values["area"].value == pytest.approx(np.pi * 64, rel=0.03)
    assert "mean 60.0 HU  SD 0.0 HU" in stack(studio).slices.shown_shapes()[0].lines


def test_undo_redo_move_and_delete(studio: Studio) -> None:
    press(studio, Qt.Key.Key_L)
    drag(studio, pixel(studio, 20, 10), pixel(studio, 20, 50))
    first = standing(studio)[0]
    drag(studio, pixel(studio, 20, 50), pixel(studio, 20, 30))
    assert len(standing(studio)) == 1
    assert standing(studio)[0].measurement_id == first.measurement_id
    assert standing(studio)[0].quantities[0].value == pytest.approx(40, abs=0.5)
    press(studio, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert standing(studio)[0].quantities == first.quantities
    press(studio, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert standing(studio)[0].quantities[0].value == pytest.approx(40, abs=0.5)
    press(studio, Qt.Key.Key_Delete)
    assert standing(studio) == ()
    assert stack(studio).slices.shown_shapes() == ()
    press(studio, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(standing(studio)) == 1


def test_it_stands_on_its_image_only_and_goes_with_the_ink(studio: Studio) -> None:
    press(studio, Qt.Key.Key_D)
    drag(studio, pixel(studio, 30, 20), pixel(studio, 30, 50))
    assert [one.key for one in standing(studio)[0].quantities] == ["long_axis", "short_axis"]
    press(studio, Qt.Key.Key_Down)
    assert not stack(studio).slices.shown_shapes()
    press(studio, Qt.Key.Key_Up)
    assert stack(studio).slices.shown_shapes()


def test_measurements_are_there_again_after_a_restart(studio: Studio, tmp_path: Path) -> None:
    """A second window over the same journal: it reads what the first one wrote."""
    press(studio, Qt.Key.Key_L)
    drag(studio, pixel(studio, 20, 10), pixel(studio, 20, 50))
    before = standing(studio)
    again = Studio.of(paths_in(tmp_path), size=(1000, 700))
    try:
        again.open_folder(tmp_path / "ct")
        again.wait_idle()
        assert standing(again) == before
        assert len(stack(again).slices.shown_shapes()) == 1
    finally:
        again.close()


def test_a_journal_that_cannot_be_written_keeps_nothing_and_says_so(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise JournalError("error.journal.cannot_write", file="journal.sqlite", folder="/full")

    press(studio, Qt.Key.Key_L)
    monkeypatch.setattr(app.findings.journal.Journal, "append", full)
    drag(studio, pixel(studio, 20, 10), pixel(studio, 20, 50))
    assert standing(studio) == ()
    assert not stack(studio).slices.shown_shapes()
    assert "journal" in studio.window.messages.said[-1].lower()


def rows(studio: Studio) -> list[str]:
    panel = studio.window.measurements
    return [panel.list.item(n).text() for n in range(panel.list.count())]


def test_the_list_says_what_and_where_and_goes_there(studio: Studio) -> None:
    assert not studio.window.measurements.isVisible()
    press(studio, Qt.Key.Key_L)
    drag(studio, pixel(studio, 20, 10), pixel(studio, 20, 50))
    press(studio, Qt.Key.Key_End)
    drag(studio, pixel(studio, 30, 10), pixel(studio, 30, 30))
    studio.wait_idle()
    first, second = rows(studio)
    assert first.startswith("Length · ")
    assert first.endswith(" · Axial 5.0, image 6")
    assert second.endswith(" · Axial 5.0, image 12")
    panel = studio.window.measurements.list
    QTest.mouseClick(panel.viewport(), LEFT, pos=panel.visualItemRect(panel.item(0)).center())
    studio.wait_idle()
    assert stack(studio).slices.shown_index == 5
    assert studio.state.reading.measurement_id == standing(studio)[0].measurement_id
    press(studio, Qt.Key.Key_Delete)
    assert len(standing(studio)) == len(rows(studio)) == 1
    press(studio, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(rows(studio)) == 2


def test_a_note_asks_for_its_words_and_f2_types_them_over(studio: Studio) -> None:
    press(studio, Qt.Key.Key_Q, Qt.KeyboardModifier.ShiftModifier)
    drag(studio, pixel(studio, 20, 30), pixel(studio, 10, 45))
    studio.spin()
    editor = studio.window.measurements.list.focusWidget() or QApplication.focusWidget()
    assert isinstance(editor, QLineEdit)
    QTest.keyClicks(editor, "old rib fracture")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    studio.wait_idle()
    assert standing(studio)[0].label == "old rib fracture"
    assert stack(studio).slices.shown_shapes()[0].lines == ("old rib fracture",)
    assert rows(studio)[0].startswith("old rib fracture · Note with an arrow")
    press(studio, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert standing(studio)[0].label == ""
    press(studio, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert standing(studio)[0].label == "old rib fracture"
    studio.act("finding.edit")
    editor = QApplication.focusWidget()
    assert isinstance(editor, QLineEdit)
    assert editor.text() == "old rib fracture"
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    studio.spin()
    assert rows(studio)[0].startswith("old rib fracture · Note")


def test_diameters_and_volume_of_the_region_under_the_pointer(studio: Studio) -> None:
    """The bright ball of the made-up CT: radius 10 pixels of 2 mm, a sphere of 20 mm squeezed along z."""
    display_set = stack(studio).subject.display_set
    volume = studio.window.pictures.complete_volume(stack(studio).subject)
    assert volume is not None
    values = volume.pixels
    labels = (values == 60).astype(np.uint8)
    assert display_set.affine is not None
    layer = OutlineLayer("x", labels, display_set.affine, {1: (255, 0, 0)}, names={1: "ball"})
    studio.act("view.image_first")
    stack(studio).slices.set_outlines((layer,))
    press(studio, Qt.Key.Key_D, Qt.KeyboardModifier.AltModifier)
    assert "no outlined region" in studio.window.messages.said[-1]
    stack(studio).slices.show_index(5)
    studio.wait_idle()
    QTest.mouseMove(stack(studio).slices, pixel(studio, 32, 40))
    press(studio, Qt.Key.Key_D, Qt.KeyboardModifier.AltModifier)
    studio.wait_idle()
    (made,) = standing(studio)
    told = {one.key: one for one in made.quantities}
    assert made.tool == "bidirectional"
    assert made.label == "outlined: ball"
    assert made.frame.sop_instance_uid.endswith(".7")
    assert stack(studio).slices.shown_index == 6
    # from the middle of one voxel's edge to that of another: 19 columns and 8 rows of 2 mm apart
    assert told["long_axis"].value == pytest.approx(np.hypot(38, 16))
    assert told["short_axis"].value == pytest.approx(40, abs=2)
    assert told["volume"].value == pytest.approx(np.count_nonzero(labels) * 20 / 1000)
    assert told["volume"].unit.value == "mL"
    assert any("volume" in line and "mL" in line for line in stack(studio).slices.shown_shapes()[0].lines)
    press(studio, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert standing(studio) == ()
