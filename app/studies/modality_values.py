"""Stored values to modality values through a file's table, with its padding kept apart (PS3.3 C.11.1)."""

from __future__ import annotations

import numpy as np

from app.domain.display import LookupTable
from app.domain.volume import Pixels
from app.studies.pixel_header import PixelHeader

BEYOND_WORD = 1 << 16


def modality_values(stored: Pixels, header: PixelHeader) -> Pixels:
    """What the table gives, in the smallest unsigned type that also holds a mark for padding; no table, no change."""
    table = header.showing.modality_table
    if table is None:
        return stored
    values: Pixels = table.look_up(stored)
    mark = padding_mark(table)
    if header.padding_range is None:
        return values
    low, high = header.padding_range
    padded = (stored >= low) & (stored <= high)
    if mark > np.iinfo(values.dtype).max:
        values = values.astype(np.uint32 if mark > np.iinfo(np.uint16).max else np.uint16)
    values[padded] = mark
    return values


def padding_mark(table: LookupTable) -> int:
    """The value that stands for padding after the table: one that the table never gives."""
    largest = int(table.table.max())
    return next(mark for mark in (255, 65535, BEYOND_WORD) if mark > largest)
