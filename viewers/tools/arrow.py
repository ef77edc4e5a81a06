"""An arrow with words; its first point is the tip."""

from __future__ import annotations

from viewers.measuring import Flat, Measured, MeasureTool, Sheet
from viewers.planimetry import arrow


def _measure(_points: Flat, _sheet: Sheet) -> tuple[Measured, ...]:
    return ()


TOOL = MeasureTool("arrow", 2, 2, arrow, _measure, "POLYLINE")
