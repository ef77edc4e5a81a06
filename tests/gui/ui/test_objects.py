"""Objects and headers by real clicks and keys: cards, ink with switches, links, search."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTreeWidgetItemIterator

from app.ui.contents import StackContent
from app.ui.flat import FlatContent
from app.ui.object_cards import MARK
from app.ui.overlays.object import ObjectSheet
from app.ui.overlays.tag_table import TagSheet
from app.ui.studio import Studio
from app.ui.widgets.rows import KEY
from tests.support.objects import SHAPE, oblique_ct, save, segmentation
from tests.support.ui import paths_in

# Qt says so of every window that has a smallest size, where there is no screen.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def studio(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    images = oblique_ct(tmp_path / "study" / "ct")
    voxels = np.zeros((*SHAPE, 2), dtype=np.uint8)
    voxels[1:4, 2:6, 2:5, 0] = 1
    voxels[2:5, 2:6, 6:9, 1] = 1
    save(segmentation(images, voxels, ["Left one", "Right one"]), tmp_path / "study" / "seg.dcm")
    made = Studio.of(paths_in(tmp_path / "home"), size=(1400, 860))
    made.open_folder(tmp_path / "study")
    yield made
    made.close()


def open_card(studio: Studio) -> ObjectSheet:
    """A double click on the only card."""
    rows = studio.window.series.list
    place = next(n for n in range(rows.count()) if str(rows.item(n).data(KEY)).startswith(MARK))
    at = rows.visualItemRect(rows.item(place)).center()
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(at))
    QTest.mouseDClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(at))
    assert studio.wait_for(lambda: bool(studio.window.findChildren(ObjectSheet)), 20)
    [found] = studio.window.findChildren(ObjectSheet)
    return found


def outlines(studio: Studio) -> int:
    content = studio.window.host.active
    assert isinstance(content, StackContent)
    return len(content.view.outlines)


def test_a_segmentation_is_a_card_and_its_segments_are_switched_one_by_one(studio: Studio) -> None:
    sheet = open_card(studio)
    assert [layer.title for layer in sheet._read.layers] == ["Left one", "Right one"]
    assert outlines(studio) == 2
    sheet.layers.setFocus()
    sheet.layers.setCurrentRow(0)
    QTest.keyClick(sheet.layers, Qt.Key.Key_Space)
    studio.spin()
    assert outlines(studio) == 1
    QTest.keyClick(sheet.layers, Qt.Key.Key_Space)
    studio.spin()
    assert outlines(studio) == 2


def test_segments_lie_over_planes_too(studio: Studio) -> None:
    open_card(studio).dismiss()
    studio.show_mpr()
    flat = [one for one in studio.window.host.contents.values() if isinstance(one, FlatContent)]
    assert len(flat) >= 3
    assert all(len(one.view.outlines) == 2 for one in flat)


def test_findings_of_an_ai_object_are_taken_over_to_be_judged(studio: Studio) -> None:
    sheet = open_card(studio)
    assert sheet._read.opened.is_ai_result
    sheet._take_over()
    studio.wait_idle()
    assert len(studio.findings()) == 2
    sheet._take_over()
    assert "already" in studio.said[-1]


def test_the_header_is_searched_by_typing_and_sequences_are_nested(studio: Studio) -> None:
    studio.act("file.header")
    [sheet] = studio.window.findChildren(TagSheet)
    assert studio.window.focusWidget() is sheet.field
    QTest.keyClicks(sheet.field, "Pixel Spacing")
    studio.spin()
    walker, shown = QTreeWidgetItemIterator(sheet.tree), []
    while walker.value() is not None:
        if not walker.value().isHidden():
            shown.append(walker.value().text(0))
        walker += 1
    assert shown == ["(0028,0030)"]
    assert sheet.field.accessibleName()


def test_an_object_of_another_patient_is_described_and_never_drawn(studio: Studio, tmp_path: Path) -> None:
    import pydicom

    file = tmp_path / "study" / "seg.dcm"
    changed = pydicom.dcmread(file)
    changed.PatientID, changed.PatientName = "OTHER", "OTHER^PATIENT"
    changed.save_as(file)
    sheet = open_card(studio)
    assert sheet._read.layers == ()
    assert sheet.problem.text()
    assert outlines(studio) == 0
