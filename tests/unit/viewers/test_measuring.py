"""Every number of every tool against figures worked out by hand, on pixels that are not square."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import viewers.tools
from app.support.plugins import load_plugins
from viewers.measuring import Flat, MeasureTool, Sheet, flatten, lift
from viewers.planimetry import inside
from viewers.types import Frame, Point

TOOLS: dict[str, MeasureTool] = load_plugins(viewers.tools, "TOOL")
ROW_MM, COLUMN_MM = 2.0, 0.5


def sheet(pixels: np.ndarray | None = None, *, known: bool = True, padding: int | None = None) -> Sheet:
    """40 rows of 2 mm, 120 columns of 0.5 mm; stored value = 100 * row + column, HU = value - 1000."""
    rows, columns = np.mgrid[0:40, 0:120]
    affine = np.eye(4)
    affine[:3, 1], affine[:3, 2], affine[:3, 3] = (0, ROW_MM, 0), (COLUMN_MM, 0, 0), (-30, -20, 7)
    stored = (100 * rows + columns).astype(np.int16) if pixels is None else pixels
    return Sheet(Frame(stored, affine, 1.0, -1000.0, padding=padding), known)


def measured(tool: str, points: list[tuple[float, float]], **options: object) -> dict[str, tuple[Any, str]]:
    found = TOOLS[tool].measure(np.array(points, dtype=float), sheet(**options))  # type: ignore[arg-type]
    return {one.key: (one.value, one.unit) for one in found}


def test_every_tool_is_named_after_its_file_and_whole_with_its_fewest_points() -> None:
    for name, tool in TOOLS.items():
        assert tool.tool_id == name
        assert tool.most is None or tool.most >= tool.fewest >= 1


def test_length_is_in_mm_on_pixels_that_are_not_square() -> None:
    assert measured("length", [(0, 0), (3, 4)]) == {"length": (5.0, "mm")}
    assert measured("length", [(0, 0), (3, 4)], known=False) == {"length": (5.0, "px")}


def test_polyline_adds_up() -> None:
    assert measured("polyline", [(0, 0), (3, 4), (3, 10)]) == {"path_length": (11.0, "mm")}


def test_angle_at_the_middle_point() -> None:
    assert measured("angle", [(10, 0), (0, 0), (0, 5)])["angle"] == (pytest.approx(90), "deg")
    assert measured("angle", [(10, 0), (0, 0), (-7, 0)])["angle"][0] == pytest.approx(180)
    assert measured("angle", [(0, 0), (0, 0), (1, 1)])["angle"][0] == 0


def test_cobb_is_the_smaller_angle_of_two_lines_however_they_were_drawn() -> None:
    line, other = [(0, 0), (10, 0)], [(0, 5), (10 * math.cos(0.5), 5 + 10 * math.sin(0.5))]
    for second in (other, other[::-1]):
        assert measured("cobb", [*line, *second])["cobb_angle"][0] == pytest.approx(math.degrees(0.5))


def test_bidirectional_keeps_the_short_axis_square_to_the_long_one() -> None:
    tool = TOOLS["bidirectional"]
    points = tool.adjust(np.array([(0.0, 0.0), (20.0, 0.0)]), 1)
    assert points.tolist() == [[0, 0], [20, 0], [10, -5], [10, 5]]
    moved = points.copy()
    moved[3] = (14, 9)
    moved = tool.adjust(moved, 3)
    assert moved.tolist() == [[0, 0], [20, 0], [14, -5], [14, 9]]
    values = {one.key: one.value for one in tool.measure(moved, sheet())}
    assert values == {"long_axis": 20, "short_axis": 14}


def test_rectangle_counts_the_pixels_whose_centres_it_holds() -> None:
    """Columns 10 to 19 and rows 5 to 7: centres at 5.0 to 9.5 mm and 10 to 14 mm."""
    found = measured("rectangle", [(4.8, 9.0), (9.8, 15.0)])
    rows, columns = np.mgrid[5:8, 10:20]
    values = 100.0 * rows + columns - 1000
    assert found["area"] == (pytest.approx(30.0), "mm2")
    assert found["perimeter"] == (pytest.approx(22.0), "mm")
    assert found["pixels"] == (30.0, "1")
    assert found["mean"] == (pytest.approx(values.mean()), "value")
    assert found["sd"][0] == pytest.approx(values.std(ddof=1))
    assert (found["min"][0], found["max"][0]) == (values.min(), values.max())
    assert found["median"][0] == pytest.approx(np.median(values))


def test_circle_and_ellipse_by_their_formulas() -> None:
    circle = measured("circle", [(20, 30), (20, 40)])
    assert circle["diameter"] == (20.0, "mm")
    assert circle["area"][0] == pytest.approx(100 * math.pi)
    assert circle["perimeter"][0] == pytest.approx(20 * math.pi)
    assert circle["pixels"][0] * ROW_MM * COLUMN_MM == pytest.approx(
        100 * math.pi, rel=0.06
    )  # ten rows across
    ellipse = measured("ellipse", [(10, 20), (30, 60)])
    assert ellipse["area"][0] == pytest.approx(math.pi * 10 * 20)
    assert ellipse["perimeter"][0] == pytest.approx(96.884482205, rel=1e-6)  # complete elliptic integral


def test_freehand_area_is_that_of_the_polygon() -> None:
    found = measured("freehand", [(0, 0), (10, 0), (10, 10), (0, 10)])
    assert found["area"] == (100.0, "mm2")
    assert found["perimeter"] == (40.0, "mm")


def test_padding_is_no_part_of_any_figure() -> None:
    stored = np.full((40, 120), 5, dtype=np.int16)
    stored[:, 60:] = -2000
    found = measured("rectangle", [(25, 10), (35, 20)], pixels=stored, padding=-2000)
    assert found["mean"][0] == -995
    assert found["max"][0] == found["min"][0] == -995


def test_a_region_outside_the_picture_has_no_values_and_says_so() -> None:
    found = measured("circle", [(-500, -500), (-499, -500)])
    assert found["pixels"] == (0.0, "1")
    assert "mean" not in found


def test_probe_reads_the_pixel_under_the_point() -> None:
    assert measured("probe", [(10 * COLUMN_MM + 0.2, 7 * ROW_MM - 0.9)])["value"] == (710 - 1000, "value")
    assert measured("probe", [(-5, 0)]) == {}


@given(
    st.lists(st.tuples(st.floats(-300, 300), st.floats(-300, 300)), min_size=1, max_size=6),
    st.floats(0.1, 5),
    st.floats(0.1, 5),
    st.integers(0, 2**32 - 1),
)
def test_plane_and_space_are_two_ways_of_one_point(
    flat: list[tuple[float, float]], row_mm: float, column_mm: float, seed: int
) -> None:
    random = np.random.default_rng(seed)
    turn = np.linalg.qr(random.normal(size=(3, 3)))[0]
    affine = np.eye(4)
    affine[:3, 0], affine[:3, 1], affine[:3, 2] = turn[:, 0] * 3, turn[:, 1] * row_mm, turn[:, 2] * column_mm
    affine[:3, 3] = random.normal(size=3) * 100
    points: tuple[Point, ...] = lift(affine, np.array(flat))
    assert np.allclose(flatten(affine, points), flat, atol=1e-6)
    if len(flat) > 1:
        apart = np.linalg.norm(np.subtract(points[0], points[1]))
        assert apart == pytest.approx(np.linalg.norm(np.subtract(flat[0], flat[1])), abs=1e-6)


@given(st.integers(0, 2**32 - 1))
def test_two_halves_of_an_outline_share_no_pixel_and_lose_none(seed: int) -> None:
    random = np.random.default_rng(seed)
    corners: Flat = np.sort(random.integers(0, 60, size=(2, 2)), axis=0).astype(float)
    (u0, v0), (u1, v1) = corners
    middle = round((u0 + u1) / 2 / COLUMN_MM) * COLUMN_MM  # exactly through pixel centres
    whole, left, right = (
        np.array([(a, v0), (b, v0), (b, v1), (a, v1)]) for a, b in ((u0, u1), (u0, middle), (middle, u1))
    )
    one = sheet()
    masks = [inside(outline, one.frame, one.spacing) for outline in (whole, left, right)]
    assert not np.any(masks[1] & masks[2])
    assert np.array_equal(masks[1] | masks[2], masks[0])


def test_the_cardiothoracic_ratio_counts_widths_along_the_rows_whatever_the_heights() -> None:
    """Heart borders at different heights, as Danzer has it; the thorax at a third one."""
    told = measured("cardiothoracic", [(40.0, 80.0), (170.0, 110.0), (20.0, 140.0), (300.0, 150.0)])
    assert told["heart_width"] == (130, "mm")
    assert told["thorax_width"] == (280, "mm")
    assert told["ctr"] == (pytest.approx(130 / 280), "1")
