"""Measuring by real mouse events: what is drawn on the screen is what is told in mm, however the picture is turned."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.support.viewers2d import GEOMETRIES, ArraySource, affine, point_at
from viewers.shapes import Drawn, Shape
from viewers.slice_view import SliceView
from viewers.types import Affine, PictureInfo, Point

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(params=["axial", "anisotropic pixels", "oblique", "gantry tilt"])
def geometry(request: pytest.FixtureRequest) -> Affine:
    return GEOMETRIES[request.param]


@pytest.fixture
def view(qtbot: QtBot) -> SliceView:
    made = SliceView()
    qtbot.addWidget(made)
    made.resize(600, 500)
    show(made, affine())
    made.show()
    qtbot.waitExposed(made)
    return made


def show(view: SliceView, index_to_mm: Affine, *, known: bool = True) -> None:
    rows, columns = np.mgrid[0:24, 0:32]
    pixels = np.stack([(10 * rows + columns).astype(np.int16)] * 9)
    view.set_source(ArraySource(pixels, index_to_mm, intercept=-50.0), (), PictureInfo(known))


def told(view: SliceView) -> list[Drawn]:
    found: list[Drawn] = []
    view.drawn.connect(found.append)
    return found


def at(view: SliceView, point: Point) -> QPoint:
    place = view.px_of(point)
    assert place is not None
    return QPoint(round(place[0]), round(place[1]))


def drag(view: SliceView, *points: QPoint) -> None:
    QTest.mousePress(view, LEFT, pos=points[0])
    for point in points[1:]:
        QTest.mouseMove(view, point)
    QTest.mouseRelease(view, LEFT, pos=points[-1])


@pytest.mark.parametrize("turned", [False, True])
def test_a_length_from_voxel_to_voxel_is_their_distance(
    view: SliceView, geometry: Affine, turned: bool
) -> None:
    show(view, geometry)
    if turned:
        view.rotate(1)
        view.flip_horizontal()
        view.zoom_by(1.3)
    found = told(view)
    view.set_tool("length")
    one, other = point_at(geometry, (4, 5, 6)), point_at(geometry, (4, 18, 25))
    drag(view, at(view, one), at(view, point_at(geometry, (4, 9, 9))), at(view, other))
    assert len(found) == 1
    assert found[0].index == 4
    length = found[0].measured[0]
    assert length.unit == "mm"
    pixel_mm = 1 / view.state.scale
    assert length.value == pytest.approx(np.linalg.norm(np.subtract(one, other)), abs=1.5 * pixel_mm)
    for want, have in zip((one, other), found[0].points, strict=True):
        assert np.linalg.norm(np.subtract(want, have)) < pixel_mm


def test_a_rectangle_holds_the_values_under_it(view: SliceView) -> None:
    found = told(view)
    view.set_tool("rectangle")
    drag(view, at(view, point_at(affine(), (4, 4.5, 9.5))), at(view, point_at(affine(), (4, 8.5, 14.5))))
    values = {one.key: one.value for one in found[0].measured}
    rows, columns = np.mgrid[5:9, 10:15]
    assert values["pixels"] == 20
    assert values["mean"] == pytest.approx((10 * rows + columns - 50).mean())


def test_unknown_spacing_gives_pixels_not_mm(view: SliceView) -> None:
    show(view, affine(), known=False)
    found = told(view)
    view.set_tool("length")
    drag(view, QPoint(200, 200), QPoint(300, 200))
    assert found[0].measured[0].unit == "px"


def test_an_angle_takes_two_strokes_and_a_polyline_ends_with_enter(view: SliceView) -> None:
    found = told(view)
    view.set_tool("angle")
    drag(view, QPoint(300, 100), QPoint(300, 200))
    assert not found
    drag(view, QPoint(350, 250), QPoint(400, 200))
    assert found[0].measured[0].value == pytest.approx(90, abs=0.5)
    view.set_tool("polyline")
    drag(view, QPoint(100, 100), QPoint(200, 100))
    drag(view, QPoint(200, 200), QPoint(200, 200))
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert len(found) == 2
    assert len(found[1].points) == 3
    assert found[1].measured[0].value == pytest.approx(200 / view.state.scale, rel=0.01)


def test_a_polyline_ends_with_a_double_click_which_then_does_not_maximise(view: SliceView) -> None:
    found, grown = told(view), []
    view.activated.connect(lambda: grown.append(1))
    view.set_tool("polyline")
    drag(view, QPoint(100, 100), QPoint(200, 100))
    drag(view, QPoint(200, 200), QPoint(200, 200))
    QTest.mouseDClick(view, LEFT, pos=QPoint(200, 200))
    assert len(found) == 1
    assert not grown
    QTest.mouseDClick(view, LEFT, pos=QPoint(400, 400))
    assert grown


def test_cobb_takes_two_lines(view: SliceView) -> None:
    found = told(view)
    view.set_tool("cobb")
    drag(view, QPoint(100, 100), QPoint(300, 100))
    drag(view, QPoint(100, 300), QPoint(273, 400))
    assert found[0].measured[0].value == pytest.approx(30, abs=0.5)


def test_freehand_follows_the_pointer(view: SliceView) -> None:
    found = told(view)
    view.set_tool("freehand")
    square = [(200, 200), *((x, 200) for x in range(210, 310, 10)), *((300, y) for y in range(210, 310, 10))]
    square += [(x, 300) for x in range(290, 190, -10)]
    drag(view, *(QPoint(*point) for point in square))
    area = {one.key: one.value for one in found[0].measured}["area"]
    assert area == pytest.approx((100 / view.state.scale) ** 2, rel=0.01)
    assert len(found[0].outline) == len(found[0].points) + 1


def test_escape_drops_what_is_being_drawn(view: SliceView) -> None:
    found = told(view)
    view.set_tool("angle")
    drag(view, QPoint(300, 100), QPoint(300, 200))
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.draft is None
    QTest.mousePress(view, LEFT, pos=QPoint(100, 100))
    QTest.mouseMove(view, QPoint(150, 150))
    QTest.keyClick(view, Qt.Key.Key_Escape)
    QTest.mouseRelease(view, LEFT, pos=QPoint(150, 150))
    assert view.draft is None
    assert not found


def test_a_click_without_a_drag_measures_nothing(view: SliceView) -> None:
    found = told(view)
    view.set_tool("length")
    QTest.mouseClick(view, LEFT, pos=QPoint(200, 200))
    assert not found


def test_a_handle_is_moved_whatever_the_tool_and_escape_brings_it_back(view: SliceView) -> None:
    found = told(view)
    one, other = point_at(affine(), (4, 5, 6)), point_at(affine(), (4, 18, 25))
    view.set_shapes((Shape("a", "length", (one, other), index=4),))
    view.set_tool("window")
    window = view.state.window
    drag(view, at(view, other), QPoint(310, 240), QPoint(300, 250))
    assert found[0].shape_id == "a"
    assert found[0].points[0] == one
    assert at(view, found[0].points[1]) == QPoint(300, 250)
    assert view.state.window == window
    QTest.mousePress(view, LEFT, pos=QPoint(300, 250))
    QTest.mouseMove(view, QPoint(100, 100))
    QTest.keyClick(view, Qt.Key.Key_Escape)
    QTest.mouseRelease(view, LEFT, pos=QPoint(100, 100))
    assert at(view, view.shapes[0].points[1]) == QPoint(300, 250)
    assert len(found) == 1


def test_a_shape_stands_on_its_own_frame_only_and_is_chosen_by_a_click(view: SliceView) -> None:
    chosen: list[str] = []
    view.shape_chosen.connect(chosen.append)
    points = (point_at(affine(), (4, 5, 6)), point_at(affine(), (4, 18, 25)))
    view.set_shapes((Shape("a", "length", points, ("12 mm",), index=4),))
    middle = at(view, point_at(affine(), (4, 11.5, 15.5)))
    QTest.mouseClick(view, LEFT, pos=middle)
    assert chosen == ["a"]
    view.show_index(5)
    assert not view.shown_shapes()
    QTest.mouseClick(view, LEFT, pos=middle)
    assert chosen == ["a"]
    view.set_overlays_visible(False)
    view.show_index(4)
    bare = view.grab_picture()
    view.set_overlays_visible(True)
    assert view.grab_picture() != bare


def click(view: SliceView, *points: QPoint) -> None:
    """As a hand does: the pointer goes there, then presses and lets go; slowly enough to be no double click."""
    for point in points:
        QTest.mouseMove(view, point)
        QTest.mouseClick(view, LEFT, pos=point, delay=10)
        QTest.mouseMove(view, point + QPoint(1, 0))


def test_two_clicks_measure_what_a_drag_between_them_does(view: SliceView) -> None:
    found = told(view)
    view.set_tool("length")
    drag(view, QPoint(200, 200), QPoint(350, 240))
    view.set_shapes(())
    click(view, QPoint(200, 200))
    assert view.draft is not None
    QTest.mouseMove(view, QPoint(300, 300))
    assert at(view, view.draft.points[1]) == QPoint(300, 300), "the line follows the pointer"
    click(view, QPoint(350, 240))
    assert view.draft is None
    assert found[1].measured == found[0].measured


def test_an_angle_by_three_clicks_is_the_one_that_was_clicked(view: SliceView) -> None:
    """The second click was taken for the third point: a recorded angle of 0 degrees."""
    found = told(view)
    view.set_tool("angle")
    click(view, QPoint(300, 100), QPoint(300, 200))
    assert not found
    click(view, QPoint(400, 200))
    assert found[0].measured[0].value == pytest.approx(90, abs=0.5)


def test_cobb_by_four_clicks(view: SliceView) -> None:
    found = told(view)
    view.set_tool("cobb")
    click(view, QPoint(100, 100), QPoint(300, 100), QPoint(100, 300))
    assert not found
    click(view, QPoint(273, 400))
    assert found[0].measured[0].value == pytest.approx(30, abs=0.5)


def test_the_short_diameter_begins_as_half_of_the_long_one(view: SliceView) -> None:
    """It was half of the first pixels of the drag, its handles one on the other."""
    found = told(view)
    view.set_tool("bidirectional")
    drag(view, QPoint(200, 200), QPoint(203, 200), QPoint(300, 200), QPoint(400, 200))
    click(view, QPoint(200, 300), QPoint(400, 300))
    for one in found:
        long, short = (each.value for each in one.measured)
        assert short == pytest.approx(long / 2)


def test_half_a_measurement_is_dropped_by_enter_escape_and_a_double_click(view: SliceView) -> None:
    found, grown = told(view), []
    view.activated.connect(lambda: grown.append(1))
    view.set_tool("length")
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape):
        click(view, QPoint(200, 200))
        QTest.mouseMove(view, QPoint(300, 300))
        QTest.keyClick(view, key)
        assert view.draft is None
    QTest.mouseClick(view, LEFT, pos=QPoint(200, 200))
    QTest.mouseDClick(view, LEFT, pos=QPoint(200, 200))
    assert (view.draft, grown) == (None, [1])
    assert not found


def test_a_click_on_a_measurement_chooses_it_while_a_tool_is_in_hand(view: SliceView) -> None:
    chosen: list[str] = []
    view.shape_chosen.connect(chosen.append)
    points = (point_at(affine(), (4, 5, 6)), point_at(affine(), (4, 18, 25)))
    view.set_shapes((Shape("a", "length", points, ("12 mm",), index=4),))
    view.set_tool("length")
    click(view, at(view, point_at(affine(), (4, 11.5, 15.5))))
    assert chosen == ["a"]
    assert view.draft is None
