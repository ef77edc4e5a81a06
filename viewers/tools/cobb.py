"""Angle between two lines that need not meet (Cobb 1948)."""

from __future__ import annotations

from viewers.measuring import Flat, Measured, MeasureTool, Sheet
from viewers.planimetry import cobb_angle


def _outline(points: Flat) -> tuple[Flat, ...]:
    return (points[:2], points[2:4])


def _measure(points: Flat, _sheet: Sheet) -> tuple[Measured, ...]:
    return (Measured("cobb_angle", cobb_angle(points), "deg"),)


TOOL = MeasureTool("cobb", 4, 4, _outline, _measure, "POLYLINE", in_pairs=True)
