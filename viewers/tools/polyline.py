"""Length along several points."""

from __future__ import annotations

from viewers.measuring import Flat, Measured, MeasureTool, Sheet
from viewers.planimetry import way


def _measure(points: Flat, sheet: Sheet) -> tuple[Measured, ...]:
    return (Measured("path_length", way(points), sheet.length_unit),)


TOOL = MeasureTool("polyline", 2, None, lambda points: (points,), _measure, "POLYLINE")
