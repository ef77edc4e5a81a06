"""Tiles, the pixel under the pointer, and what a modality wants beside the image, by real keys and mouse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydicom.data import get_testdata_file
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.ui.contents import StackContent
from app.ui.overlays.sheet import Sheet
from app.ui.studio import Studio
from tests.support.hands import press_and_wait as press
from tests.support.hands import stack
from tests.support.ui import paths_in, write_ct
from viewers.types import WindowLevel

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def studio(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    write_ct(tmp_path / "ct", slices=12)
    made = Studio.of(paths_in(tmp_path), size=(1300, 820))
    made.open_folder(tmp_path / "ct")
    made.wait_idle()
    yield made
    made.close()


def images(studio: Studio) -> list[int | None]:
    host = studio.window.host
    shown = [host.contents[one.viewport_id] for one in studio.state.workspace.arrangement.viewports]
    assert all(isinstance(one, StackContent) for one in shown)
    return [one.slices.shown_index for one in shown if isinstance(one, StackContent)]


def test_tiles_show_neighbours_scroll_as_one_and_go_back(studio: Studio) -> None:
    stack(studio).slices.show_index(3)
    press(studio, Qt.Key.Key_6, CONTROL)
    assert images(studio) == [3, 4, 5, 6]
    press(studio, Qt.Key.Key_Down)
    assert images(studio) == [4, 5, 6, 7]
    press(studio, Qt.Key.Key_End)
    assert images(studio) == [8, 9, 10, 11]
    press(studio, Qt.Key.Key_Home)
    assert images(studio) == [0, 1, 2, 3]
    press(studio, Qt.Key.Key_6, CONTROL)
    assert images(studio) == [0, 1, 2, 3, 4, 5]
    press(studio, Qt.Key.Key_6, CONTROL)
    assert images(studio) == list(range(8))
    press(studio, Qt.Key.Key_6, CONTROL)
    assert len(studio.state.workspace.arrangement.viewports) == 1
    assert studio.state.workspace.arrangement.viewports[0].viewport_id == "v1"


def test_tiles_that_another_layout_took_away_are_not_turned_to(studio: Studio) -> None:
    """The first tile stays in the new layout under its name; the others are gone."""
    press(studio, Qt.Key.Key_6, CONTROL)
    studio.act("layout.one")
    studio.wait_idle()
    stack(studio).slices.set_window(WindowLevel(10.0, 20.0))
    press(studio, Qt.Key.Key_End)
    assert images(studio) == [11]
    press(studio, Qt.Key.Key_6, CONTROL)
    assert len(images(studio)) == 4


def test_a_sheet_closes_though_what_had_the_keyboard_before_is_gone(studio: Studio) -> None:
    stack(studio).slices.setFocus()
    press(studio, Qt.Key.Key_F4)
    studio.act("layout.planes")
    studio.act("layout.four")
    studio.wait_idle()
    sheets = [one for one in studio.window.findChildren(Sheet) if one.isVisible()]
    assert len(sheets) == 1
    press(studio, Qt.Key.Key_Escape)
    assert not sheets[0].isVisible()


@pytest.mark.parametrize("times", [1, 2, 3])
def test_every_tile_has_the_same_room(studio: Studio, times: int) -> None:
    for _ in range(times):
        press(studio, Qt.Key.Key_6, CONTROL)
    sizes = [frame.size() for frame in studio.window.host.frames.values()]
    assert len(sizes) == (4, 6, 8)[times - 1]
    assert max(one.width() for one in sizes) - min(one.width() for one in sizes) <= 1
    assert max(one.height() for one in sizes) - min(one.height() for one in sizes) <= 1


def test_tiles_share_window_zoom_and_inversion(studio: Studio) -> None:
    press(studio, Qt.Key.Key_6, CONTROL)
    press(studio, Qt.Key.Key_2)
    press(studio, Qt.Key.Key_I)
    press(studio, Qt.Key.Key_Plus)
    states = {one.state for one in studio.window.host.contents.values() if isinstance(one, StackContent)}
    assert len(states) == 1
    assert next(iter(states)).invert


def test_a_wheel_over_any_tile_scrolls_all(studio: Studio) -> None:
    press(studio, Qt.Key.Key_6, CONTROL)
    before = images(studio)
    third = studio.window.host.contents["tile2"]
    assert isinstance(third, StackContent)
    third.slices.scroll_by(1)
    studio.wait_idle()
    assert images(studio) == [number + 1 for number in before if number is not None]


def test_a_single_image_has_no_tiles(tmp_path: Path, qapp: QApplication) -> None:
    write_ct(tmp_path / "one", slices=1)
    studio = Studio.of(paths_in(tmp_path), size=(900, 600))
    try:
        studio.open_folder(tmp_path / "one")
        press(studio, Qt.Key.Key_6, CONTROL)
        assert "Tiles need a stack" in studio.window.messages.said[-1]
    finally:
        studio.close()


def test_the_pixel_under_the_pointer_is_told_three_ways(studio: Studio) -> None:
    """W 1400 L -300: 60 HU of the ball are drawn as 193, air outside as 36."""
    view = stack(studio).slices
    for point, said in (
        ((16.0, 0.0, 25.0), "row 33 column 41: stored 60, 60 HU, drawn 193"),
        ((-60.0, -60.0, 25.0), "row 3 column 3: stored -800, -800 HU, drawn 36"),
    ):
        place = view.px_of(point)
        assert place is not None
        QTest.mouseMove(view, QPoint(round(place[0]), round(place[1])))
        studio.spin()
        assert studio.window.status.pixel.text() == said
    QTest.mouseMove(view, QPoint(2, view.height() // 2))
    press(studio, Qt.Key.Key_Down)
    QTest.mouseMove(view, QPoint(view.width() // 2, 2))


def test_the_thickness_of_a_ct_slice_stands_beside_it(studio: Studio) -> None:
    assert "thick 5 mm" in stack(studio).view.corners.bottom_left


def test_images_of_different_directions_have_no_step_between_them(tmp_path: Path, qapp: QApplication) -> None:
    """“step 1.2 mm” stood on projections of a vessel turned about its axis."""
    made = Studio.of(paths_in(tmp_path / "home"), size=(900, 600))
    try:
        made.open_folder(Path(str(get_testdata_file("dicomdirtests/98892003/MR700/4558"))).parent)
        made.wait_idle()
        corner = stack(made).view.corners.bottom_left
        assert corner[0].startswith("Im 4/7")
        assert not any("step" in line for line in corner)
    finally:
        made.close()
