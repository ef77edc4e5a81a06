"""Hanging protocols by real keys: a CT beside its prior, further screens, scrolling together, one's own protocol."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from app.state.model import Layout, Plane, ScrollLink
from app.ui.contents import StackContent
from app.ui.studio import Studio
from tests.support.hands import press_and_wait as press
from tests.support.ui import paths_in, write_ct

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

NOW, BEFORE = "1.2.826.0.1.3680043.10.1", "1.2.826.0.1.3680043.10.7"


@pytest.fixture
def studio(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    """A chest CT of 12 images and one of 24, a year older, of the same patient; the newer one is open."""
    write_ct(tmp_path / "in" / "now", 12, uid=NOW)
    write_ct(tmp_path / "in" / "before", 24, uid=BEFORE)
    for file in (tmp_path / "in" / "before").iterdir():
        image = pydicom.dcmread(file)
        image.StudyDate = "20250801"
        image.SliceThickness = 2.5
        image.ImagePositionPatient[2] = float(image.ImagePositionPatient[2]) / 2 + 500
        image.save_as(file)
    made = Studio.of(paths_in(tmp_path), size=(1300, 820))
    made.open_folder(tmp_path / "in")
    made.window.desk.open_study(f"{NOW}.1")
    made.wait_idle()
    yield made
    made.close()


def link_of(studio: Studio) -> ScrollLink:
    return studio.ctx.store.state.workspace.scroll_link


def stacks(studio: Studio) -> list[StackContent]:
    arrangement = studio.ctx.store.state.workspace.arrangement
    found = [studio.window.host.contents.get(v.viewport_id) for v in arrangement.viewports]
    return [one for one in found if isinstance(one, StackContent)]


def test_a_chest_ct_hangs_beside_its_prior_each_under_its_own_date(studio: Studio) -> None:
    arrangement = studio.ctx.store.state.workspace.arrangement
    assert (arrangement.protocol_id, arrangement.layout) == ("chest-ct-prior", Layout.SIDE_BY_SIDE)
    now, before = stacks(studio)
    assert now.subject.study.study_instance_uid == f"{NOW}.1"
    assert before.subject.study.study_instance_uid == f"{BEFORE}.1"
    days = [one.view.corners.top_right[-2:] for one in (now, before)]
    assert days == [("2026-08-01", "12:00"), ("2025-08-01", "12:00")]
    assert before.view.corners.top_right[0] == "PRIOR, 12 mo earlier"
    assert not now.view.corners.warns
    for one in (now, before):
        assert (one.state.window.center, one.state.window.width) == (-600, 1500)


def test_full_stop_and_comma_step_through_the_screens_and_stop_at_the_ends(studio: Studio) -> None:
    press(studio, Qt.Key.Key_Comma)
    assert "No further screen" in studio.window.messages.said[-1]
    press(studio, Qt.Key.Key_Period)
    assert [one.state.window.center for one in stacks(studio)] == [50, 50]
    press(studio, Qt.Key.Key_Period)
    planes = [v.hung.plane for v in studio.ctx.store.state.workspace.arrangement.viewports if v.hung]
    assert planes == [Plane.AXIAL, Plane.CORONAL, Plane.SAGITTAL, Plane.VOLUME]
    press(studio, Qt.Key.Key_Comma)
    press(studio, Qt.Key.Key_Comma)
    assert [one.state.window.center for one in stacks(studio)] == [-600, -600]


def test_now_and_before_scroll_together_by_mm_and_alone_when_unlinked(studio: Studio) -> None:
    now, before = stacks(studio)
    start, then = now.slices.index, before.slices.index
    press(studio, Qt.Key.Key_Down)
    assert now.slices.index == start + 1
    assert before.slices.index == then + 2, "5 mm in the one are two images of 2.5 mm in the other"
    press(studio, Qt.Key.Key_Y)
    press(studio, Qt.Key.Key_Y)
    assert link_of(studio) is ScrollLink.NONE
    press(studio, Qt.Key.Key_Down)
    assert (now.slices.index, before.slices.index) == (start + 2, then + 2)
    assert "link:" not in "".join(now.view.corners.bottom_left)
    press(studio, Qt.Key.Key_Y)
    assert link_of(studio) is ScrollLink.BY_HAND
    press(studio, Qt.Key.Key_Up)
    assert (now.slices.index, before.slices.index) == (start + 1, then), "the distance of now is kept"
    assert "link: by hand" in "".join(now.view.corners.bottom_left)
    press(studio, Qt.Key.Key_Y)
    assert link_of(studio) is ScrollLink.GROUPS
    assert "link: distance" in "".join(before.view.corners.bottom_left)


def test_series_of_one_frame_of_reference_scroll_by_position(studio: Studio) -> None:
    """The same series twice, the second shown at another image: the first scroll brings it to the same place."""
    desk = studio.window.desk
    key = studio.window.pictures.sets_of_uid(f"{NOW}.1")[0].display_set_id
    desk.hang_in("v2", f"{NOW}.1", key)
    studio.wait_idle()
    studio.ctx.store.state  # noqa: B018 - the screen has followed
    one, other = stacks(studio)
    other.slices.show_index(0)
    press(studio, Qt.Key.Key_Tab)
    press(studio, Qt.Key.Key_Down)
    assert one.slices.index == other.slices.index
    assert "link: position" in "".join(one.view.corners.bottom_left)


def test_by_hand_the_readers_distance_is_kept_also_within_a_frame_of_reference(studio: Studio) -> None:
    key = studio.window.pictures.sets_of_uid(f"{NOW}.1")[0].display_set_id
    studio.window.desk.hang_in("v2", f"{NOW}.1", key)
    studio.wait_idle()
    one, other = stacks(studio)
    for _ in range(2):
        press(studio, Qt.Key.Key_Y)
    press(studio, Qt.Key.Key_Home)
    apart = other.slices.index - one.slices.index
    assert apart
    press(studio, Qt.Key.Key_Y)
    assert f"link: {5.0 * abs(apart):.1f} mm off" in "".join(one.view.corners.bottom_left)
    press(studio, Qt.Key.Key_Down)
    assert other.slices.index - one.slices.index == apart
    press(studio, Qt.Key.Key_End)
    press(studio, Qt.Key.Key_Home)
    assert (one.slices.index, other.slices.index) == (-apart, 0), (
        "the end of the other stack has not eaten it"
    )


def test_another_protocol_that_fits_is_one_key_away(studio: Studio) -> None:
    press(studio, Qt.Key.Key_Period, Qt.KeyboardModifier.AltModifier)
    assert studio.ctx.store.state.workspace.arrangement.protocol_id == "chest-ct"
    press(studio, Qt.Key.Key_Period, Qt.KeyboardModifier.AltModifier)
    assert studio.ctx.store.state.workspace.arrangement.protocol_id == "chest-ct-prior"


def test_a_screen_is_remembered_with_its_rule_in_words_and_hangs_the_next_time(studio: Studio) -> None:
    press(studio, Qt.Key.Key_2, Qt.KeyboardModifier.NoModifier)
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    press(studio, Qt.Key.Key_H, both)
    sheet = studio.window.desk.hanging.sheet
    assert sheet is not None
    assert sheet.isVisible()
    told = "\n".join(part.text() for part in sheet.findChildren(QLabel))
    assert "modality is one of CT" in told
    assert "Of the last 2 studies it would hang 1" in told
    QTest.keyClicks(sheet.name, "Mine")
    QTest.keyClick(sheet.name, Qt.Key.Key_Return)
    assert not sheet.isVisible()
    file = studio.ctx.paths.settings / "hanging_protocols" / "own-mine.json"
    assert json.loads(file.read_text(encoding="utf-8"))["title"] == "Mine"
    studio.window.desk.open_study(f"{NOW}.1")
    studio.wait_idle()
    arrangement = studio.ctx.store.state.workspace.arrangement
    assert arrangement.protocol_id == "own-mine"
    assert [one.state.window.center for one in stacks(studio)] == [40, -600], (
        "the window set by key 2 came back"
    )


def test_a_stranger_with_the_same_id_is_no_prior(tmp_path: Path, qapp: QApplication) -> None:
    write_ct(tmp_path / "in" / "now", 4, name="DOE^JANE", uid=NOW)
    write_ct(tmp_path / "in" / "before", 4, name="DOE^JANET", uid=BEFORE)
    for file in (tmp_path / "in" / "before").iterdir():
        image = pydicom.dcmread(file)
        image.StudyDate = "20250801"
        image.save_as(file)
    studio = Studio.of(paths_in(tmp_path), size=(1000, 700))
    try:
        studio.open_folder(tmp_path / "in")
        studio.window.desk.open_study(f"{NOW}.1")
        studio.wait_idle()
        assert studio.ctx.store.state.workspace.arrangement.protocol_id == "chest-ct"
        assert len(stacks(studio)) == 1
    finally:
        studio.close()
