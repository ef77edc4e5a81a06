"""The legend of regions: names beside their colours, over nothing else, at any size of view."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from tests.gui.viewers.test_overlay_layout import CORNERS, corner_rects
from tests.support.viewers2d import WINDOW, ArraySource, affine
from viewers.overlays import color_bar, orientation, outline_legend, stamps, words
from viewers.slice_view import SliceView
from viewers.types import OutlineLayer, Stamp

SIZES = [(160, 160), (220, 220), (320, 280), (400, 300), (600, 600), (1200, 1000)]
COLORS = {n: (10 * n, 255 - 10 * n, 128) for n in range(1, 9)}
NAMES = {n: f"Region number {n}" for n in range(1, 9)}


@pytest.fixture
def view(qtbot: QtBot) -> SliceView:
    made = SliceView()
    qtbot.addWidget(made)
    made.set_source(ArraySource(np.zeros((5, 40, 60), np.int16), affine()), [WINDOW])
    made.set_corner_text(CORNERS)
    labels = np.zeros((5, 40, 60), np.uint8)
    labels[:, 10:30, 10:50] = 1
    made.set_outlines((OutlineLayer("a", labels, affine(), COLORS, names=NAMES),))
    return made


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("colors", ["", "hot_iron"])
@pytest.mark.parametrize("stamped", [False, True])
def test_it_lies_over_nothing_else(
    view: SliceView, size: tuple[int, int], colors: str, stamped: bool
) -> None:
    from dataclasses import replace

    view.resize(*size)
    view.set_state(replace(view.state, colors=colors))
    view.set_stamps((Stamp("KEY IMAGE"),) if stamped else ())
    scene = view.scene()
    room, bar = outline_legend.rect(scene), color_bar.place(scene)
    others = [*corner_rects(scene), *orientation.edges(scene), *([bar] if bar else [])]
    others += stamps.places(scene) if stamped else ()
    for other in others:
        met = room.intersected(other)
        assert met.width() <= 1 or met.height() <= 1, (room, other)


def test_each_colour_stands_before_its_name_and_the_rest_is_counted(view: SliceView) -> None:
    view.resize(1200, 1000)
    room, step = outline_legend.rect(view.scene()), words.line_height()
    assert round(room.height() / step) == 8
    image = view.grab().toImage()
    for number, color in enumerate(COLORS.values()):
        at = image.pixelColor(round(room.left() + 5), round(room.top() + (number + 0.5) * step))
        assert (at.red(), at.green(), at.blue()) == color
    view.resize(480, 420)
    assert 2 <= round(outline_legend.rect(view.scene()).height() / step) < 8


def test_where_there_is_no_room_for_all_those_on_the_picture_come_first(view: SliceView) -> None:
    view.resize(480, 420)
    labels = np.zeros((5, 40, 60), np.uint8)
    labels[:, 10:30, 10:50] = 7
    view.set_outlines((OutlineLayer("b", labels, affine(), COLORS, names=NAMES),))
    image = view.grab().toImage()
    room, step = outline_legend.rect(view.scene()), words.line_height()
    first = image.pixelColor(round(room.left() + 5), round(room.top() + 0.5 * step))
    assert (first.red(), first.green(), first.blue()) == COLORS[7]
    then = image.pixelColor(round(room.left() + 5), round(room.top() + 1.5 * step))
    assert (then.red(), then.green(), then.blue()) == COLORS[1]


def test_regions_that_are_not_drawn_have_no_line(view: SliceView) -> None:
    view.resize(600, 600)
    assert len(outline_legend.entries(view.scene())) == 8
    view.set_overlays_visible(False)
    assert not outline_legend.entries(view.scene())
    view.set_overlays_visible(True)
    layer = view.outlines[0]
    view.set_outlines((OutlineLayer("b", layer.labels, layer.affine, {1: (1, 2, 3)}, names=NAMES),))
    assert outline_legend.entries(view.scene()) == (((1, 2, 3), "Region number 1"),)


def test_a_colour_of_several_regions_tells_none_of_them(view: SliceView) -> None:
    layer = view.outlines[0]
    colors = {1: (1, 2, 3), 2: (1, 2, 3), 3: (4, 5, 6)}
    view.set_outlines((OutlineLayer("b", layer.labels, layer.affine, colors, names=NAMES),))
    assert outline_legend.entries(view.scene()) == (((4, 5, 6), "Region number 3"),)
