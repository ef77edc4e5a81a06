"""The magnifying glass: what lies under the pointer stays there, all else moves away from it threefold."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.support.viewers2d import axial_of, move
from viewers.geometry import mm_at
from viewers.loupe import FACTOR, RADIUS_PX, Glass, enlarged
from viewers.mpr_view import MprView
from viewers.slabs import Slab, SlabMode

LEFT, PLAIN = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def view(qtbot: QtBot) -> MprView:
    """100 voxels over 500 pixels; one bright voxel in the middle layers, another five layers on."""
    pixels = np.full((100, 100, 100), -1000, np.int16)
    pixels[49:51, 45, 60] = 1000
    pixels[55, 45, 66] = 1000
    made = axial_of(qtbot, pixels, 5)
    made.set_tool("glass")
    return made


def hold(view: MprView, x: int, y: int) -> QImage:
    """Press there and look."""
    QTest.mousePress(view, LEFT, PLAIN, QPoint(x, y))
    move(view, QPointF(x, y))
    return view.grab().toImage()


def bright(image: QImage) -> np.ndarray:
    """Centres (x, y) of white pixels in the middle of the picture, without yellow ink."""
    found = [
        (x, y)
        for x in range(100, 420)
        for y in range(100, 330)
        if image.pixelColor(x, y).blue() > 200 and image.pixelColor(x, y).lightness() > 200
    ]
    return np.array(found)


def test_the_voxel_beside_the_pointer_is_three_times_as_far_away(view: MprView) -> None:
    wanted = view.px_of((60.0, 45.0, 49.5))
    assert wanted is not None
    x, y = round(wanted[0]) - 20, round(wanted[1])
    seen = bright(hold(view, x, y)).mean(axis=0)
    assert seen[0] - x == pytest.approx(FACTOR * (wanted[0] - x), abs=4)
    assert seen[1] - y == pytest.approx(FACTOR * (wanted[1] - y), abs=4)
    QTest.mouseRelease(view, LEFT, PLAIN, QPoint(x, y))
    after = bright(view.grab().toImage()).mean(axis=0)
    assert after == pytest.approx(wanted, abs=3)


def test_escape_takes_it_away(view: MprView) -> None:
    before = view.grab().toImage()
    assert hold(view, 200, 200) != before
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.grab().toImage() == before
    QTest.mouseRelease(view, LEFT, PLAIN, QPoint(200, 200))


def test_it_shows_the_slab_where_there_is_one(view: MprView) -> None:
    place = view.px_of((66.0, 45.0, 49.5))
    assert place is not None
    x, y = round(place[0]), round(place[1])
    assert hold(view, x, y).pixelColor(x, y).lightness() < 60
    QTest.mouseRelease(view, LEFT, PLAIN, QPoint(x, y))
    view.set_slab(Slab(SlabMode.MIP, 15.0))
    assert hold(view, x, y).pixelColor(x, y).lightness() > 200


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_the_middle_of_the_glass_is_the_point_under_it(view: MprView, ratio: float) -> None:
    plane = view.plane
    assert plane is not None
    screen = enlarged(plane, Glass(321.0, 123.0), ratio)
    assert mm_at(screen.plane, RADIUS_PX, RADIUS_PX) == pytest.approx(mm_at(plane, 321.0, 123.0))
    assert screen.size == (round(2 * RADIUS_PX * ratio),) * 2


def test_a_view_that_goes_away_ends_what_was_begun_on_it(view: MprView) -> None:
    hold(view, 200, 200)
    assert view.engine.busy
    view.hide()
    assert not view.engine.busy
