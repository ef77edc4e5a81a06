"""The breast against air: where it lies, on which side it is cut off, and what is never called air."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.mammograms import COLUMNS, ROWS, Film, pixels_of
from viewers.breast import find_breast


@pytest.mark.parametrize("chest", ["left", "right"])
@pytest.mark.parametrize("inverted", [False, True])
def test_side_and_box(chest: str, inverted: bool) -> None:
    found = find_breast(pixels_of(Film(chest=chest, inverted=inverted, reach=0.5)), inverted=inverted)
    assert found is not None
    assert found.chest == chest
    top, left, bottom, right = found.box
    assert top == pytest.approx(ROWS * 0.15, abs=12)
    assert bottom == pytest.approx(ROWS * 0.95, abs=12)
    assert right - left == pytest.approx(COLUMNS * 0.5, abs=12)
    assert (left, right)[chest == "right"] == (0, COLUMNS)[chest == "right"]
    low, high = found.values
    assert 3200 > max(low, high) > min(low, high) > 900


def test_tissue_and_markers_are_never_air() -> None:
    pixels = pixels_of(Film(chest="left"))
    found = find_breast(pixels)
    assert found is not None
    air = np.kron(found.air, np.ones((found.step, found.step), dtype=bool))[:ROWS, :COLUMNS]
    assert not air[pixels > 900].any(), "tissue and the marker stay"
    assert air[pixels < 200].mean() > 0.8, "most of the air goes"


def test_padding_is_no_tissue() -> None:
    pixels = pixels_of(Film(chest="left"))
    pixels[:, -40:] = 4000
    found = find_breast(pixels, padding=(4000, 4000))
    assert found is not None
    assert found.chest == "left"
    assert found.air[:, -2:].mean() > 0.8


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((100, 100), np.uint16),
        np.full((100, 100), 7, np.int16),
        np.random.default_rng(1).integers(1000, 1100, (100, 100)).astype(np.uint16),
        np.full((60, 60), np.nan, np.float32),
        np.zeros((3, 3), np.uint8),
    ],
)
def test_where_nothing_can_be_told_nothing_is(pixels: np.ndarray) -> None:
    found = find_breast(pixels)
    assert found is None or found.chest == ""


def test_a_breast_that_touches_no_edge_has_no_side() -> None:
    rows, columns = np.mgrid[0:200, 0:200]
    pixels = np.where(np.hypot(rows - 100, columns - 100) < 60, 2000, 50).astype(np.uint16)
    found = find_breast(pixels)
    assert found is not None
    assert found.chest == ""


def test_a_veil_along_the_chest_wall_is_no_breast() -> None:
    """Stray light along the edge of a film runs from top to bottom; it must not make the breast look small."""
    pixels = pixels_of(Film(chest="left")).astype(np.float32)
    pixels[:, :16] += 200
    found = find_breast(pixels)
    assert found is not None
    assert found.box[0] > 20
    assert found.chest == "left"
    assert not found.air[:, 0].any(), "but it is not painted over either"


def test_a_faint_breast_beside_a_bright_muscle_counts_whole() -> None:
    rows, columns = np.mgrid[0:300, 0:240]
    faint = np.hypot((rows - 180) / 110, columns / 140) < 1
    muscle = columns + rows < 90
    pixels = np.where(muscle, 4000, np.where(faint, 300, 100)).astype(np.uint16)
    found = find_breast(pixels)
    assert found is not None
    assert found.box[2] > 280, "the box holds the breast, not the muscle alone"
    assert found.box[3] > 130
