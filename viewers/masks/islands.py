"""Separate pieces of a segment: keep the largest, drop small ones, keep the one that was clicked.

Voxels belong together where they share a face.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from viewers.masks.bricks import Block, Bricks, Index


def largest(segment: Bricks) -> Block | None:
    """The piece with most voxels, over all that the segment covers; None for an empty segment."""
    found = _pieces(segment)
    if found is None:
        return None
    start, pieces, sizes = found
    return Block(start, pieces == int(np.argmax(sizes)) + 1)


def at_least(segment: Bricks, voxels: int) -> Block | None:
    """Pieces of so many voxels or more."""
    found = _pieces(segment)
    if found is None:
        return None
    start, pieces, sizes = found
    kept = np.concatenate([[False], sizes >= voxels])
    return Block(start, kept[pieces])


def holding(segment: Bricks, voxel: Index) -> Block | None:
    """The piece that a voxel belongs to; None where it belongs to none."""
    found = _pieces(segment)
    if found is None:
        return None
    start, pieces, _ = found
    at = tuple(index - first for index, first in zip(voxel, start, strict=True))
    if any(not 0 <= index < size for index, size in zip(at, pieces.shape, strict=True)) or not pieces[at]:
        return None
    return Block(start, pieces == pieces[at])


def _pieces(segment: Bricks) -> tuple[Index, NDArray[np.int32], NDArray[np.int64]] | None:
    """(first voxel of the box, number of the piece from 1 in it, voxels of each piece)."""
    from scipy import ndimage

    box = segment.bounds()
    if box is None:
        return None
    pieces = np.zeros(box.size, dtype=np.int32)
    ndimage.label(segment.read(box), output=pieces)
    return box.start, pieces, np.bincount(pieces.ravel())[1:]
