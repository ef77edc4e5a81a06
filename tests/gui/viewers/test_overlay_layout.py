"""No overlay writes over another, at any size of view; no text is small; nothing important is cut short."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF
from pytestqt.qtbot import QtBot

from tests.support.viewers2d import WINDOW, ArraySource, affine, grey_of_image, point_at
from viewers.overlays import layout, markers, orientation, truth_badge, words
from viewers.scene import Scene
from viewers.slice_view import SliceView
from viewers.types import (
    BadgeLevel,
    CornerText,
    HeatLayer,
    Marker,
    MarkerState,
    PictureInfo,
    TextLevel,
    TruthBadge,
)
from viewers.viewer_text import ViewerText

CORNERS = CornerText(
    ("DOE^JANE", "F 61  ID 000123", "1965-01-01", "Room 3", "more"),
    ("CT CHEST 2026-08-01", "Acc A77", "Series 4", "Lung 1.0"),
    ("Image 60/120", "W 1500 L -600", "Zoom 1.2"),
    ("1.0 mm", "S 122.5"),
)
SIZES = [(320, 280), (400, 300), (480, 480), (600, 600), (800, 500), (1200, 1000)]


@pytest.fixture
def view(qtbot: QtBot) -> SliceView:
    made = SliceView()
    qtbot.addWidget(made)
    made.set_source(ArraySource(np.zeros((5, 40, 60), np.int16), affine()), [WINDOW])
    made.set_corner_text(CORNERS)
    made.set_badge(TruthBadge(BadgeLevel.NOTE, "lossy source 12:1, loaded"))
    return made


def heat(view: SliceView) -> None:
    values = np.full((5, 10, 10), 0.5, np.float32)
    view.set_heat((HeatLayer("h", values, affine(), "Dense lung"),))


def corner_rects(scene: Scene) -> list[QRectF]:
    """The four blocks of corner text, as wide as their longest line."""
    width, height = scene.size_px
    step, margin = words.line_height(), words.MARGIN_PX
    blocks = []
    for lines, right, bottom in (
        (layout.corner_lines(scene, scene.corners.top_left), False, None),
        (layout.corner_lines(scene, scene.corners.top_right), True, None),
        (
            layout.bottom_left_lines(scene),
            False,
            layout.bottom_left_px,
        ),
        (layout.bottom_right_lines(scene), True, layout.bottom_right_px),
    ):
        wide = min(max(map(words.text_width, lines), default=0.0), width * layout.CORNER_SHARE)
        top = margin if bottom is None else height - bottom(scene)
        blocks.append(QRectF(width - margin - wide if right else margin, top, wide, step * len(lines)))
    return blocks


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("with_heat", [False, True])
@pytest.mark.parametrize("with_text", [False, True])
@pytest.mark.parametrize("with_badge", [False, True])
def test_no_two_overlays_overlap(
    view: SliceView, size: tuple[int, int], with_heat: bool, with_text: bool, with_badge: bool
) -> None:
    view.resize(*size)
    if not with_text:
        view.set_corner_text(CornerText())
    if not with_badge:
        view.set_badge(None)
    if with_heat:
        heat(view)
    scene = view.scene()
    badge = truth_badge.place(scene)
    placed = [*corner_rects(scene), *([badge] if badge else []), *orientation.edges(scene)]
    if with_heat:
        placed.append(layout.legend_rect(scene))
    scale = layout.scale_rect(scene)
    if scale.width() > words.text_width("50 mm"):
        placed.append(scale)
    for one, other in combinations(placed, 2):
        met = one.intersected(other)
        assert met.width() <= 1 or met.height() <= 1, (one, other)
    inside = QRectF(0, 0, *size)
    assert all(inside.contains(rect) for rect in placed if not rect.isEmpty())


@pytest.mark.parametrize("size", [(440, 410), (600, 500), (900, 800)])
def test_the_legend_stands_clear_of_what_is_said_of_an_unknown_scale(
    view: SliceView, size: tuple[int, int]
) -> None:
    """As on films of a collection that names no spacing, four on a screen."""
    view.resize(*size)
    heat(view)
    known = view.scene()
    scene = replace(known, info=replace(known.info, spacing_known=False))
    said = layout.no_scale_rect(scene)
    assert said.height() > 0
    met = layout.legend_rect(scene).intersected(said)
    assert met.width() <= 1 or met.height() <= 1, (layout.legend_rect(scene), said)
    assert layout.no_scale_rect(known).isEmpty()


@pytest.mark.parametrize("size", SIZES)
def test_words_of_the_legend_are_never_cut(view: SliceView, size: tuple[int, int]) -> None:
    view.resize(*size)
    heat(view)
    room = layout.legend_rect(view.scene()).width()
    assert words.text_width(ViewerText().not_outline) <= room
    assert words.text_width(ViewerText().not_primary) <= room


@pytest.mark.parametrize("size", SIZES)
def test_what_was_done_to_the_picture_is_written_clear_of_the_corners(
    view: SliceView, size: tuple[int, int]
) -> None:
    view.resize(*size)
    view.rotate(1)
    view.flip_horizontal()
    said = orientation.change_words(view.scene())
    wide = words.text_width(said, bold=True)
    top = layout.top_px(view.scene(), wide)
    line = QRectF(size[0] / 2 - wide / 2, top, wide, words.line_height())
    for number, block in enumerate(corner_rects(view.scene())[:2]):
        lines = (CORNERS.top_left, CORNERS.top_right)[number]
        for row, text in enumerate(lines[: round(block.height() / words.line_height())]):
            width = min(words.text_width(text), size[0] * layout.CORNER_SHARE)
            left = block.right() - width if number else block.left()
            written = QRectF(left, block.top() + row * words.line_height(), width, words.line_height())
            met = written.intersected(line)
            assert met.width() <= 1 or met.height() <= 1, (said, text)


def test_no_text_is_smaller_than_eleven_points(qtbot: QtBot) -> None:
    assert words.POINT_SIZE >= 11.0
    assert words.LETTER_POINT_SIZE >= 11.0
    assert QFontMetricsF(words.font()).height() >= 11 * 96 / 72 * 0.9


def test_a_small_view_keeps_one_line_in_each_corner(view: SliceView) -> None:
    view.resize(240, 240)
    assert layout.corner_lines(view.scene(), CORNERS.top_left) == ("DOE^JANE",)


def test_less_text_means_one_line_and_no_text_none(view: SliceView) -> None:
    view.resize(800, 800)
    view.set_text_level(TextLevel.MINIMAL)
    assert layout.corner_lines(view.scene(), CORNERS.top_left) == ("DOE^JANE",)
    view.set_text_level(TextLevel.NONE)
    assert layout.corner_lines(view.scene(), CORNERS.top_left) == ()
    assert truth_badge.place(view.scene()) is not None


def test_every_state_has_its_own_line_or_sign() -> None:
    looks = {(look.line, look.sign) for look in markers.LOOKS.values()}
    assert set(markers.LOOKS) == set(MarkerState)
    assert len(looks) == len(MarkerState)


@pytest.mark.parametrize("state", list(MarkerState))
@pytest.mark.parametrize("boxed", [False, True])
def test_markers_of_every_state_are_painted(view: SliceView, state: MarkerState, boxed: bool) -> None:
    view.resize(500, 400)
    bare = grey_of_image(view.grab_picture())
    low, high = (point_at(affine(), (1, 10, 20)), point_at(affine(), (3, 20, 40))) if boxed else (None, None)
    marker = Marker(
        "m", point_at(affine(), (2, 15, 58)), "right at the edge of it", state, low, high, selected=True
    )
    view.set_markers((marker,))
    assert not np.array_equal(bare, grey_of_image(view.grab_picture()))


def test_words_of_the_app_replace_our_own(view: SliceView) -> None:
    view.set_viewer_text(ViewerText(hidden="KI-Markierungen sind ausgeblendet"))
    heat(view)
    view.set_overlays_visible(False)
    assert view.scene().notices == ("KI-Markierungen sind ausgeblendet",)


def test_scale_names_the_calibration_in_force(view: SliceView) -> None:
    view.resize(700, 600)
    before = grey_of_image(view.grab_picture())
    source = ArraySource(np.zeros((5, 40, 60), np.int16), affine())
    view.set_source(source, [WINDOW], PictureInfo(scale_note="at detector"))
    assert not np.array_equal(before, grey_of_image(view.grab_picture()))


@pytest.mark.parametrize("size", [(437, 360), (320, 280), (800, 500)])
def test_the_scale_stays_where_the_words_on_its_calibration_are_long(
    view: SliceView, size: tuple[int, int]
) -> None:
    """The bar went with its words, on mammograms in four views and in Russian."""
    note = "estimated from the magnification that the file states"
    view.set_source(
        ArraySource(np.zeros((5, 40, 60), np.int16), affine()), [WINDOW], PictureInfo(True, scale_note=note)
    )
    view.set_badge(TruthBadge(BadgeLevel.NOTE, "size in the patient estimated"))
    view.resize(*size)
    room = layout.scale_rect(view.scene())
    column, foot = round(room.right()) - 1, int(room.bottom() - words.line_height()) - 2
    grey = grey_of_image(view.grab_picture())[size[1] // 2 : foot, column - 2 : column + 3]
    assert (grey.max(axis=1) > 200).sum() >= 12
