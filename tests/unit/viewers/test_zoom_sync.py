"""A view that follows the zoom of another keeps still what lies under the pointer there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewers.geometry import SCALE_LIMITS, zoomed
from viewers.types import ViewState, WindowLevel
from viewers.zoom_sync import follow

WINDOW = WindowLevel(0.0, 100.0)
pans = st.tuples(st.floats(-500, 500), st.floats(-500, 500))


@given(st.floats(0.1, 10), st.floats(0.1, 10), pans, pans, st.floats(0.5, 2), pans)
def test_a_point_of_the_screen_stays_still_in_both(
    scale: float,
    other_scale: float,
    pan: tuple[float, float],
    other_pan: tuple[float, float],
    factor: float,
    at: tuple[float, float],
) -> None:
    size = (800, 600)
    before = ViewState(WINDOW, scale, pan)
    other = ViewState(WINDOW, other_scale, other_pan)
    after = zoomed(before, factor, at, size)
    assert follow(other, before, after).scale == pytest.approx(other_scale * factor)
    assert follow(other, before, after).pan_px == pytest.approx(
        zoomed(other, factor, at, size).pan_px, abs=1e-6
    )


@given(st.floats(SCALE_LIMITS[0], SCALE_LIMITS[1]), st.lists(st.floats(0.001, 1000), min_size=1, max_size=40))
def test_however_the_leader_is_zoomed_the_scale_stays_in_its_range(
    start: float, factors: list[float]
) -> None:
    """It went to 0 where the two views stood far apart, and the next zoom divided by it."""
    leader, follower = ViewState(WINDOW, SCALE_LIMITS[1]), ViewState(WINDOW, start)
    for factor in factors:
        after = zoomed(leader, factor, (30, 40), (800, 600))
        follower, leader = follow(follower, leader, after), after
        assert SCALE_LIMITS[0] <= follower.scale <= SCALE_LIMITS[1]
