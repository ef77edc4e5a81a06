from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.support.viewers2d import GEOMETRIES, SHAPE, affine, point_at
from viewers import geometry
from viewers.types import ViewState, WindowLevel

STATE = ViewState(WindowLevel(0, 100))


def test_fit_fills_the_view_along_the_tighter_side() -> None:
    box = geometry.frame_box(affine(), rows=24, columns=32)  # 22.4 mm wide, 19.2 mm high
    assert (box.width_mm, box.height_mm) == pytest.approx((22.4, 19.2))
    assert geometry.fit_scale(box, STATE, (448, 448)) == pytest.approx(20.0)
    assert geometry.fit_scale(box, STATE, (800, 192)) == pytest.approx(10.0)


def test_fit_of_a_turned_picture_swaps_its_sides() -> None:
    box = geometry.frame_box(affine(), rows=24, columns=32)
    assert geometry.fit_scale(box, replace(STATE, quarter_turns=1), (192, 224)) == pytest.approx(10.0)


def test_first_pixel_lies_half_a_pixel_inside_the_corner() -> None:
    box = geometry.frame_box(affine(), rows=24, columns=32)
    plane = geometry.screen_plane(box, replace(STATE, scale=10.0), (224, 192))
    assert geometry.px_of(plane, (-20.0, 5.0, 100.0)) == pytest.approx((3.5, 4.0, 0.0))
    assert geometry.mm_at(plane, 3.5, 4.0) == pytest.approx((-20.0, 5.0, 100.0))


@pytest.mark.parametrize(
    ("change", "corner"),
    [
        ({}, (3.5, 4.0)),
        ({"flip_horizontal": True}, (220.5, 4.0)),
        ({"flip_vertical": True}, (3.5, 188.0)),
        ({"quarter_turns": 2}, (220.5, 188.0)),
    ],
)
def test_first_pixel_goes_to_the_corner_that_flips_and_turns_say(
    change: dict[str, object], corner: tuple[float, float]
) -> None:
    box = geometry.frame_box(affine(), rows=24, columns=32)
    plane = geometry.screen_plane(box, replace(STATE, scale=10.0, **change), (224, 192))  # type: ignore[arg-type]
    assert geometry.px_of(plane, (-20.0, 5.0, 100.0))[:2] == pytest.approx(corner)


def test_a_quarter_turn_is_clockwise() -> None:
    box = geometry.frame_box(affine(), rows=24, columns=32)
    plane = geometry.screen_plane(box, replace(STATE, scale=10.0, quarter_turns=1), (192, 224))
    # what was top left is now top right
    assert geometry.px_of(plane, (-20.0, 5.0, 100.0))[:2] == pytest.approx((188.0, 3.5))


def test_zoom_keeps_the_point_under_the_pointer() -> None:
    box = geometry.frame_box(affine(), rows=24, columns=32)
    size = (300.0, 200.0)
    before = replace(STATE, scale=7.0, pan_px=(11.0, -5.0), quarter_turns=3, flip_vertical=True)
    at = geometry.mm_at(geometry.screen_plane(box, before, size), 40.0, 150.0)
    after = geometry.zoomed(before, 2.5, (40.0, 150.0), size)
    assert geometry.px_of(geometry.screen_plane(box, after, size), at)[:2] == pytest.approx((40.0, 150.0))


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@pytest.mark.parametrize("horizontal", [True, False])
def test_flip_mirrors_what_is_seen_on_a_turned_picture_too(turns: int, horizontal: bool) -> None:
    box = geometry.frame_box(affine(), rows=24, columns=32)
    size = (300.0, 200.0)
    before = replace(STATE, scale=5.0, pan_px=(20.0, -8.0), quarter_turns=turns)
    point = (-12.0, 9.0, 100.0)
    x_px, y_px, _ = geometry.px_of(geometry.screen_plane(box, before, size), point)
    after = geometry.flipped(before, horizontal=horizontal)
    mirrored = (300.0 - x_px, y_px) if horizontal else (x_px, 200.0 - y_px)
    assert geometry.px_of(geometry.screen_plane(box, after, size), point)[:2] == pytest.approx(mirrored)


def test_letters_of_an_axial_slice_follow_radiological_convention() -> None:
    box = geometry.frame_box(affine(), rows=24, columns=32)
    assert geometry.edge_letters(geometry.screen_plane(box, STATE, (100, 100))) == ("R", "L", "A", "P")


def test_letters_change_sides_with_a_flip_and_edges_with_a_turn() -> None:
    box = geometry.frame_box(affine(), rows=24, columns=32)
    flipped = geometry.screen_plane(box, replace(STATE, flip_horizontal=True), (100, 100))
    turned = geometry.screen_plane(box, replace(STATE, quarter_turns=1), (100, 100))
    assert geometry.edge_letters(flipped) == ("L", "R", "A", "P")
    assert geometry.edge_letters(turned) == ("P", "A", "R", "L")


def test_letters_of_an_oblique_direction_come_strongest_first() -> None:
    assert geometry.direction_letters(np.array([-0.8, -0.6, 0.0])) == "RA"
    assert geometry.direction_letters(np.array([0.3, 0.5, -0.81])) == "FPL"


def test_a_lean_below_fifteen_degrees_takes_no_letter() -> None:
    assert geometry.direction_letters(np.array([0.0, np.sin(np.radians(14)), np.cos(np.radians(14))])) == "H"
    assert geometry.direction_letters(np.array([0.0, np.sin(np.radians(16)), np.cos(np.radians(16))])) == "HP"


def test_letters_of_a_radiograph_come_from_its_header_and_follow_turns() -> None:
    assert geometry.turned_letters("L", "F", STATE) == ("R", "L", "H", "F")
    assert geometry.turned_letters("L", "F", replace(STATE, flip_horizontal=True)) == ("L", "R", "H", "F")
    assert geometry.turned_letters("L", "F", replace(STATE, quarter_turns=1)) == ("F", "H", "R", "L")
    assert geometry.turned_letters("", "", STATE) == ("", "", "", "")


@pytest.mark.parametrize(
    ("scale", "longest", "wanted"),
    [
        (2.0, 160.0, (50.0, 100.0)),
        (0.3, 100.0, (200.0, 60.0)),
        (14.0, 160.0, (10.0, 140.0)),
        (100.0, 50.0, (0.5, 50.0)),
    ],
)
def test_scale_bar_is_the_longest_round_length_that_fits(
    scale: float, longest: float, wanted: tuple[float, float]
) -> None:
    assert geometry.scale_bar(scale, longest) == pytest.approx(wanted)


def test_step_along_an_axis_is_the_spacing_even_when_slices_shear() -> None:
    sheared = GEOMETRIES["gantry tilt"]
    assert geometry.step_along(sheared, np.array([0.0, 0.0, 1.0])) == pytest.approx(3.0)
    assert geometry.step_along(affine(), np.array([0.0, 1.0, 0.0])) == pytest.approx(0.8)


def test_visible_part_is_the_pictures_rectangle() -> None:
    box = geometry.frame_box(affine(), rows=24, columns=32)
    plane = geometry.screen_plane(box, replace(STATE, scale=10.0), (300, 300))
    corners = geometry.visible_part(affine(), (1, 24, 32), plane, (300, 300))
    assert corners.min(axis=0) == pytest.approx((38.0, 54.0), abs=1e-3)
    assert corners.max(axis=0) == pytest.approx((262.0, 246.0), abs=1e-3)


def test_nothing_is_visible_of_a_volume_beside_the_plane() -> None:
    far = affine()
    box = geometry.volume_box(far, SHAPE, np.eye(3), (0.0, 0.0, 500.0))
    plane = geometry.screen_plane(box, replace(STATE, scale=5.0), (300, 300))
    assert len(geometry.visible_part(far, SHAPE, plane, (300, 300))) == 0


@pytest.mark.parametrize("name", GEOMETRIES)
def test_pixel_matrix_leads_to_the_voxel_whose_centre_lies_there(name: str) -> None:
    index_to_mm = GEOMETRIES[name]
    box = geometry.volume_box(index_to_mm, SHAPE, np.eye(3)[:, [0, 1, 2]], point_at(index_to_mm, (4, 10, 20)))
    plane = geometry.screen_plane(box, replace(STATE, scale=9.0, pan_px=(3.3, -7.7)), (300, 260))
    x_px, y_px, depth = geometry.px_of(plane, point_at(index_to_mm, (4, 10, 20)))
    matrix = geometry.index_from_pixels(index_to_mm, plane, 2.0)
    device = np.array([2.0 * x_px - 0.5, 2.0 * y_px - 0.5, depth, 1.0])
    assert (matrix @ device)[:3] == pytest.approx((4.0, 10.0, 20.0))


def test_a_missing_slice_step_becomes_one_across_the_picture() -> None:
    flat = affine(slice_step=(0.0, 0.0, 0.0))
    assert geometry.index_at(flat, (-20.0 + 0.7 * 3, 5.0 + 0.8 * 2, 100.0)) == pytest.approx((0.0, 2.0, 3.0))
