"""The stack view as a reader uses it: real mouse, wheel and key events."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shiboken6
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from tests.support.viewers2d import ArraySource, affine, grey_of_image, point_at
from viewers import gestures
from viewers.mouse_profiles import PROFILES, STANDARD
from viewers.overlays import markers, orientation, truth_badge, words
from viewers.slice_view import SliceView
from viewers.types import (
    BadgeLevel,
    HeatLayer,
    Marker,
    PictureInfo,
    TextLevel,
    TruthBadge,
    ViewState,
    WindowLevel,
)

LEFT, MIDDLE, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
NONE = Qt.KeyboardModifier.NoModifier


def ramp(slices: int = 11) -> NDArray[np.int16]:
    """Values 0 to 1024 along columns, so that a drag of one pixel is one unit."""
    row = np.linspace(0, 1024, 65).astype(np.int16)
    return np.tile(row, (slices, 48, 1))


@pytest.fixture
def source() -> ArraySource:
    return ArraySource(ramp(), affine())


@pytest.fixture
def view(qtbot: QtBot, source: ArraySource) -> SliceView:
    made = SliceView()
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.set_source(source, [WindowLevel(500, 400)])
    made.show()
    qtbot.waitExposed(made)
    return made


def drag(view: SliceView, start: tuple[int, int], end: tuple[int, int], **how: object) -> None:
    """Press, two moves, release."""
    button = how.get("button", LEFT)
    modifier = how.get("modifier", NONE)
    assert isinstance(button, Qt.MouseButton)
    assert isinstance(modifier, Qt.KeyboardModifier)
    QTest.mousePress(view, button, modifier, QPoint(*start))
    middle = QPoint((start[0] + end[0]) // 2, (start[1] + end[1]) // 2)
    for point in (middle, QPoint(*end)):
        _move(view, point, button, modifier)
    if how.get("release", True):
        QTest.mouseRelease(view, button, modifier, QPoint(*end))


def _move(view: SliceView, at: QPoint, button: Qt.MouseButton, modifier: Qt.KeyboardModifier) -> None:
    place = QPointF(at)
    event = QMouseEvent(
        QEvent.Type.MouseMove, place, view.mapToGlobal(place), Qt.MouseButton.NoButton, button, modifier
    )
    QApplication.sendEvent(view, event)


def wheel(
    view: SliceView, turned: int, at: tuple[int, int] = (200, 150), modifier: Qt.KeyboardModifier = NONE
) -> None:
    place = QPointF(*at)
    event = QWheelEvent(
        place,
        view.mapToGlobal(place),
        QPoint(),
        QPoint(0, turned),
        Qt.MouseButton.NoButton,
        modifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, event)


def test_drag_right_widens_and_up_brightens(view: SliceView) -> None:
    drag(view, (100, 200), (150, 170))
    assert view.state.window == WindowLevel(470.0, 450.0)
    before = grey_of_image(view.grab_picture())[100:200, 120:280].mean()
    drag(view, (100, 200), (100, 140))
    assert grey_of_image(view.grab_picture())[100:200, 120:280].mean() > before


def test_shift_is_fine_and_ctrl_is_coarse(view: SliceView) -> None:
    drag(view, (100, 200), (150, 200), modifier=SHIFT)
    assert view.state.window.width == pytest.approx(410.0)
    drag(view, (100, 200), (150, 200), modifier=CTRL)
    assert view.state.window.width == pytest.approx(660.0)


def test_window_never_gets_narrower_than_one(view: SliceView) -> None:
    drag(view, (390, 150), (2, 150), modifier=CTRL)
    assert view.state.window.width == 1.0


def test_upwards_brightens_an_inverted_picture_too(view: SliceView) -> None:
    view.invert()
    before = grey_of_image(view.grab_picture())[100:200, 120:280].mean()
    drag(view, (100, 200), (100, 140))
    assert view.state.window.center == 560.0
    assert grey_of_image(view.grab_picture())[100:200, 120:280].mean() > before


def test_escape_cancels_a_drag_and_restores_what_was(view: SliceView, qtbot: QtBot) -> None:
    before = view.state
    for button in (LEFT, MIDDLE, RIGHT):
        drag(view, (100, 200), (150, 120), button=button, release=False)
        assert view.state != before
        QTest.keyClick(view, Qt.Key.Key_Escape)
        assert view.state == before
        QTest.mouseRelease(view, button, NONE, QPoint(150, 120))
        assert view.state == before


def test_escape_after_a_drag_is_left_to_the_app(view: SliceView, qtbot: QtBot) -> None:
    drag(view, (100, 200), (150, 170))
    after = view.state
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.state == after


def test_middle_drag_pans_by_as_much(view: SliceView) -> None:
    point = view.mm_at(200, 150)
    assert point is not None
    drag(view, (100, 100), (130, 85), button=MIDDLE)
    assert view.px_of(point) == pytest.approx((230.0, 135.0))


def test_right_drag_zooms_about_the_press(view: SliceView) -> None:
    point, scale = view.mm_at(100, 200), view.state.scale
    assert point is not None
    drag(view, (100, 200), (100, 50), button=RIGHT)
    assert view.state.scale == pytest.approx(scale * np.e)
    assert view.px_of(point) == pytest.approx((100.0, 200.0))


def test_wheel_scrolls_and_stops_at_the_ends(view: SliceView, qtbot: QtBot) -> None:
    assert view.index == 5
    with qtbot.waitSignal(view.index_changed) as heard:
        wheel(view, -120)
    assert heard.args == [6]
    wheel(view, 240)
    assert view.index == 4
    wheel(view, -120 * 50)
    assert view.index == 10


def test_small_turns_of_a_touchpad_add_up(view: SliceView) -> None:
    for _ in range(3):
        wheel(view, -40)
    assert view.index == 6


def test_ctrl_wheel_zooms_at_the_pointer(view: SliceView) -> None:
    point, scale = view.mm_at(90, 80), view.state.scale
    assert point is not None
    wheel(view, 120, at=(90, 80), modifier=CTRL)
    assert view.state.scale == pytest.approx(scale * gestures.WHEEL_ZOOM)
    assert view.px_of(point) == pytest.approx((90.0, 80.0))
    assert view.index == 5


def test_scroll_tool_drags_through_the_stack_and_escape_goes_back(view: SliceView, qtbot: QtBot) -> None:
    view.set_tool("scroll")
    drag(view, (100, 100), (100, 148), release=False)
    assert view.index == 8
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.index == 5


def test_both_buttons_scroll_and_take_back_what_the_first_did(view: SliceView) -> None:
    QTest.mousePress(view, LEFT, NONE, QPoint(100, 100))
    _move(view, QPoint(140, 100), LEFT, NONE)
    assert view.state.window.width == 440.0
    QTest.mousePress(view, RIGHT, NONE, QPoint(140, 100))
    assert view.state.window.width == 400.0
    _move(view, QPoint(140, 132), LEFT | RIGHT, NONE)
    assert view.index == 7
    QTest.mouseRelease(view, RIGHT, NONE, QPoint(140, 132))
    QTest.mouseRelease(view, LEFT, NONE, QPoint(140, 132))
    assert view.state.window.width == 400.0


def test_double_click_asks_to_maximise_and_changes_nothing(view: SliceView, qtbot: QtBot) -> None:
    before = view.state
    with qtbot.waitSignal(view.activated):
        QTest.mouseDClick(view, LEFT, NONE, QPoint(200, 150))
    QTest.mouseRelease(view, LEFT, NONE, QPoint(200, 150))  # QTest leaves the button down
    assert view.state == before


def test_right_click_without_a_drag_asks_for_the_menu(view: SliceView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.menu_requested) as heard:
        QTest.mouseClick(view, RIGHT, NONE, QPoint(60, 70))
    assert heard.args == [QPoint(60, 70)]


def test_side_buttons_step_through_findings(view: SliceView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.finding_step) as heard:
        QTest.mouseClick(view, Qt.MouseButton.ForwardButton, NONE, QPoint(60, 70))
    assert heard.args == [1]


def test_hover_tells_the_point_and_shift_picks_it(view: SliceView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.point_hovered) as hovered, qtbot.waitSignal(view.point_picked) as picked:
        _move(view, QPoint(120, 90), Qt.MouseButton.NoButton, SHIFT)
    assert hovered.args == picked.args == [view.mm_at(120, 90)]


def test_click_on_a_marker_names_it(view: SliceView, qtbot: QtBot) -> None:
    point = view.mm_at(150, 120)
    assert point is not None
    view.set_markers((Marker("n1", point, "nodule"),))
    with qtbot.waitSignal(view.marker_clicked) as heard:
        QTest.mouseClick(view, LEFT, NONE, QPoint(150, 125))
    assert heard.args == ["n1"]


def test_profiles_change_what_buttons_do(view: SliceView) -> None:
    view.set_mouse_profile(PROFILES["classic_pacs"])
    drag(view, (100, 100), (100, 132))
    assert view.index == 7
    drag(view, (100, 100), (140, 100), button=MIDDLE)
    assert view.state.window.width == 440.0
    view.set_mouse_profile(STANDARD)
    drag(view, (100, 100), (110, 100))
    assert view.state.window.width == 450.0


def test_every_profile_names_only_gestures_that_exist() -> None:
    tools = {tool for profile in PROFILES.values() for tool in (*profile.drags.values(), profile.start_tool)}
    assert tools <= {*gestures.GESTURES, "active"}
    assert {what for profile in PROFILES.values() for what in profile.wheel.values()} <= {
        "scroll",
        "zoom",
        "slab",
    }


def test_fitted_picture_follows_the_size_of_the_view(view: SliceView) -> None:
    view.resize(800, 600)
    assert view.state.scale == pytest.approx(2 * 300 / (48 * 0.8))
    view.zoom_by(2.0)
    zoomed = view.state.scale
    view.resize(400, 300)
    assert view.state.scale == zoomed


def test_one_to_one_gives_each_pixel_one_device_pixel(view: SliceView) -> None:
    view.one_to_one()
    assert view.state.scale * 0.7 == pytest.approx(1 / view.devicePixelRatioF())


def test_reset_brings_back_the_first_look(view: SliceView) -> None:
    first = view.state
    view.rotate(1)
    view.flip_horizontal()
    view.invert()
    view.zoom_by(3)
    view.set_window(WindowLevel(0, 9))
    view.reset()
    assert view.state == first


def test_state_is_told_once_for_each_change(view: SliceView, qtbot: QtBot) -> None:
    heard: list[ViewState] = []
    view.state_changed.connect(heard.append)
    view.rotate(1)
    view.set_state(view.state)
    assert [state.quarter_turns for state in heard] == [1]


def test_a_missing_frame_keeps_the_last_one_and_says_so(view: SliceView, source: ArraySource) -> None:
    source.missing.add(6)
    view.next_image()
    assert (view.index, view.shown_index) == (6, 5)
    assert view.scene().notices == ("Loading image 7: still showing image 6",)
    before = grey_of_image(view.grab_picture())
    source.pixels[6] = 1024
    source.arrive(6)
    assert view.shown_index == 6
    assert view.scene().notices == ()
    assert grey_of_image(view.grab_picture())[120:180, 100:150].mean() > before[120:180, 100:150].mean()


def test_an_unreadable_frame_shows_its_sentence_and_no_picture(view: SliceView, source: ArraySource) -> None:
    source.broken[7] = "Image 8 cannot be read: its pixels end too early."
    view.show_index(7)
    scene = view.scene()
    assert (scene.failure, scene.plane, view.shown_index) == (source.broken[7], None, None)
    assert view.mm_at(100, 100) is None
    assert grey_of_image(view.grab_picture())[20:60, 150:250].max() == 0
    view.show_index(8)
    assert view.scene().failure == ""
    assert view.shown_index == 8


def test_first_picture_is_told_after_it_was_painted_once(qtbot: QtBot, source: ArraySource) -> None:
    view = SliceView()
    qtbot.addWidget(view)
    source.missing.update(range(11))
    told: list[bool] = []
    view.first_picture.connect(lambda: told.append(True))
    view.set_source(source, [WindowLevel(500, 400)])
    view.show()
    qtbot.waitExposed(view)
    view.grab_picture()
    QApplication.processEvents()
    assert told == []
    with qtbot.waitSignal(view.first_picture):
        source.arrive(view.index)
    view.next_image()
    view.repaint()
    QApplication.processEvents()
    assert told == [True]


def test_a_closed_view_stops_listening(qtbot: QtBot, source: ArraySource) -> None:
    view = SliceView()
    view.set_source(source, [])
    assert source.listeners == 1
    view.set_source(None)
    assert source.listeners == 0
    view.set_source(source, [])
    shiboken6.delete(view)
    assert source.listeners == 0


def test_jump_goes_to_the_slice_of_the_point_and_brings_it_into_view(
    view: SliceView, source: ArraySource
) -> None:
    point = point_at(source.affine, (9, 40, 60))
    view.zoom_by(8.0)
    view.jump_to(point)
    assert view.index == 9
    assert view.px_of(point) == pytest.approx((200.0, 150.0))


def test_window_comes_from_the_pixels_where_none_is_given(qtbot: QtBot, source: ArraySource) -> None:
    view = SliceView()
    qtbot.addWidget(view)
    view.set_source(source)
    assert view.state.window == WindowLevel(512.0, 1024.0)


def test_nothing_of_another_space_is_drawn_over_a_picture(qtbot: QtBot, view: SliceView) -> None:
    middle = view.mm_at(200, 150)
    assert middle is not None
    heat = HeatLayer("h", np.ones((11, 48, 65), np.float32), affine(), "x", in_patient=False)
    view.set_heat((heat,))
    view.set_markers((Marker("m", middle, "m", in_patient=False),))
    scene = view.scene()
    assert scene.heat == ()
    assert scene.markers == ()
    assert len(scene.notices) == 2

    flat = SliceView()
    qtbot.addWidget(flat)
    flat.set_source(ArraySource(ramp(1), affine(), in_patient=False), [WindowLevel(500, 400)])
    flat.set_heat((replace(heat, in_patient=True),))
    assert flat.scene().heat == ()
    assert flat.scene().letters == ("", "", "", "")
    flat.set_heat((heat,))
    assert flat.scene().heat == (heat,)


def test_hiding_all_ink_says_that_it_is_hidden(view: SliceView) -> None:
    view.set_markers((Marker("m", (0.0, 20.0, 115.0), "m"),))
    view.set_overlays_visible(False)
    assert view.scene().markers == ()
    assert view.scene().notices == ("AI marks and heat are hidden",)
    view.set_overlays_visible(True)
    assert len(view.scene().markers) == 1


def test_off_slice_markers_are_not_drawn_and_boxes_are_dimmed(view: SliceView, source: ArraySource) -> None:
    center = point_at(source.affine, (5, 20, 30))
    low, high = point_at(source.affine, (3, 15, 25)), point_at(source.affine, (7, 25, 35))
    view.set_markers((Marker("ring", center, ""), Marker("box", center, "", box_min=low, box_max=high)))

    def seen() -> dict[str, bool]:
        return {found.marker.marker_id: found.dimmed for found in markers.place(view.scene())}

    assert seen() == {"ring": False, "box": False}
    view.show_index(7)
    assert seen() == {"box": True}
    view.show_index(8)
    assert seen() == {}


def test_flipped_and_turned_pictures_say_so(view: SliceView) -> None:
    assert orientation.change_words(view.scene()) == ""
    view.flip_horizontal()
    assert orientation.change_words(view.scene()) == "FLIPPED"
    view.flip_vertical()
    assert orientation.change_words(view.scene()) == "ROTATED 180°"
    view.rotate(2)
    assert orientation.change_words(view.scene()) == ""
    view.invert()
    assert orientation.change_words(view.scene()) == "INVERTED"


def test_badge_tells_its_details_on_click(view: SliceView, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(
        QToolTip, "showText", lambda _at, text, _widget: shown.append(text)
    )  # needs a display
    view.set_badge(TruthBadge(BadgeLevel.FINAL, "lossy", ("Compressed 12:1 at the source.",)))
    place = truth_badge.place(view.scene())
    assert place is not None
    QTest.mouseClick(view, LEFT, NONE, place.center().toPoint())
    assert shown == ["lossy\nCompressed 12:1 at the source."]


def test_peek_leaves_only_the_picture(view: SliceView) -> None:
    bare = grey_of_image(view.grab_picture())
    view.set_text_level(TextLevel.NONE)
    none = grey_of_image(view.grab_picture())
    view.peek(True)
    assert np.array_equal(grey_of_image(view.grab_picture()), none)
    assert not np.array_equal(bare, none)


def test_unknown_spacing_draws_no_scale_but_says_why(qtbot: QtBot, source: ArraySource) -> None:
    view = SliceView()
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.set_source(source, [WindowLevel(5000, 400)], PictureInfo(spacing_known=False))
    words = grey_of_image(view.grab_picture())[200:, 200:]
    view.set_source(source, [WindowLevel(5000, 400)], PictureInfo(spacing_known=True))
    bar = grey_of_image(view.grab_picture())[200:, 200:]
    assert words.sum() > 0
    assert not np.array_equal(words, bar)


def test_a_narrow_view_says_in_brief_what_it_would_have_to_cut_off(view: SliceView) -> None:
    said = TruthBadge(
        BadgeLevel.NOTE,
        "size at the detector (0.15 mm a pixel), not in the patient",
        (),
        "size at the detector",
    )
    view.set_badge(said)
    for width, shown in ((1400, said.text), (500, said.brief)):
        view.resize(width, 400)
        rect = truth_badge.place(view.scene())
        assert rect is not None
        assert rect.width() == words.text_width(f"i  {shown}") + truth_badge.FRAME_PX
