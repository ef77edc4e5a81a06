"""Overlays, shutters and VOI tables that came with a picture: where they are drawn, and how they are switched."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.support.viewers2d import ArraySource, affine, grey_of_image, point_at
from viewers.showing import OverlayPlane, Shutter, VoiTable
from viewers.slice_view import SliceView
from viewers.types import TextLevel, WindowLevel

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
ROWS, COLUMNS = 48, 65
TURNS = list(product(range(4), (False, True), (False, True), (0.35, 1.0, 1.4)))


def shown(qtbot: QtBot, pixels: NDArray[Any] | None = None, **of_frame: Any) -> SliceView:
    """A view of one mid-grey frame without texts."""
    grey = np.full((1, ROWS, COLUMNS), 512, dtype=np.int16) if pixels is None else pixels
    view = SliceView()
    qtbot.addWidget(view)
    view.resize(420, 360)
    view.set_text_level(TextLevel.NONE)
    view.set_source(ArraySource(grey, affine(), **of_frame), [WindowLevel(512, 1024)])
    view.show()
    return view


def turned(view: SliceView, turns: int, across: bool, down: bool, zoom: float) -> None:
    view.rotate(turns)
    if across:
        view.flip_horizontal()
    if down:
        view.flip_vertical()
    view.zoom_by(zoom)


def color_at(view: SliceView, row: float, column: float) -> tuple[int, int, int]:
    """Colour of the picture at the centre of one of its pixels."""
    place = view.px_of(point_at(affine(), (0, row, column)))
    assert place is not None
    color = view.grab_picture().pixelColor(int(place[0]), int(place[1]))
    return color.red(), color.green(), color.blue()


def is_ink(color: tuple[int, int, int]) -> bool:
    return color[0] > 200 and color[1] > 190 and color[2] < 190


def press_and_move(view: SliceView) -> None:
    """Twenty pixels to the right with the left button, which stays down."""
    QTest.mousePress(view, LEFT, NONE, QPoint(100, 100))
    for x_px in (110, 120):
        place = QPointF(x_px, 100)
        where = view.mapToGlobal(place)
        event = QMouseEvent(QEvent.Type.MouseMove, place, where, Qt.MouseButton.NoButton, LEFT, NONE)
        QApplication.sendEvent(view, event)


def corner_mask(rows: int = 5, columns: int = 9) -> NDArray[np.bool_]:
    """An L: no turn or flip of it looks like itself."""
    mask = np.zeros((rows, columns), dtype=bool)
    mask[:, :2] = True
    mask[-2:, :] = True
    return mask


@pytest.mark.parametrize(("turns", "across", "down", "zoom"), TURNS)
def test_ink_lies_on_its_pixels_however_the_view_is_turned(
    qtbot: QtBot, turns: int, across: bool, down: bool, zoom: float
) -> None:
    view = shown(qtbot, overlays=(OverlayPlane(corner_mask(), origin=(20, 28)),))
    turned(view, turns, across, down, zoom)
    assert is_ink(color_at(view, 20, 28))
    assert is_ink(color_at(view, 24, 36))
    assert is_ink(color_at(view, 24, 28))
    for row, column in ((20, 36), (21, 33), (27, 28), (20, 25)):
        assert not is_ink(color_at(view, row, column))


def test_a_line_of_one_pixel_does_not_break_when_the_picture_is_drawn_small(qtbot: QtBot) -> None:
    mask = np.zeros((1200, 1500), dtype=bool)
    mask[701], mask[:, 333] = True, True
    pixels = np.full((1, 1200, 1500), 512, dtype=np.int16)
    view = shown(qtbot, pixels, overlays=(OverlayPlane(mask),))
    for column in range(10, 1500, 37):
        above = [is_ink(color_at(view, 701 + step, column)) for step in (-3, 0, 3)]
        assert any(above), column


def test_an_overlay_may_begin_outside_the_picture(qtbot: QtBot) -> None:
    view = shown(qtbot, overlays=(OverlayPlane(np.ones((6, 6), dtype=bool), origin=(-3, -4)),))
    assert is_ink(color_at(view, 1, 1))
    assert not is_ink(color_at(view, 5, 5))


def test_a_region_lets_the_picture_shine_through(qtbot: QtBot) -> None:
    pixels = np.zeros((1, ROWS, COLUMNS), dtype=np.int16)
    pixels[0, :, 32:] = 1000
    view = shown(qtbot, pixels, overlays=(OverlayPlane(np.ones((ROWS, COLUMNS), dtype=bool), kind="R"),))
    dark, light = color_at(view, 20, 10), color_at(view, 20, 50)
    assert sum(light) > sum(dark) + 150
    assert dark[0] > dark[2] + 20


@pytest.mark.parametrize(("turns", "across", "down", "zoom"), TURNS)
def test_a_shutter_hides_what_lies_outside_it(
    qtbot: QtBot, turns: int, across: bool, down: bool, zoom: float
) -> None:
    mask = np.zeros((ROWS, COLUMNS), dtype=bool)
    mask[10:30, 20:45] = True
    view = shown(qtbot, shutter=Shutter(mask, 0.0))
    turned(view, turns, across, down, zoom)
    assert color_at(view, 12, 22)[0] == pytest.approx(128, abs=3)
    assert color_at(view, 28, 42)[0] == pytest.approx(128, abs=3)
    for row, column in ((8, 30), (32, 30), (20, 17), (20, 47)):
        assert color_at(view, row, column) == (0, 0, 0)


def test_a_shutter_has_the_grey_it_asks_for_inverted_or_not(qtbot: QtBot) -> None:
    mask = np.zeros((ROWS, COLUMNS), dtype=bool)
    view = shown(qtbot, shutter=Shutter(mask, 0.5))
    assert color_at(view, 20, 20) == (128, 128, 128)
    view.invert()
    assert color_at(view, 20, 20) == (128, 128, 128)


def test_what_is_switched_off_is_said(qtbot: QtBot) -> None:
    mask = np.zeros((ROWS, COLUMNS), dtype=bool)
    view = shown(qtbot, shutter=Shutter(mask), overlays=(OverlayPlane(corner_mask(), origin=(30, 40)),))
    assert view.scene().notices == ()
    view.toggle_shutter()
    view.toggle_overlays()
    assert color_at(view, 20, 20)[0] > 100
    assert not is_ink(color_at(view, 34, 40))
    assert view.scene().notices == (view.texts.overlays_off, view.texts.shutter_off)
    view.reset()
    assert view.scene().notices == ()
    assert color_at(view, 20, 20) == (0, 0, 0)


def test_a_peek_is_bare_of_ink_but_not_of_the_shutter(qtbot: QtBot) -> None:
    mask = np.zeros((ROWS, COLUMNS), dtype=bool)
    view = shown(qtbot, shutter=Shutter(mask), overlays=(OverlayPlane(corner_mask(), origin=(30, 40)),))
    view.peek(True)
    assert color_at(view, 34, 40) == (0, 0, 0)


def steps() -> VoiTable:
    """0 below 300, 51 to 600, then 255."""
    entries = np.repeat(np.array([0, 51, 255], dtype=np.uint16), [300, 300, 300])
    return VoiTable(0, entries, 8, "steps", (450.0, 400.0))


def halves() -> NDArray[np.int16]:
    pixels = np.full((1, ROWS, COLUMNS), 400, dtype=np.int16)
    pixels[0, :, 40:] = 700
    return pixels


def test_the_first_table_is_in_force_until_a_drag(qtbot: QtBot) -> None:
    view = shown(qtbot, halves(), voi_tables=(steps(),))
    assert view.table is not None
    assert view.table.explanation == "steps"
    assert [color_at(view, 20, column)[0] for column in (10, 60)] == [51, 255]
    press_and_move(view)
    QTest.mouseRelease(view, LEFT, NONE, QPoint(120, 100))
    assert view.table is None
    assert view.state.window.center == 450.0
    assert view.state.window.width > 400.0
    view.reset()
    assert view.table is not None
    assert [color_at(view, 20, column)[0] for column in (10, 60)] == [51, 255]


def test_escape_in_a_drag_brings_the_table_back(qtbot: QtBot) -> None:
    view = shown(qtbot, halves(), voi_tables=(steps(),))
    press_and_move(view)
    assert view.table is None
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.table is not None


def test_tables_can_be_chosen_and_left_for_a_window(qtbot: QtBot) -> None:
    other = VoiTable(0, np.repeat(np.array([255, 0], dtype=np.uint16), [500, 500]), 8)
    view = shown(qtbot, halves(), voi_tables=(steps(), other))
    view.use_table(1)
    assert [color_at(view, 20, column)[0] for column in (10, 60)] == [255, 0]
    view.use_table(2)
    assert view.state.table == 1
    view.set_window(WindowLevel(700, 100))
    assert view.table is None
    assert [color_at(view, 20, column)[0] for column in (10, 60)] == [0, 129]


def test_monochrome1_turns_the_output_of_the_table_over(qtbot: QtBot) -> None:
    view = shown(qtbot, halves(), voi_tables=(steps(),), inverted=True)
    assert [color_at(view, 20, column)[0] for column in (10, 60)] == [204, 0]


def test_float_pictures_can_be_windowed_below_one(qtbot: QtBot) -> None:
    pixels = np.linspace(0, 0.01, ROWS * COLUMNS, dtype=np.float32).reshape(1, ROWS, COLUMNS)
    view = shown(qtbot, pixels, voi_function="LINEAR_EXACT")
    view.set_window(WindowLevel(0.005, 0.01))
    grey = grey_of_image(view.grab_picture())
    assert grey.max() > 250
    assert 100 < color_at(view, 24, 32)[0] < 160


@pytest.mark.parametrize(("kind", "bits"), [("uint8", 8), ("uint16", 12), ("uint16", 16)])
def test_colours_of_any_depth_are_drawn_as_what_they_are(qtbot: QtBot, kind: str, bits: int) -> None:
    top = 2**bits - 1
    pixels = np.zeros((1, ROWS, COLUMNS, 3), dtype=kind)
    pixels[0, :, :20], pixels[0, :, 20:] = (top, top // 2, 0), (0, top // 4, top)
    view = shown(qtbot, pixels, colour_bits=bits)
    assert color_at(view, 20, 10) == pytest.approx((255, 127, 0), abs=1)
    assert color_at(view, 20, 40) == pytest.approx((0, 63, 255), abs=1)
    view.invert()
    assert color_at(view, 20, 10) == pytest.approx((0, 128, 255), abs=1)
