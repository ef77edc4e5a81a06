"""Whatever is done to a view, a point of the patient stays under its pixel, its heat, its marker, its letters."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PySide6.QtCore import QPointF

from tests.support.viewers2d import (
    GEOMETRIES,
    SHAPE,
    WINDOW,
    ArraySource,
    brightest,
    grey_of_image,
    one_bright_voxel,
    point_at,
    volume,
)
from viewers import geometry
from viewers.mpr_view import MprView, PlaneKind
from viewers.overlays.layout import legend_rect
from viewers.slice_view import SliceView
from viewers.types import Affine, HeatLayer, Marker, Point, TextLevel, ViewState

SIZE = (260, 220)
EVERY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

indices = st.tuples(st.integers(1, SHAPE[0] - 2), st.integers(2, SHAPE[1] - 3), st.integers(2, SHAPE[2] - 3))
names = st.sampled_from(sorted(GEOMETRIES))
ways = st.builds(
    ViewState,
    window=st.just(WINDOW),
    scale=st.floats(4.0, 14.0),
    pan_px=st.tuples(st.floats(-40, 40), st.floats(-40, 40)),
    quarter_turns=st.integers(0, 3),
    flip_horizontal=st.booleans(),
    flip_vertical=st.booleans(),
)
View = SliceView | MprView


def stack(pixels: NDArray[np.int16], affine: Affine, index: tuple[int, int, int]) -> SliceView:
    view = SliceView()
    view.resize(*SIZE)
    view.set_source(ArraySource(pixels, affine), [WINDOW])
    view.show_index(index[0])
    view.set_text_level(TextLevel.NONE)
    return view


def plane(pixels: NDArray[np.int16], affine: Affine, index: tuple[int, int, int], kind: PlaneKind) -> MprView:
    view = MprView(kind)
    view.resize(*SIZE)
    view.set_volume(volume(pixels, affine), [WINDOW])
    view.jump_to(point_at(affine, index))
    view.set_text_level(TextLevel.NONE)
    return view


def place_of(view: View, point: Point) -> tuple[float, float]:
    found = view.px_of(point)
    assert found is not None
    assume(12 < found[0] < SIZE[0] - 12)
    assume(12 < found[1] < SIZE[1] - 12)
    return found


def one_voxel_px(view: View) -> float:
    assert view.picture is not None
    assert view.box is not None
    steps = (geometry.step_along(view.picture.affine, way) for way in (view.box.right, view.box.down))
    return view.state.scale * max(steps)


def changed_by(view: View, change: str, with_it: object, without_it: object) -> NDArray[np.float64]:
    """How much brighter each pixel is with something than without it."""
    getattr(view, change)(with_it)
    after = grey_of_image(view.grab_picture())
    getattr(view, change)(without_it)
    return np.abs(after - grey_of_image(view.grab_picture()))


def heat_at(index: tuple[int, int, int], affine: Affine, value: float) -> HeatLayer:
    """Heat on a grid of its own, half as fine in the slice, whose only hot voxel lies at a voxel of the picture."""
    coarse = affine @ np.diag([1.0, 2.0, 2.0, 1.0])
    coarse[:3, 3] = affine[:3, :3] @ (0.0, index[1] % 2, index[2] % 2) + affine[:3, 3]
    values = np.zeros((SHAPE[0], SHAPE[1] // 2, SHAPE[2] // 2), np.float32)
    values[index[0], index[1] // 2, index[2] // 2] = value
    return HeatLayer("h", values, coarse, "opacity", threshold=0.5, colormap="viridis")


@pytest.mark.usefixtures("qapp")
@EVERY
@given(names, indices, ways)
def test_brightest_pixel_of_a_stack_is_where_the_point_is(
    name: str, index: tuple[int, int, int], way: ViewState
) -> None:
    view = stack(one_bright_voxel(index), GEOMETRIES[name], index)
    view.set_state(way)
    wanted = place_of(view, point_at(GEOMETRIES[name], index))
    view.peek(True)
    found = brightest(grey_of_image(view.grab_picture()))
    assert np.hypot(found[0] - wanted[0], found[1] - wanted[1]) < one_voxel_px(view)
    view.deleteLater()


@pytest.mark.usefixtures("qapp")
@EVERY
@given(names, indices, ways, st.sampled_from(list(PlaneKind)))
def test_brightest_pixel_of_a_plane_is_where_the_point_is(
    name: str, index: tuple[int, int, int], way: ViewState, kind: PlaneKind
) -> None:
    view = plane(one_bright_voxel(index), GEOMETRIES[name], index, kind)
    view.set_state(way)
    wanted = place_of(view, point_at(GEOMETRIES[name], index))
    view.peek(True)
    found = brightest(grey_of_image(view.grab_picture()))
    assert np.hypot(found[0] - wanted[0], found[1] - wanted[1]) < one_voxel_px(view)
    view.deleteLater()


@pytest.mark.usefixtures("qapp")
@EVERY
@given(names, indices, ways, st.sampled_from([None, *PlaneKind]))
def test_peak_of_heat_is_where_the_point_is(
    name: str, index: tuple[int, int, int], way: ViewState, kind: PlaneKind | None
) -> None:
    affine, black = GEOMETRIES[name], np.zeros(SHAPE, np.int16)
    view: View = stack(black, affine, index) if kind is None else plane(black, affine, index, kind)
    view.set_state(way)
    wanted = place_of(view, point_at(affine, index))
    view.set_heat((heat_at(index, affine, 1.0),))
    assume(not legend_rect(view.scene()).adjusted(-30, -30, 30, 30).contains(QPointF(*wanted)))
    hot, cold = (heat_at(index, affine, 1.0),), (heat_at(index, affine, 0.0),)
    found = brightest(changed_by(view, "set_heat", hot, cold))
    assert np.hypot(found[0] - wanted[0], found[1] - wanted[1]) < one_voxel_px(view)
    view.deleteLater()


@pytest.mark.usefixtures("qapp")
@EVERY
@given(names, indices, ways, st.sampled_from([None, *PlaneKind]))
def test_marker_ring_is_centred_on_the_point(
    name: str, index: tuple[int, int, int], way: ViewState, kind: PlaneKind | None
) -> None:
    affine, black = GEOMETRIES[name], np.zeros(SHAPE, np.int16)
    view: View = stack(black, affine, index) if kind is None else plane(black, affine, index, kind)
    view.set_state(way)
    point = point_at(affine, index)
    wanted = place_of(view, point)
    assume(20 < wanted[0] < SIZE[0] - 20)
    assume(20 < wanted[1] < SIZE[1] - 20)
    drawn = changed_by(view, "set_markers", (Marker("m", point, "", selected=True),), ())
    y, x = np.nonzero(drawn > 40)
    middle = (x.min() + x.max() + 1) / 2, (y.min() + y.max() + 1) / 2
    assert np.hypot(middle[0] - wanted[0], middle[1] - wanted[1]) < max(2.0, one_voxel_px(view))
    view.deleteLater()


@pytest.mark.usefixtures("qapp")
@EVERY
@given(names, ways, st.sampled_from([None, *PlaneKind]))
def test_letters_stand_where_the_patients_sides_are(
    name: str, way: ViewState, kind: PlaneKind | None
) -> None:
    affine, black, index = GEOMETRIES[name], np.zeros(SHAPE, np.int16), (4, 12, 16)
    view: View = stack(black, affine, index) if kind is None else plane(black, affine, index, kind)
    view.set_state(way)
    middle = point_at(affine, index)
    start = view.px_of(middle)
    assert start is not None
    left, right, top, bottom = view.letters()
    for axis, (plus, minus) in enumerate((("L", "R"), ("P", "A"), ("H", "F"))):
        moved = list(middle)
        moved[axis] += 10.0
        end = view.px_of((moved[0], moved[1], moved[2]))
        assert end is not None
        x_share, y_share = (end[0] - start[0]) / way.scale / 10.0, (end[1] - start[1]) / way.scale / 10.0
        assert (plus in right, minus in left) == (x_share > geometry.LETTER_LEAN,) * 2
        assert (minus in right, plus in left) == (x_share < -geometry.LETTER_LEAN,) * 2
        assert (plus in bottom, minus in top) == (y_share > geometry.LETTER_LEAN,) * 2
        assert (minus in bottom, plus in top) == (y_share < -geometry.LETTER_LEAN,) * 2
    view.deleteLater()


@pytest.mark.usefixtures("qapp")
@EVERY
@given(names, ways, st.floats(5, SIZE[0] - 5), st.floats(5, SIZE[1] - 5), st.sampled_from([None, *PlaneKind]))
def test_pixel_to_point_and_back_is_the_same_pixel(
    name: str, way: ViewState, x_px: float, y_px: float, kind: PlaneKind | None
) -> None:
    affine, black, index = GEOMETRIES[name], np.zeros(SHAPE, np.int16), (4, 12, 16)
    view: View = stack(black, affine, index) if kind is None else plane(black, affine, index, kind)
    view.set_state(replace(way, fitted=False))
    point = view.mm_at(x_px, y_px)
    assert point is not None
    assert view.px_of(point) == pytest.approx((x_px, y_px), abs=1e-6)
    view.deleteLater()
