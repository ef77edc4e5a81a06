"""Words of findings stand beside their boxes, over no other text and over no other finding's words."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from pytestqt.qtbot import QtBot

from tests.gui.viewers.test_overlay_layout import CORNERS, corner_rects
from tests.support.viewers2d import WINDOW, ArraySource, affine, point_at
from viewers.overlays import corner_text, layout, marker_labels, markers, outline_legend, words
from viewers.slice_view import SliceView
from viewers.types import HeatLayer, Marker, MarkerState, OutlineLayer

SIZES = [(380, 350), (500, 460), (760, 700), (1200, 1000)]


@pytest.fixture
def view(qtbot: QtBot) -> SliceView:
    """With everything that a model leaves on a picture: heat, its legend, eight named regions."""
    made = SliceView()
    qtbot.addWidget(made)
    made.set_source(ArraySource(np.zeros((5, 40, 60), np.int16), affine()), [WINDOW])
    made.set_corner_text(CORNERS)
    labels = np.zeros((5, 40, 60), np.uint8)
    labels[:, 10:30, 10:50] = 1
    colors = {n: (10 * n, 255 - 10 * n, 128) for n in range(1, 9)}
    names = {n: f"Region {n}" for n in range(1, 9)}
    made.set_outlines((OutlineLayer("a", labels, affine(), colors, names=names),))
    made.set_heat((HeatLayer("h", np.full((5, 10, 10), 0.5, np.float32), affine(), "Dense lung"),))
    return made


def box(name: str, rows: tuple[int, int], columns: tuple[int, int], *, selected: bool = False) -> Marker:
    low, high = point_at(affine(), (1, rows[0], columns[0])), point_at(affine(), (3, rows[1], columns[1]))
    middle = point_at(affine(), (2, sum(rows) // 2, sum(columns) // 2))
    return Marker(name, middle, "Dense lung 0.05", MarkerState.UNREVIEWED, low, high, selected=selected)


def places(view: SliceView) -> dict[str, QRectF]:
    scene = view.scene()
    return {found.marker.marker_id: rect for found, rect in markers.label_places(scene, markers.place(scene))}


def meet(one: QRectF, other: QRectF) -> bool:
    met = one.intersected(other)
    return met.width() > 1 and met.height() > 1


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("rows", [(2, 12), (15, 25), (26, 38)])
@pytest.mark.parametrize("columns", [(1, 8), (20, 40), (50, 59)])
def test_they_are_over_no_other_text(
    view: SliceView, size: tuple[int, int], rows: tuple[int, int], columns: tuple[int, int]
) -> None:
    view.resize(*size)
    view.set_markers((box("m", rows, columns),))
    [said] = places(view).values()
    scene = view.scene()
    assert QRectF(0, 0, *size).contains(said)
    for other in (*corner_rects(scene), outline_legend.drawn_rect(scene), layout.legend_rect(scene)):
        assert not meet(said, other), (said, other)


def test_findings_of_one_place_have_words_beside_each_other_and_the_chosen_one_is_first(
    view: SliceView,
) -> None:
    view.resize(900, 800)
    crowd = [box(str(n), (15, 25), (20, 40), selected=n == 3) for n in range(5)]
    view.set_markers(tuple(crowd))
    said = places(view)
    assert next(iter(said)) == "3"
    for one, other in combinations(said.values(), 2):
        assert not meet(one, other)
    alone = view.scene()
    view.set_markers((crowd[3],))
    assert places(view)["3"] == said["3"]
    assert markers.place(alone)


def test_in_a_narrow_view_the_name_stands_alone(view: SliceView) -> None:
    view.set_markers(
        (replace(box("m", (15, 25), (20, 40)), text="Dense lung  score 0.05", short="Dense lung"),)
    )
    view.resize(500, 460)
    assert places(view)["m"].width() == words.text_width("Dense lung") + 4
    view.resize(760, 700)
    assert places(view)["m"].width() == words.text_width("Dense lung  score 0.05") + 4


def test_where_every_place_is_taken_the_words_stand_where_least_is_hidden(view: SliceView) -> None:
    view.resize(380, 350)
    crowd = tuple(box(str(n), (15, 25), (20, 40)) for n in range(40))
    view.set_markers(crowd)
    said = places(view)
    assert len(said) == 40
    assert all(QRectF(0, 0, 380, 350).contains(rect) for rect in said.values())


@pytest.mark.parametrize("size", SIZES)
def test_what_is_taken_is_what_is_written(view: SliceView, size: tuple[int, int]) -> None:
    view.resize(*size)
    scene = view.scene()
    assert list(corner_text.blocks(scene)) == corner_rects(scene)
    assert outline_legend.drawn_rect(scene) in marker_labels.taken(scene)
    assert outline_legend.rect(scene).height() <= 4 * words.line_height() or size[1] >= layout.LOW_PX
