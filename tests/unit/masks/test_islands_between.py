"""Pieces of a segment, and shapes between outlined slices."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.support.viewers2d import affine
from viewers.masks import between, islands
from viewers.masks.bricks import Block, Box, Bricks, Index
from viewers.masks.palette import color_of

SHAPE: Index = (21, 64, 64)
WHOLE = Box((0, 0, 0), SHAPE)


def made_of(mask: NDArray[np.bool_]) -> Bricks:
    segment = Bricks(SHAPE)
    segment.toggle(Block((0, 0, 0), mask))
    return segment


def placed(block: Block | None) -> NDArray[np.bool_]:
    full = np.zeros(SHAPE, dtype=np.bool_)
    assert block is not None
    full[block.box.slices] = block.voxels
    return full


def pieces() -> NDArray[np.bool_]:
    mask = np.zeros(SHAPE, dtype=np.bool_)
    mask[2:6, 10:20, 10:20] = True  # 400 voxels
    mask[10:12, 40:45, 40:45] = True  # 50
    mask[6, 20, 20] = True  # touches the first by a corner only: another piece
    return mask


def test_the_largest_piece() -> None:
    assert placed(islands.largest(made_of(pieces()))).sum() == 400


def test_small_pieces_go() -> None:
    assert placed(islands.at_least(made_of(pieces()), 50)).sum() == 450
    assert placed(islands.at_least(made_of(pieces()), 51)).sum() == 400


def test_the_piece_that_was_clicked() -> None:
    segment = made_of(pieces())
    assert placed(islands.holding(segment, (11, 42, 42))).sum() == 50
    assert islands.holding(segment, (0, 0, 0)) is None
    assert islands.holding(segment, (8, 30, 30)) is None


def test_nothing_has_no_pieces() -> None:
    empty = Bricks(SHAPE)
    assert islands.largest(empty) is None
    assert between.filled(empty, affine(), 0) is None


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_the_same_outline_twice_gives_a_column(axis: int) -> None:
    mask = np.zeros(SHAPE, dtype=np.bool_)
    view = np.moveaxis(mask, axis, 0)
    view[3, 5:12, 5:12] = view[15, 5:12, 5:12] = True
    full = np.moveaxis(placed(between.filled(made_of(mask), affine(), axis)), axis, 0)
    for layer in range(3, 16):
        assert np.array_equal(full[layer], view[3])
    assert not full[:3].any()
    assert not full[16:].any()


def test_a_cone_between_two_circles() -> None:
    """Radii of 20 and 8 mm; midway the circle of 14 mm, on pixels that are not square."""
    rows, columns = np.mgrid[0:64, 0:64]
    away = np.hypot((rows - 32) * 0.8, (columns - 32) * 0.7)
    mask = np.zeros(SHAPE, dtype=np.bool_)
    mask[2], mask[10] = away <= 20.0, away <= 8.0
    full = placed(between.filled(made_of(mask), affine(), 0))
    inside = away[full[6]]
    assert inside.max() == pytest.approx(14.0, abs=0.9)
    assert full[6].sum() == pytest.approx((away <= 14.0).sum(), rel=0.06)


def test_an_oblique_vessel_is_not_cut_in_two() -> None:
    rows, columns = np.mgrid[0:64, 0:64]
    mask = np.zeros(SHAPE, dtype=np.bool_)
    mask[2] = np.hypot(rows - 12, columns - 12) <= 5
    mask[12] = np.hypot(rows - 42, columns - 12) <= 5
    full = placed(between.filled(made_of(mask), affine(), 0))
    middle = np.argwhere(full[7])
    assert len(middle) == pytest.approx(mask[2].sum(), rel=0.1)
    assert middle.mean(axis=0) == pytest.approx([27, 12], abs=0.6)


def test_no_gap_nothing_to_fill() -> None:
    mask = np.zeros(SHAPE, dtype=np.bool_)
    mask[3:9, 5:12, 5:12] = True
    assert between.filled(made_of(mask), affine(), 0) is None


def test_a_hundred_colours_and_each_its_own() -> None:
    colors = [color_of(number) for number in range(1, 101)]
    assert len(set(colors)) == 100
    assert all(max(color) >= 60 for color in colors)
