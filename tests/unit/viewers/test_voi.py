"""Grey by the standard's functions and by tables, for windows of any width and tables of any depth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewers.showing import VoiTable
from viewers.types import WindowLevel
from viewers.windowing import Voi, blacken, direct_grey, look_up, voi_grey, window_table

values = st.lists(st.integers(-70_000, 70_000), min_size=1, max_size=40).map(np.asarray)
windows = st.builds(WindowLevel, st.floats(-3000, 3000), st.floats(0.5, 5000))
tables = st.builds(
    lambda first, entries: VoiTable(first, np.asarray(entries, dtype=np.uint16), 12),
    st.integers(-40_000, 40_000),
    st.lists(st.integers(0, 4095), min_size=1, max_size=300),
)


@given(values, windows)
def test_linear_exact_follows_the_standards_formula(data: np.ndarray, window: WindowLevel) -> None:
    # PS3.3 C.11.2.1.3.2: (x - c) / w + 0.5 between c - w/2 and c + w/2
    grey = voi_grey(data, Voi(window, "LINEAR_EXACT"))
    for value, shade in zip(data.tolist(), grey.tolist(), strict=True):
        wanted = min(max((value - window.center) / window.width + 0.5, 0.0), 1.0) * 255
        assert abs(shade - wanted) <= 0.501


@given(values, windows)
def test_sigmoid_follows_the_standards_formula(data: np.ndarray, window: WindowLevel) -> None:
    # PS3.3 C.11.2.1.3.1: 1 / (1 + exp(-4 (x - c) / w))
    grey = voi_grey(data, Voi(window, "SIGMOID"))
    for value, shade in zip(data.tolist(), grey.tolist(), strict=True):
        share = max(min(-4 * (value - window.center) / window.width, 500.0), -500.0)
        assert abs(shade - 255 / (1 + math.exp(share))) <= 0.501


@given(values, tables)
def test_a_table_clamps_at_both_ends(data: np.ndarray, table: VoiTable) -> None:
    # PS3.3 C.11.2.1.1: below the first mapped value its entry holds, above the last the last one
    grey = voi_grey(data, Voi(WindowLevel(0, 1), table=table))
    for value, shade in zip(data.tolist(), grey.tolist(), strict=True):
        place = min(max(value - table.first, 0), len(table.table) - 1)
        assert abs(shade - table.table[place] / 4095 * 255) <= 0.501


@given(st.sampled_from(["uint8", "int8", "uint16", "int16"]), tables, st.booleans())
def test_the_fast_way_gives_what_the_slow_one_does(kind: str, table: VoiTable, invert: bool) -> None:
    limits = np.iinfo(kind)
    stored = np.linspace(limits.min, limits.max, 500).astype(kind)
    voi = Voi(WindowLevel(0, 1), table=table)
    quick = look_up(stored, window_table(kind, 1.5, -20.0, voi, invert))
    assert np.array_equal(quick, direct_grey(stored, 1.5, -20.0, voi, invert))


def test_what_is_no_number_is_black_through_every_curve() -> None:
    data = np.array([np.nan, 50.0], dtype=np.float32)
    table = VoiTable(0, np.arange(101, dtype=np.uint16) + 1, 8)
    for voi in (
        Voi(WindowLevel(0, 2), "SIGMOID"),
        Voi(WindowLevel(0, 2), "LINEAR_EXACT"),
        Voi(WindowLevel(0, 2)),
    ):
        assert direct_grey(data, 1.0, 0.0, voi, invert=False)[0] == 0
    assert direct_grey(data, 1.0, 0.0, Voi(WindowLevel(0, 2), table=table), invert=False)[1] == 51


@given(st.integers(-40_000, 40_000), st.integers(0, 5000), st.sampled_from(["int16", "uint16"]))
def test_a_padding_range_is_black_and_nothing_else(low: int, size: int, kind: str) -> None:
    white = np.full(65536, 200, dtype=np.uint8)
    black = look_up(
        np.arange(65536, dtype=np.uint32).astype(np.uint16).view(kind),
        blacken(white, kind, (low, low + size)),
    )
    stored = np.arange(65536, dtype=np.uint32).astype(np.uint16).view(kind).astype(int)
    assert np.array_equal(black == 0, (stored >= low) & (stored <= low + size))


def test_a_table_is_scaled_by_its_own_depth() -> None:
    assert voi_grey(
        np.array([0, 1]), Voi(WindowLevel(0, 1), table=VoiTable(0, np.array([0, 1023], np.uint16), 10))
    ).tolist() == [0, 255]
    assert voi_grey(
        np.array([1]), Voi(WindowLevel(0, 1), table=VoiTable(0, np.array([0, 128], np.uint8), 8))
    ).tolist() == pytest.approx([128])
