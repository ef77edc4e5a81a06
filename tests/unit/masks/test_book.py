"""Segments side by side: who gets a voxel, what is drawn, what is taken and taken back."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.viewers2d import affine
from viewers.masks.book import MaskBook, whole_changes
from viewers.masks.bricks import Block, Box, Index

SHAPE: Index = (10, 40, 40)
WHOLE = Box((0, 0, 0), SHAPE)


def cube(start: Index, size: int) -> Block:
    return Block(start, np.ones((size, size, size), dtype=np.bool_))


@pytest.fixture
def book() -> MaskBook:
    made = MaskBook(SHAPE, affine())
    made.list((1, 2, 3))
    return made


def test_a_voxel_changes_hands(book: MaskBook) -> None:
    book.paint(1, cube((2, 5, 5), 4))
    book.paint(2, cube((4, 5, 5), 4))
    assert (book.segment(1).count, book.segment(2).count) == (2 * 16, 64)
    assert book.labels[3, 6, 6] == 1
    assert book.labels[4, 6, 6] == 2
    assert book.volume_ml(2) == pytest.approx(64 * 3.0 * 0.8 * 0.7 / 1000)


def test_what_is_locked_stays(book: MaskBook) -> None:
    book.paint(1, cube((2, 5, 5), 4))
    book.list((1, 2, 3), locked=(1,))
    book.paint(2, cube((4, 5, 5), 4))
    assert (book.segment(1).count, book.segment(2).count) == (64, 64 - 32)
    assert book.paint(1, cube((0, 20, 20), 2)) is None
    assert book.erase(1, cube((2, 5, 5), 4)) is None
    assert book.segment(1).count == 64


def test_overlap_is_kept_where_it_is_wished_for(book: MaskBook) -> None:
    book.paint(1, cube((2, 5, 5), 4))
    book.paint(2, cube((2, 5, 5), 2), replaces=False)
    assert (book.segment(1).count, book.segment(2).count) == (64, 8)
    assert book.labels[2, 5, 5] == 2
    book.erase(2, cube((2, 5, 5), 2))
    assert book.labels[2, 5, 5] == 1


def test_hidden_segments_are_not_drawn_and_come_back(book: MaskBook) -> None:
    book.paint(1, cube((2, 5, 5), 4))
    book.list((1, 2, 3), hidden=(1,))
    assert not book.labels.any()
    book.list((1, 2, 3))
    assert np.count_nonzero(book.labels) == 64


def test_what_was_taken_takes_itself_back(book: MaskBook) -> None:
    book.paint(1, cube((2, 5, 5), 4))
    first = book.taken()
    book.paint(2, cube((4, 5, 5), 4))
    book.erase(1, cube((2, 5, 5), 1))
    second = book.taken()
    after = book.labels.copy()
    book.toggle(second)
    assert np.count_nonzero(book.labels == 1) == 64
    assert not (book.labels == 2).any()
    book.toggle(first)
    assert not book.labels.any()
    book.toggle(second)
    book.toggle(first)  # the order does not matter
    assert np.array_equal(book.labels, after)
    assert book.taken() == ()


def test_put_makes_a_segment_what_the_block_says(book: MaskBook) -> None:
    book.paint(1, cube((2, 5, 5), 4))
    wanted = np.zeros((6, 6, 6), dtype=np.bool_)
    wanted[5, 5, 5] = True
    book.put(1, Block((2, 5, 5), wanted))
    assert np.argwhere(book.segment(1).read(WHOLE)).tolist() == [[7, 10, 10]]


def test_whole_masks_come_in_as_changes(book: MaskBook) -> None:
    rng = np.random.default_rng(3)
    masks = {1: rng.random(SHAPE) < 0.3, 2: rng.random(SHAPE) < 0.01}
    book.toggle(whole_changes(masks))
    for number, mask in masks.items():
        assert np.array_equal(book.segment(number).read(WHOLE), mask)


def test_a_hundred_segments_and_more(book: MaskBook) -> None:
    numbers = tuple(range(1, 256))
    book.list(numbers)
    for number in numbers:
        book.paint(number, Block((number % 10, number // 10, 7), np.ones((1, 1, 1), dtype=np.bool_)))
    assert sorted(np.unique(book.labels).tolist()) == list(range(256))
