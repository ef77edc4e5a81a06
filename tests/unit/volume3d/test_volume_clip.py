"""The box along the volume's own axes and the plane across it, with known points."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.viewers2d import GEOMETRIES
from viewers.types import VolumeImage
from viewers.volume_clip import Crop, HalfSpace, edges, handles, is_kept, place_at, share_per_px, sides

SHAPE = (20, 40, 60)
shares = st.tuples(*(st.floats(0.0, 1.0) for _ in range(3)))


def volume(name: str = "axial") -> VolumeImage:
    return VolumeImage(np.zeros(SHAPE, dtype=np.int16), GEOMETRIES[name])


@pytest.mark.parametrize("name", list(GEOMETRIES))
@settings(max_examples=40, deadline=None)
@given(low=shares, extent=st.tuples(*(st.floats(0.1, 1.0) for _ in range(3))), at=shares)
def test_kept_is_what_lies_in_the_box_in_any_geometry(
    name: str,
    low: tuple[float, float, float],
    extent: tuple[float, float, float],
    at: tuple[float, float, float],
) -> None:
    high = tuple(min(first + size, 1.0) for first, size in zip(low, extent, strict=True))
    crop = Crop(low, (high[0], high[1], high[2]))
    inside = all(a <= x <= b for a, x, b in zip(low, at, high, strict=True))
    near = any(min(abs(x - a), abs(x - b)) < 1e-6 for a, x, b in zip(low, at, high, strict=True))
    point = place_at(volume(name), np.array([at]))
    if not near:
        assert bool(is_kept(point, sides(crop, volume(name)))[0]) == inside


def test_a_whole_box_cuts_nothing() -> None:
    assert sides(Crop(), volume()) == ()
    assert len(edges(Crop(), volume())) == 12
    assert len(handles(Crop(), volume())) == 6


def test_sides_never_pass_each_other() -> None:
    crop = Crop().moved(2, is_high=True, to=0.3).moved(2, is_high=False, to=0.9)
    assert crop.low[2] < crop.high[2] == 0.3
    assert Crop().moved(0, is_high=False, to=-4.0).low[0] == 0.0


def test_a_drag_of_the_whole_extent_moves_a_side_by_all_of_it() -> None:
    """60 columns of 0.7 mm, seen at 4 pixels a mm from the front: 168 pixels."""
    on_screen = np.array([[4.0, 0.0], [0.0, 0.0], [0.0, -4.0]])
    assert share_per_px(volume(), 2, on_screen) @ (168.0, 0.0) == pytest.approx(1.0)
    assert (
        share_per_px(volume(), 1, on_screen) @ (100.0, 100.0) == 0.0
    )  # towards the eye: no drag can say how far


def test_a_plane_keeps_the_side_of_its_normal() -> None:
    space = HalfSpace((0.0, 0.0, 5.0), (0.0, 0.0, 1.0))
    assert is_kept(np.array([[0.0, 0, 6], [0, 0, 4]]), (space,)).tolist() == [True, False]
