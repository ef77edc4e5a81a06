"""Longest diameter and the one at a right angle to it (RECIST 1.1, Eisenhauer 2009)."""

from __future__ import annotations

import numpy as np

from viewers.measuring import Flat, Measured, MeasureTool, Sheet
from viewers.planimetry import way

SHORT_AT_START = 0.5  # the short axis begins as long as half of the long one, across its middle (ours)


def _adjust(points: Flat, moved: int) -> Flat:
    """The short axis stays at a right angle; it keeps its place along the long one and its two lengths."""
    long = points[1] - points[0]
    length = float(np.linalg.norm(long))
    if length == 0:
        return points
    along = long / length
    across = np.array([-along[1], along[0]])
    if len(points) < 4:
        middle, half = points[:2].mean(axis=0), length * SHORT_AT_START / 2
        return np.vstack([points[:2], middle - half * across, middle + half * across])
    leader = points[moved] if moved >= 2 else points[2:4].mean(axis=0)
    foot = points[0] + np.clip((leader - points[0]) @ along, 0, length) * along
    ends = [foot + ((end - foot) @ across) * across for end in points[2:4]]
    return np.vstack([points[:2], *ends])


def _outline(points: Flat) -> tuple[Flat, ...]:
    return (points[:2], points[2:4]) if len(points) >= 4 else (points[:2],)


def _measure(points: Flat, sheet: Sheet) -> tuple[Measured, ...]:
    both = sorted((way(points[:2]), way(points[2:4])), reverse=True)
    return tuple(
        Measured(key, value, sheet.length_unit)
        for key, value in zip(("long_axis", "short_axis"), both, strict=True)
    )


TOOL = MeasureTool("bidirectional", 2, 2, _outline, _measure, "POLYLINE", adjust=_adjust)
