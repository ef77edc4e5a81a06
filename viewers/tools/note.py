"""Words with an arrow; its first point is the tip. The words are typed once it is drawn."""

from __future__ import annotations

from viewers.measuring import Flat, Measured, MeasureTool, Sheet
from viewers.planimetry import arrow


def _measure(_points: Flat, _sheet: Sheet) -> tuple[Measured, ...]:
    return ()


TOOL = MeasureTool("note", 2, 2, arrow, _measure, "POLYLINE")
