"""False colours, stronger edges, drawing between pixels, exact scales: on the picture, never in the values."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from tests.support.viewers2d import ArraySource, affine
from viewers.colormaps import false_color_names, false_colors
from viewers.overlays import color_bar, orientation, stamps
from viewers.slice_view import SliceView
from viewers.types import CornerText, Interpolation, Stamp, TextLevel, WindowLevel

SQUARE = affine(down=(0, 0.5, 0), right=(0.5, 0, 0))
WHOLE = WindowLevel(128, 256)


def view_of(qtbot: QtBot, pixels: np.ndarray, **of_frame: object) -> SliceView:
    view = SliceView()
    qtbot.addWidget(view)
    view.resize(400, 400)
    view.set_source(ArraySource(pixels[np.newaxis], SQUARE, **of_frame), [WHOLE])
    view.set_text_level(TextLevel.NONE)
    return view


def color_at(image: QImage, x: int, y: int) -> tuple[int, int, int]:
    pixel = image.pixelColor(x, y)
    return pixel.red(), pixel.green(), pixel.blue()


@pytest.mark.parametrize("name", false_color_names())
def test_each_value_has_the_colour_of_its_grey(qtbot: QtBot, name: str) -> None:
    view = view_of(qtbot, np.full((20, 20), 200, np.uint8))
    assert color_at(view.grab_picture(), 200, 200) == (200, 200, 200)
    view.use_colors(name)
    assert color_at(view.grab_picture(), 200, 200) == tuple(false_colors(name)[200])
    view.invert()
    assert color_at(view.grab_picture(), 200, 200) == tuple(false_colors(name)[55])
    view.reset()
    assert color_at(view.grab_picture(), 200, 200) == (200, 200, 200)


def test_hot_iron_is_the_standards_palette() -> None:
    table = false_colors("hot_iron")
    assert [tuple(table[n]) for n in (0, 1, 128, 192, 255)] == [
        (0, 0, 0),
        (2, 0, 0),
        (255, 0, 0),
        (255, 128, 0),
        (255, 254, 252),
    ]


def test_padding_stays_black_in_every_table(qtbot: QtBot) -> None:
    pixels = np.full((20, 20), 200, np.uint8)
    pixels[:, :10] = 7
    view = view_of(qtbot, pixels, padding=7)
    for name in false_color_names():
        view.use_colors(name)
        assert color_at(view.grab_picture(), 100, 200) == (0, 0, 0)


@pytest.mark.parametrize("size", [(300, 300), (400, 400), (900, 700)])
def test_the_bar_keeps_clear_of_corner_text_and_letters(qtbot: QtBot, size: tuple[int, int]) -> None:
    view = view_of(qtbot, np.full((20, 20), 200, np.uint8))
    assert color_bar.place(view.scene()) is None
    view.use_colors("hot_iron")
    view.set_corner_text(CornerText(top_left=("DOE^JANE", "F 61  ID 000123")))
    view.set_text_level(TextLevel.ALL)
    view.set_stamps((Stamp("FALSE COLOURS: hot iron"),))
    view.resize(*size)
    rect = color_bar.place(view.scene())
    assert rect is not None
    assert rect.bottom() <= orientation.edges(view.scene())[0].top()
    assert rect.top() > 2 * 11
    (stamp,) = stamps.places(view.scene())
    numbers = rect.adjusted(0, 0, 60, 0)
    assert not stamp.intersects(numbers)


def test_the_bar_shows_the_largest_value_on_top(qtbot: QtBot) -> None:
    view = view_of(qtbot, np.zeros((20, 20), np.uint8))
    view.use_colors("hot_iron")
    rect = color_bar.place(view.scene())
    assert rect is not None
    x = round(rect.center().x())
    for inverted in (False, True):
        image = view.grab_picture()
        top, foot = color_at(image, x, round(rect.top()) + 2), color_at(image, x, round(rect.bottom()) - 3)
        bright, dark = (foot, top) if inverted else (top, foot)
        assert sum(bright) > 600
        assert sum(dark) < 60
        view.invert()


def test_stronger_edges_change_the_picture_and_no_value(qtbot: QtBot) -> None:
    pixels = np.full((60, 60), 100, np.uint8)
    pixels[:, 30:] = 150
    view = view_of(qtbot, pixels)
    plain = view.grab_picture()
    at = view.mm_at(150, 200)
    assert at is not None
    before = view.value_at(at)
    view.toggle_edges()
    strong = view.grab_picture()
    assert color_at(strong, 205, 200)[0] > color_at(plain, 205, 200)[0]
    assert color_at(strong, 194, 200)[0] < color_at(plain, 194, 200)[0]
    assert color_at(strong, 60, 200) == color_at(plain, 60, 200)
    assert view.value_at(at) == before
    view.set_window(WindowLevel(128, 100))
    assert view.grab_picture() != strong
    view.reset()
    assert view.grab_picture() == plain


def test_nearest_draws_whole_pixels_and_linear_mixes_them(qtbot: QtBot) -> None:
    pixels = np.zeros((4, 4), np.uint8)
    pixels[:, 2:] = 200
    view = view_of(qtbot, pixels)
    middle = {color_at(view.grab_picture(), x, 200)[0] for x in range(160, 240)}
    assert len(middle) > 20
    view.draw_between(Interpolation.NEAREST)
    assert {color_at(view.grab_picture(), x, 200)[0] for x in range(160, 240)} == {0, 200}
    view.reset()
    assert view.state.between is Interpolation.NEAREST


def test_exact_scales(qtbot: QtBot) -> None:
    view = view_of(qtbot, np.zeros((100, 100), np.uint8))
    view.one_to_one()
    assert view.state.scale == pytest.approx(1 / 0.5)
    view.scale_to(3.78)
    start, end = view.px_of((0.0, 5.0, 100.0)), view.px_of((10.0, 5.0, 100.0))
    assert start is not None
    assert end is not None
    assert end[0] - start[0] == pytest.approx(37.8)
    assert not view.state.fitted
    assert view.state == replace(view.state)
