"""Three planes through one point."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.support.viewers2d import (
    GEOMETRIES,
    SHAPE,
    WINDOW,
    affine,
    drag,
    grey_of_image,
    one_bright_voxel,
    point_at,
    volume,
)
from viewers.mpr_view import MprGroup, MprView, PlaneKind
from viewers.types import Point, WindowLevel


@pytest.fixture
def group(qtbot: QtBot) -> MprGroup:
    views = [MprView(kind) for kind in PlaneKind]
    for view in views:
        qtbot.addWidget(view)
        view.resize(300, 300)
    made = MprGroup(views)
    made.set_volume(volume(one_bright_voxel((4, 12, 16)), affine()), [WINDOW])
    for view in views:
        view.show()
        qtbot.waitExposed(view)
    return made


@pytest.mark.parametrize(
    ("kind", "letters"),
    [
        (PlaneKind.AXIAL, ("R", "L", "A", "P")),
        (PlaneKind.CORONAL, ("R", "L", "H", "F")),
        (PlaneKind.SAGITTAL, ("A", "P", "H", "F")),
    ],
)
@pytest.mark.parametrize("name", GEOMETRIES)
def test_planes_lie_as_radiologists_read_them_however_the_slices_were_made(
    qtbot: QtBot, name: str, kind: PlaneKind, letters: tuple[str, str, str, str]
) -> None:
    view = MprView(kind)
    qtbot.addWidget(view)
    view.set_volume(volume(np.zeros(SHAPE, np.int16), GEOMETRIES[name]), [WINDOW])
    assert view.letters() == letters


def test_a_jump_moves_every_plane_to_the_bright_voxel(group: MprGroup) -> None:
    group.jump_to(point_at(affine(), (4, 12, 16)))
    for view in group.views:
        view.peek(True)
        assert grey_of_image(view.grab_picture()).max() > 200
    group.jump_to(point_at(affine(), (6, 4, 4)))
    for view in group.views:
        assert grey_of_image(view.grab_picture()).max() == 0


def test_a_click_sets_the_crosshair_in_all_planes(group: MprGroup, qtbot: QtBot) -> None:
    axial, coronal, sagittal = group.views
    wanted = axial.mm_at(200, 90)
    assert wanted is not None
    with qtbot.waitSignal(group.point_changed):
        QTest.mouseClick(axial, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(200, 90))
    for view in group.views:
        assert view.position == pytest.approx(wanted)
    assert coronal.position == sagittal.position == axial.position


def test_escape_brings_the_crosshair_back(group: MprGroup, qtbot: QtBot) -> None:
    axial = group.views[0]
    before = axial.position
    QTest.mousePress(axial, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(200, 90))
    assert axial.position != before
    QTest.keyClick(axial, Qt.Key.Key_Escape)
    QTest.mouseRelease(axial, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(200, 90))
    assert [view.position for view in group.views] == [before] * 3


def test_wheel_goes_one_layer_towards_the_feet(group: MprGroup) -> None:
    axial = group.views[0]
    before = axial.position
    assert before is not None
    place = QPointF(150, 150)
    event = QWheelEvent(
        place,
        axial.mapToGlobal(place),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(axial, event)
    for view in group.views:
        assert view.position == pytest.approx((before[0], before[1], before[2] - 3.0))


def test_scrolling_stops_at_the_last_layer(group: MprGroup) -> None:
    axial = group.views[0]
    axial.next_image(500)
    assert axial.position is not None
    assert axial.position[2] == pytest.approx(100.0)  # the first slice's centre is the lowest
    axial.next_image(-500)
    assert axial.position[2] == pytest.approx(124.0)


def test_window_and_inversion_are_shared_zoom_is_not(group: MprGroup, qtbot: QtBot) -> None:
    axial, coronal, _ = group.views
    scale = coronal.state.scale
    with qtbot.waitSignal(group.window_changed):
        axial.set_window(WindowLevel(10, 90))
    axial.invert()
    axial.zoom_by(2)
    assert [view.state.window for view in group.views] == [WindowLevel(10, 90)] * 3
    assert [view.state.invert for view in group.views] == [True] * 3
    assert coronal.state.scale == scale


def test_crosshair_lines_have_the_other_planes_colours_and_cross_at_the_point(group: MprGroup) -> None:
    axial, coronal, sagittal = group.views
    group.jump_to(point_at(affine(), (2, 5, 9)))
    lines = {line.color: line for line in axial.scene().cross}
    assert set(lines) == {coronal.color, sagittal.color}
    assert axial.position is not None
    x_px, y_px = axial.px_of(axial.position) or (0.0, 0.0)
    across, upright = lines[coronal.color], lines[sagittal.color]
    assert (across.start[1], across.end[1]) == pytest.approx((y_px, y_px))
    assert (upright.start[0], upright.end[0]) == pytest.approx((x_px, x_px))


def test_one_line_slides_across_itself_whatever_the_tool(group: MprGroup) -> None:
    axial = group.views[0]
    axial.set_tool("window")
    group.jump_to(point_at(affine(), (4, 12, 16)))
    before, window = axial.position, axial.state.window
    assert before is not None
    x_px, _ = axial.px_of(before) or (0.0, 0.0)
    # the upright line is the sagittal plane: 26.8 pixels are 2 mm at 300 px over 22.4 mm
    drag(axial, (round(x_px), 40), (round(x_px) + 27, 90))
    assert axial.position == pytest.approx((before[0] + 27 / axial.state.scale, before[1], before[2]))
    assert axial.state.window == window


def test_the_crossing_drags_both_lines_and_escape_takes_it_back(group: MprGroup) -> None:
    axial = group.views[0]
    axial.set_tool("window")
    group.jump_to(point_at(affine(), (4, 12, 16)))
    before = axial.position
    assert before is not None
    x_px, y_px = axial.px_of(before) or (0.0, 0.0)
    drag(axial, (round(x_px), round(y_px)), (round(x_px) - 30, round(y_px) + 20), release=False)
    scale = axial.state.scale
    assert axial.position == pytest.approx((before[0] - 30 / scale, before[1] + 20 / scale, before[2]))
    QTest.keyClick(axial, Qt.Key.Key_Escape)
    QTest.mouseRelease(axial, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(10, 10))
    assert [view.position for view in group.views] == [before] * 3


def test_away_from_the_lines_the_tool_does_its_work(group: MprGroup) -> None:
    axial = group.views[0]
    axial.set_tool("window")
    before, width = axial.position, axial.state.window.width
    drag(axial, (40, 40), (90, 40))
    assert axial.position == before
    assert axial.state.window.width > width


def test_value_under_a_point_is_the_voxels(group: MprGroup) -> None:
    axial = group.views[0]
    assert axial.value_at(point_at(affine(), (4, 12, 16))) == 1000.0
    assert axial.value_at(point_at(affine(), (4, 12, 17))) == 0.0
    assert axial.value_at((1000.0, 0.0, 0.0)) is None


def test_a_projection_image_is_refused_with_a_sentence(group: MprGroup) -> None:
    group.set_volume(volume(np.zeros((1, 20, 20), np.int16), affine(), in_patient=False), [WINDOW])
    for view in group.views:
        assert "no position in the patient" in view.scene().failure
        assert view.scene().plane is None
        assert view.mm_at(10, 10) is None
        view.grab_picture()


def test_colour_is_refused_with_a_sentence(qtbot: QtBot) -> None:
    view = MprView(PlaneKind.CORONAL)
    qtbot.addWidget(view)
    view.set_volume(volume(np.zeros((4, 8, 8, 3), np.uint8), affine()), [])
    assert "colour" in view.scene().failure


def test_the_volume_is_shared_by_all_views_not_copied(group: MprGroup) -> None:
    first = group.views[0].picture
    assert first is not None
    assert all(view.picture is first for view in group.views)
    assert np.shares_memory(first.level(1.0)[0].pixels, first.source.pixels)


def test_a_point_outside_goes_to_the_nearest_inside(group: MprGroup) -> None:
    group.jump_to((1000.0, 20.0, 110.0))
    inside: Point | None = group.views[2].position
    assert inside == pytest.approx((-20.0 + 0.7 * 31, 20.0, 110.0))


def test_an_oblique_basis_cuts_through_the_same_point(group: MprGroup) -> None:
    view = group.views[0]
    group.jump_to(point_at(affine(), (4, 12, 16)))
    turn = np.array([[0.8, 0, 0.6], [0, 1, 0], [-0.6, 0, 0.8]])
    view.set_basis(turn)
    view.peek(True)
    assert grey_of_image(view.grab_picture()).max() > 200
    assert view.letters() == ("RH", "LF", "A", "P")
