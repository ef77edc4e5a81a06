"""The sparse volume does what a dense one does."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from viewers.masks.bricks import Block, Box, Bricks, Index

SHAPE: Index = (19, 70, 66)


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    start = [draw(st.integers(0, size - 1)) for size in SHAPE]
    extent = [draw(st.integers(1, size - first)) for size, first in zip(SHAPE, start, strict=True)]
    seed, density = draw(st.integers(0, 9)), draw(st.sampled_from([0.0, 0.02, 1.0]))
    voxels = np.random.default_rng(seed).random(extent) < density
    return Block((start[0], start[1], start[2]), voxels)


@settings(max_examples=60, deadline=None)
@given(st.lists(blocks(), max_size=6))
def test_toggles_add_up_as_in_a_dense_array(given_blocks: list[Block]) -> None:
    sparse, dense = Bricks(SHAPE), np.zeros(SHAPE, dtype=np.bool_)
    for block in given_blocks:
        sparse.toggle(block)
        dense[block.box.slices] ^= block.voxels
    whole = Box((0, 0, 0), SHAPE)
    assert np.array_equal(sparse.read(whole), dense)
    assert sparse.count == np.count_nonzero(dense)
    part = Box((3, 30, 1), (9, 64, 40))
    assert np.array_equal(sparse.read(part), dense[part.slices])
    bounds = sparse.bounds()
    if dense.any():
        found = np.argwhere(dense)
        assert bounds == Box(tuple(found.min(axis=0).tolist()), tuple((found.max(axis=0) + 1).tolist()))
    else:
        assert bounds is None
        assert sparse.is_empty


@settings(max_examples=30, deadline=None)
@given(st.lists(blocks(), min_size=1, max_size=4))
def test_the_same_changes_again_take_everything_back(given_blocks: list[Block]) -> None:
    sparse = Bricks(SHAPE)
    for block in (*given_blocks, *given_blocks):
        sparse.toggle(block)
    assert sparse.is_empty
    assert sparse.count == 0


def test_blocks_hold_all_there_is() -> None:
    sparse, again = Bricks(SHAPE), Bricks(SHAPE)
    sparse.toggle(Block((1, 2, 3), np.ones((10, 40, 50), dtype=np.bool_)))
    for block in sparse.blocks():
        again.toggle(block)
    assert np.array_equal(again.read(Box((0, 0, 0), SHAPE)), sparse.read(Box((0, 0, 0), SHAPE)))
