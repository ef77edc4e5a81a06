"""A window from a region, dragged with the mouse."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pytestqt.qtbot import QtBot

from tests.support.viewers2d import axial_of, drag
from viewers.mpr_view import MprView
from viewers.region_window import window_of
from viewers.slabs import Slab, SlabMode
from viewers.types import WindowLevel

SIZE = 60


@pytest.fixture
def view(qtbot: QtBot) -> MprView:
    """Left half 100 HU, right half 300 HU with padding in a corner; 4 device pixels a voxel."""
    pixels = np.zeros((SIZE, SIZE, SIZE), np.int16)
    pixels[:, :, : SIZE // 2], pixels[:, :, SIZE // 2 :] = 50, 150
    pixels[:, 40:, 40:] = -1000
    pixels[32] += 1000  # a bright layer beside the middle one
    made = axial_of(qtbot, pixels, 4, slope=2.0, padding=-1000)
    made.set_tool("region")
    return made


def test_one_tissue_fills_the_window(view: MprView) -> None:
    drag(view, (20, 20), (90, 90))
    assert view.state.window == WindowLevel(100.0, view.window_pace.smallest_width)


def test_two_tissues_are_its_ends_whichever_way_it_is_dragged(view: MprView) -> None:
    drag(view, (200, 100), (40, 20))
    assert view.state.window == WindowLevel(200.0, 200.0)


def test_padding_and_what_lies_outside_do_not_count(view: MprView) -> None:
    view.zoom_at(0.5, 120, 120)
    drag(view, (2, 2), (238, 238))
    assert view.state.window == WindowLevel(200.0, 200.0)


def test_a_region_of_padding_alone_or_of_nothing_changes_nothing(view: MprView) -> None:
    before = view.state
    drag(view, (180, 180), (230, 230))
    assert view.state == before
    drag(view, (100, 100), (101, 101))
    assert view.state == before


def test_of_a_slab_what_is_seen_counts(view: MprView) -> None:
    view.set_slab(Slab(SlabMode.MIP, 10.0))
    drag(view, (20, 20), (90, 90))
    assert view.state.window.center == 2100.0


def test_escape_leaves_the_window_alone(view: MprView) -> None:
    before = view.state
    drag(view, (20, 20), (90, 90), cancel=True)
    assert view.state == before


@given(
    hnp.arrays(np.float64, st.integers(4, 300), elements=st.floats(-1e6, 1e6)),
    st.floats(0.001, 10.0),
)
def test_the_window_lies_within_the_values(values: np.ndarray, smallest: float) -> None:
    window = window_of(values, smallest)
    assert window is not None
    assert window.width >= smallest
    assert values.min() - 1e-6 <= window.center <= values.max() + 1e-6
    assert window.width <= max(smallest, values.max() - values.min() + 1e-6)


def test_values_that_are_none_say_nothing() -> None:
    assert window_of(np.array([np.nan, np.inf, 1.0, 2.0, 3.0]), 1.0) is None
