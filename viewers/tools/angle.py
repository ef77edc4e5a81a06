"""Angle at the second of three points."""

from __future__ import annotations

from viewers.measuring import Flat, Measured, MeasureTool, Sheet
from viewers.planimetry import angle_between


def _measure(points: Flat, _sheet: Sheet) -> tuple[Measured, ...]:
    return (Measured("angle", angle_between(points[0] - points[1], points[2] - points[1]), "deg"),)


TOOL = MeasureTool("angle", 3, 3, lambda points: (points,), _measure, "POLYLINE")
