"""One segmentation as views draw it: its voxels are what its kept edits add up to, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.domain.masks import MaskBlock, Segmentation
from app.domain.volume import CancelToken, Progress
from app.support.mask_blocks import read_blocks
from viewers.masks.book import Change, MaskBook
from viewers.masks.bricks import Block

if TYPE_CHECKING:
    from viewers.masks.canvas import Canvas

SQUARE_CM = 100.0
Loaded = tuple[tuple[str, str, tuple[MaskBlock, ...]], ...]  # edit, file, what turns


@dataclass(frozen=True, slots=True)
class LoadRequest:
    """Which segmentation, from where."""

    folder: Path
    segmentation: Segmentation


def load(request: LoadRequest, progress: Progress, cancel: CancelToken) -> Loaded:
    """On a job's thread: everything that was ever kept of it and counts. Raises JournalError."""
    edits, shape = request.segmentation.edits, request.segmentation.head.grid.shape
    found = []
    for number, edit in enumerate(edits):
        cancel.check()
        found.append((edit.edit_id, edit.file, read_blocks(request.folder, edit.file, shape)))
        progress((number + 1) / len(edits), "")
    return tuple(found)


class LiveMask:
    """The book, which edits are in it, and the canvas once somebody draws. Main thread."""

    def __init__(self, segmentation: Segmentation, loaded: Loaded, folder: Path) -> None:
        head = segmentation.head
        self.head = head
        self.book = MaskBook(head.grid.shape, head.grid.affine)
        self.canvas: Canvas | None = None
        self._folder = folder
        self._files = {edit_id: file for edit_id, file, _ in loaded}
        self._applied = set(self._files)
        for _, _, blocks in loaded:
            self.book.toggle(changes_of(blocks))

    def amount(self, *, in_mm: bool) -> tuple[str, Callable[[int], float]]:
        """How much of a segment there is, and in what: volume in ml, area in cm2 of one image, or plain pixels."""
        book = self.book
        if not self.head.is_flat:
            return "volume", book.volume_ml
        if not in_mm:
            return "pixels", lambda number: float(book.segment(number).count)
        pixel = np.linalg.norm(np.cross(book.affine[:3, 1], book.affine[:3, 2])) / SQUARE_CM
        return "area", lambda number: book.segment(number).count * float(pixel)

    def note(self, edit_id: str) -> None:
        """This edit is in the book already: a hand has just drawn it."""
        self._applied.add(edit_id)

    def follow(self, segmentation: Segmentation) -> bool:
        """Take in what was kept elsewhere or brought back, take out what was undone; whether anything was.

        Raises JournalError where a change cannot be read; then the book is as it was before that change.
        """
        wanted = {edit.edit_id: edit.file for edit in segmentation.edits}
        self._files |= wanted
        differing = self._applied.symmetric_difference(wanted)
        for edit_id in differing:
            blocks = read_blocks(self._folder, self._files[edit_id], self.head.grid.shape)
            self.book.toggle(changes_of(blocks))
            self._applied ^= {edit_id}
        return bool(differing)


def changes_of(blocks: Sequence[MaskBlock]) -> tuple[Change, ...]:
    """As the viewers take them."""
    return tuple(Change(one.number, Block(one.start, one.voxels)) for one in blocks)


def blocks_of(changes: Sequence[Change]) -> tuple[MaskBlock, ...]:
    """As the journal takes them."""
    return tuple(MaskBlock(one.number, one.block.start, one.block.voxels) for one in changes)
