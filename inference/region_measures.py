"""Numbers worked out from the regions of a run: a share of the lungs, a ratio of widths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from inference.types import Measure
from inference.vocabulary import RegionMeasure

Mask = NDArray[np.bool_]


def measure_regions(
    wanted: Sequence[RegionMeasure], masks: Mapping[str, Mask], gate: Mask | None
) -> tuple[Measure, ...]:
    """Those that can be told; a region that was not found, or has no width, gives no number.

    masks: by output key, (slices, rows, columns). gate: the lungs of `gate_by_lungs`.
    """
    found: list[Measure] = []
    for one in wanted:
        value = (
            _share(masks[one.of], gate) if one.op == "share_of_gate" else _ratio(masks[one.of], masks[one.to])
        )
        if value is not None:
            found.append(Measure(one.key, value, one.unit))
    return tuple(found)


def _share(mask: Mask, gate: Mask | None) -> float | None:
    """Per cent of the gate; nothing found is 0, no lung is no number."""
    if gate is None or not gate.any():
        return None
    return 100.0 * float((mask & gate).sum()) / float(gate.sum())


def _ratio(mask: Mask, to: Mask) -> float | None:
    across = np.flatnonzero(mask.any(axis=(0, 1)))
    widest = _widest_row(to)
    if not len(across) or not widest:
        return None
    return float(across[-1] - across[0] + 1) / widest


def _widest_row(mask: Mask) -> int:
    """Pixels from the leftmost to the rightmost of the row in which they lie farthest apart."""
    rows = mask.reshape(-1, mask.shape[-1])
    rows = rows[rows.any(axis=1)]
    if not len(rows):
        return 0
    first = rows.argmax(axis=1)
    last = rows.shape[1] - 1 - rows[:, ::-1].argmax(axis=1)
    return int((last - first + 1).max())
