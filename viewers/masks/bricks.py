"""Which voxels belong to one segment: a sparse yes-or-no volume made of small bricks, empty ones left out.

Every change is a toggle, so that doing the same change again takes it back; undo, redo and replay are one operation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Index = tuple[int, int, int]

BRICK: Index = (8, 32, 32)  # slices, rows, columns: 8 KiB, what a small brush touches


@dataclass(frozen=True, slots=True)
class Box:
    """Voxels from start up to stop, which is no longer in it; (slice, row, column)."""

    start: Index
    stop: Index

    @property
    def size(self) -> Index:
        """Voxels along each axis."""
        return (
            self.stop[0] - self.start[0],
            self.stop[1] - self.start[1],
            self.stop[2] - self.start[2],
        )

    @property
    def slices(self) -> tuple[slice, slice, slice]:
        """What picks these voxels from an array of the whole."""
        return (
            slice(self.start[0], self.stop[0]),
            slice(self.start[1], self.stop[1]),
            slice(self.start[2], self.stop[2]),
        )

    def joined(self, other: Box | None) -> Box:
        """The smallest box around both."""
        if other is None:
            return self
        low = np.minimum(self.start, other.start).tolist()
        high = np.maximum(self.stop, other.stop).tolist()
        return Box((low[0], low[1], low[2]), (high[0], high[1], high[2]))


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Voxels that are meant: `voxels` is true where, its first one at `start` of the whole."""

    start: Index
    voxels: Mask

    @property
    def box(self) -> Box:
        """What it covers."""
        i, j, k = self.start
        size = self.voxels.shape
        return Box(self.start, (i + size[0], j + size[1], k + size[2]))


class Bricks:
    """One sparse volume. `count` is the number of its voxels, always; `version` grows with every change."""

    def __init__(self, shape: Index) -> None:
        self.shape = shape
        self.count = 0
        self.version = 0
        self._kept: dict[Index, Mask] = {}
        # First and last brick that there ever was along each axis: most segments are told from most boxes by that.
        self._low: Index = (1 << 30, 1 << 30, 1 << 30)
        self._high: Index = (-1, -1, -1)

    @property
    def is_empty(self) -> bool:
        """Nothing belongs to it."""
        return not self._kept

    def bounds(self) -> Box | None:
        """The smallest box around all of its voxels; None where there is none."""
        if not self._kept:
            return None
        rough = self._rough()
        inside = self.read(rough)
        ends = [np.flatnonzero(inside.any(axis=tuple({0, 1, 2} - {axis}))) for axis in range(3)]
        low = [int(found[0]) + first for found, first in zip(ends, rough.start, strict=True)]
        high = [int(found[-1]) + 1 + first for found, first in zip(ends, rough.start, strict=True)]
        return Box((low[0], low[1], low[2]), (high[0], high[1], high[2]))

    def meets(self, box: Box) -> bool:
        """Whether a brick of it reaches into a box."""
        first, last = _brick_span(box)
        low, high = self._low, self._high
        if first[0] > high[0] or first[1] > high[1] or first[2] > high[2]:
            return False
        if last[0] < low[0] or last[1] < low[1] or last[2] < low[2]:
            return False
        kept = self._kept
        return any(key in kept for key in _keys_over(box))

    def read(self, box: Box) -> Mask:
        """A dense copy of one box."""
        found = np.zeros(box.size, dtype=np.bool_)
        for key in self._keys_in(box):
            common = _overlap(_box_of(key, self.shape), box)
            if common is not None:
                found[_within(common, box.start)] = self._kept[key][_within(common, _first(key))]
        return found

    def toggle(self, block: Block) -> None:
        """Turn every voxel that is meant; those that come are counted, bricks that become empty go."""
        box = block.box
        self.version += 1
        for key in _keys_over(box):
            brick_box = _box_of(key, self.shape)
            common = _overlap(brick_box, box)
            if common is None:
                continue
            turned = block.voxels[_within(common, box.start)]
            if not turned.any():
                continue
            brick = self._kept.get(key)
            before = 0 if brick is None else int(np.count_nonzero(brick))
            if brick is None:
                brick = self._kept[key] = np.zeros(brick_box.size, dtype=np.bool_)
                self._low = _each(min, self._low, key)
                self._high = _each(max, self._high, key)
            brick[_within(common, _first(key))] ^= turned
            after = int(np.count_nonzero(brick))
            self.count += after - before
            if not after:
                del self._kept[key]

    def blocks(self) -> Iterator[Block]:
        """Every brick that holds something, in a fixed order."""
        for key in sorted(self._kept):
            yield Block(_first(key), self._kept[key])

    def _keys_in(self, box: Box) -> Iterator[Index]:
        first, last = _brick_span(box)
        many = np.prod([end - start + 1 for start, end in zip(first, last, strict=True)])
        if many <= len(self._kept):
            yield from (key for key in _keys_over(box) if key in self._kept)
        else:
            yield from tuple(self._kept)

    def _rough(self) -> Box:
        whole: Box | None = None
        for key in self._kept:
            whole = _box_of(key, self.shape).joined(whole)
        assert whole is not None
        return whole


def _each(pick: Callable[[int, int], int], one: Index, other: Index) -> Index:
    return pick(one[0], other[0]), pick(one[1], other[1]), pick(one[2], other[2])


def _brick_span(box: Box) -> tuple[Index, Index]:
    (i, j, k), (u, v, w), (a, b, c) = box.start, box.stop, BRICK
    return (i // a, j // b, k // c), ((u - 1) // a, (v - 1) // b, (w - 1) // c)


def _keys_over(box: Box) -> Iterator[Index]:
    first, last = _brick_span(box)
    yield from product(*(range(low, high + 1) for low, high in zip(first, last, strict=True)))


def _first(key: Index) -> Index:
    return key[0] * BRICK[0], key[1] * BRICK[1], key[2] * BRICK[2]


def _box_of(key: Index, shape: Index) -> Box:
    i, j, k = _first(key)
    stop = min(i + BRICK[0], shape[0]), min(j + BRICK[1], shape[1]), min(k + BRICK[2], shape[2])
    return Box((i, j, k), stop)


def _overlap(one: Box, other: Box) -> Box | None:
    start, stop = _each(max, one.start, other.start), _each(min, one.stop, other.stop)
    if start[0] >= stop[0] or start[1] >= stop[1] or start[2] >= stop[2]:
        return None
    return Box(start, stop)


def _within(box: Box, start: Index) -> tuple[slice, slice, slice]:
    """The box as it lies in an array whose first voxel is at `start`."""
    i, j, k = start
    return (
        slice(box.start[0] - i, box.stop[0] - i),
        slice(box.start[1] - j, box.stop[1] - j),
        slice(box.start[2] - k, box.stop[2] - k),
    )
