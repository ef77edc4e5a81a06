"""All segments of one segmentation, and the one picture of them that views draw.

Segments may overlap; the picture shows the one drawn last. What a hand changes is gathered until it is taken, and
taken changes are toggles: see `viewers.masks.bricks`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viewers.masks.bricks import Block, Box, Bricks, Index, Mask
from viewers.types import Affine


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """Voxels of one segment that turn."""

    number: int
    block: Block


class MaskBook:
    """`labels` (slices, rows, columns) is what is drawn: the number of the segment on top, 0 where there is none.

    It is changed in place; `serial` grows with every change. listed: numbers in the order of drawing.
    """

    def __init__(self, shape: Index, affine: Affine) -> None:
        self.shape, self.affine = shape, np.asarray(affine, dtype=np.float64)
        self.labels: NDArray[np.uint8] = np.zeros(shape, dtype=np.uint8)
        self.listed: tuple[int, ...] = ()
        self.hidden: frozenset[int] = frozenset()
        self.locked: frozenset[int] = frozenset()
        self.serial = 0
        self._segments: dict[int, Bricks] = {}
        self._gathered: dict[int, Bricks] = {}

    @property
    def voxel_ml(self) -> float:
        """Volume of a voxel."""
        return abs(float(np.linalg.det(self.affine[:3, :3]))) / 1000.0

    def volume_ml(self, number: int) -> float:
        """Volume of a segment."""
        return self.segment(number).count * self.voxel_ml

    def segment(self, number: int) -> Bricks:
        """The voxels of a segment; do not change them but through the book."""
        if number not in self._segments:
            self._segments[number] = Bricks(self.shape)
        return self._segments[number]

    def list(self, numbers: Iterable[int], hidden: Iterable[int] = (), locked: Iterable[int] = ()) -> None:
        """Which segments there are, in the order of drawing; which are not drawn, and which nothing may change."""
        listed, gone = tuple(numbers), frozenset(hidden)
        self.locked = frozenset(locked)
        if (listed, gone) != (self.listed, self.hidden):
            self.listed, self.hidden = listed, gone
            self._draw_all()

    def paint(self, number: int, block: Block, *, replaces: bool = True) -> Box | None:
        """Add voxels to a segment; what changed, or None.

        Voxels of locked segments stay theirs; those of others change hands, unless segments may overlap.
        """
        if number in self.locked:
            return None
        wanted, box = block.voxels.copy(), block.box
        others = [other for other in self.listed if other != number and self.segment(other).meets(box)]
        for other in others:
            if other in self.locked:
                wanted &= ~self.segment(other).read(box)
        changed = self._turn(number, Block(box.start, wanted & ~self.segment(number).read(box)))
        for other in others:
            if replaces and other not in self.locked:
                taken = wanted & self.segment(other).read(box)
                changed = self._turn(other, Block(box.start, taken)) or changed
        return self._redraw(box) if changed else None

    def erase(self, number: int, block: Block) -> Box | None:
        """Take voxels from a segment; what changed, or None."""
        if number in self.locked:
            return None
        box = block.box
        if not self._turn(number, Block(box.start, block.voxels & self.segment(number).read(box))):
            return None
        return self._redraw(box)

    def put(self, number: int, block: Block) -> Box | None:
        """Within the block a segment becomes what the block says: what is gone is erased, what is new is painted."""
        gone = self.erase(number, Block(block.start, ~block.voxels))
        came = self.paint(number, block)
        return came.joined(gone) if came is not None else gone

    def taken(self) -> tuple[Change, ...]:
        """All that hands changed since this was asked last."""
        changes = tuple(
            Change(number, Block(block.start, block.voxels.copy()))
            for number, bricks in sorted(self._gathered.items())
            for block in bricks.blocks()
        )
        self._gathered = {}
        return changes

    def toggle(self, changes: Iterable[Change]) -> Box | None:
        """Make changes that were taken before, or take them back; what changed on the picture."""
        whole: Box | None = None
        for change in changes:
            self.segment(change.number).toggle(change.block)
            whole = change.block.box.joined(whole)
        return self._redraw(whole) if whole is not None else None

    def _turn(self, number: int, block: Block) -> bool:
        if not block.voxels.any():
            return False
        self.segment(number).toggle(block)
        self._gathered.setdefault(number, Bricks(self.shape)).toggle(block)
        return True

    def _redraw(self, box: Box) -> Box:
        drawn = self.labels[box.slices]
        drawn[...] = 0
        for number in self.listed:
            segment = self.segment(number)
            if number not in self.hidden and segment.meets(box):
                drawn[segment.read(box)] = number
        self.serial += 1
        return box

    def _draw_all(self) -> None:
        self.labels[...] = 0
        for number in self.listed:
            if number not in self.hidden:
                for block in self.segment(number).blocks():
                    self.labels[block.box.slices][block.voxels] = number
        self.serial += 1


def whole_changes(masks: Mapping[int, Mask]) -> tuple[Change, ...]:
    """Segments as they come from elsewhere, each over the whole grid, as changes to an empty book."""
    changes: list[Change] = []
    for number, mask in masks.items():
        bricks = Bricks((mask.shape[0], mask.shape[1], mask.shape[2]))
        bricks.toggle(Block((0, 0, 0), mask))
        changes += [Change(number, block) for block in bricks.blocks()]
    return tuple(changes)
