"""A breast in its view: one scale, chest wall at the edge; and a walk that leaves nothing out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewers.breast import Breast
from viewers.breast_fit import (
    BreastBox,
    at_from_chest,
    breast_box,
    from_chest,
    largest_scale,
    part_seen,
    placed,
)
from viewers.geometry import frame_box, px_of, screen_plane
from viewers.types import ViewState, WindowLevel
from viewers.walk import at_part, parts, with_tissue

STATE = ViewState(WindowLevel(0, 1), fitted=True)
AFFINE = np.diag([1.0, 0.1, 0.1, 1.0])
BOX = frame_box(AFFINE, 3000, 2000)
SIZE = (400, 500)


def of(chest: str, box: tuple[float, float, float, float]) -> BreastBox:
    found = Breast(np.zeros((1, 1), bool), 1, box, chest, (0, 1))  # type: ignore[arg-type]
    return breast_box(found, BOX, (3000, 2000))


@pytest.mark.parametrize(("chest", "edge_mm", "edge_px"), [("left", 0.0, 0.0), ("right", 200.0, 400.0)])
@pytest.mark.parametrize("mirrored", [False, True])
def test_the_chest_wall_lies_at_the_edge_of_the_view(
    chest: str, edge_mm: float, edge_px: float, mirrored: bool
) -> None:
    rows = (500.0, 2500.0)
    columns = (0.0, 1200.0) if chest == "left" else (800.0, 2000.0)
    one = of(chest, (rows[0], columns[0], rows[1], columns[1]))
    state = ViewState(WindowLevel(0, 1), flip_horizontal=mirrored, fitted=True)
    scale = largest_scale(one, state, SIZE)
    assert scale == pytest.approx(0.98 * min(400 / 120, 500 / 200))
    there = placed(one, state, SIZE, scale)
    plane = screen_plane(BOX, there, SIZE)
    x_px, y_px, _ = px_of(plane, (0.0, 150.0 - 0.05, edge_mm - 0.05))
    assert x_px == pytest.approx(400 - edge_px if mirrored else edge_px, abs=0.01)
    assert y_px == pytest.approx(250, abs=0.01), "the middle of the breast is the middle of the view"
    assert part_seen(one, there, SIZE) == pytest.approx((0, 0, 1, 1))


@given(
    scale=st.floats(1, 20),
    width=st.integers(100, 2000),
    height=st.integers(100, 2000),
    chest=st.sampled_from(["left", "right", ""]),
    turns=st.integers(0, 3),
)
def test_every_part_of_the_breast_is_seen(
    scale: float, width: int, height: int, chest: str, turns: int
) -> None:
    one = of(chest, (300.0, 0.0, 2900.0, 1500.0))
    state = ViewState(WindowLevel(0, 1), quarter_turns=turns)
    stops = parts(one, state, (width, height), scale)
    seen = [part_seen(one, at_part(state, stop, scale), (width, height)) for stop in stops]
    rng = np.random.default_rng(0)
    for x, y in rng.random((40, 2)):
        assert any(
            left - 1e-9 <= x <= right + 1e-9 and top - 1e-9 <= y <= low + 1e-9
            for left, top, right, low in seen
        )
    assert len(set(stops)) == len(stops)


def test_the_walk_begins_above_at_the_chest_wall_and_turns_back_at_the_end_of_a_row() -> None:
    one = of("right", (0.0, 0.0, 3000.0, 2000.0))
    stops = parts(one, STATE, SIZE, 4.0)  # 800 x 1200 px of breast in 400 x 500
    assert len(stops) == 9
    xs, ys = np.array(stops).T
    assert xs[0] == -200.0, "the right half first"
    assert list(xs[:3]) == sorted(xs[:3])
    assert list(xs[3:6]) == sorted(xs[3:6], reverse=True)
    assert ys[0] == ys[2] > ys[3] == ys[5] > ys[6]


def test_parts_of_air_are_left_out_and_no_tissue_is() -> None:
    air = np.ones((300, 200), dtype=bool)
    air[200:, 150:] = False
    breast = Breast(air, 10, (0.0, 0.0, 3000.0, 2000.0), "right", (0, 1))
    one = breast_box(breast, BOX, (3000, 2000))
    stops = parts(one, STATE, SIZE, 4.0)
    kept = with_tissue(stops, breast, ViewState(WindowLevel(0, 1), scale=4.0), SIZE, (10.0, 10.0))
    assert set(kept) < set(stops)
    seen = [part_seen(one, at_part(STATE, stop, 4.0), SIZE) for stop in kept]
    assert all(right > 0.75 and low > 2 / 3 for _, _, right, low in seen)
    assert max(right for _, _, right, _ in seen) == max(low for _, _, _, low in seen) == 1.0
    mirrored = ViewState(WindowLevel(0, 1), scale=4.0, flip_horizontal=True)
    stops = parts(one, mirrored, SIZE, 4.0)
    kept = with_tissue(stops, breast, mirrored, SIZE, (10.0, 10.0))
    assert kept
    assert all(part_seen(one, at_part(mirrored, stop, 4.0), SIZE)[0] < 0.25 for stop in kept)


@given(
    across=st.floats(-300, 300), down=st.floats(-300, 300), scale=st.floats(0.5, 20), mirrored=st.booleans()
)
def test_a_place_is_found_again_in_the_other_breast(
    across: float, down: float, scale: float, mirrored: bool
) -> None:
    right, left = of("right", (300.0, 900.0, 2900.0, 2000.0)), of("left", (100.0, 0.0, 2700.0, 1300.0))
    state = ViewState(WindowLevel(0, 1), scale=scale, pan_px=(across, down), flip_horizontal=mirrored)
    place = from_chest(right, state)
    assert place is not None
    there = at_from_chest(left, ViewState(WindowLevel(0, 1), flip_horizontal=mirrored), place, scale)
    assert from_chest(left, there) == pytest.approx(place, abs=1e-6)
    back = at_from_chest(right, state, place, scale)
    assert back.pan_px == pytest.approx(state.pan_px, abs=1e-6)
    turned = ViewState(WindowLevel(0, 1), quarter_turns=1)
    assert from_chest(right, turned) is None
    assert from_chest(of("", (0.0, 0.0, 100.0, 100.0)), state) is None
