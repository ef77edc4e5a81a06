"""Distance between two points."""

from __future__ import annotations

from viewers.measuring import Flat, Measured, MeasureTool, Sheet
from viewers.planimetry import way


def _measure(points: Flat, sheet: Sheet) -> tuple[Measured, ...]:
    return (Measured("length", way(points), sheet.length_unit),)


TOOL = MeasureTool("length", 2, 2, lambda points: (points,), _measure, "POLYLINE")
