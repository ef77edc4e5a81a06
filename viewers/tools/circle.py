"""Values inside a circle, set by its middle and a point on it."""

from __future__ import annotations

import math

from viewers.measuring import Flat, Measured, MeasureTool, Sheet
from viewers.planimetry import circle, closed, region, way


def _measure(points: Flat, sheet: Sheet) -> tuple[Measured, ...]:
    radius = way(points[:2])
    return (
        Measured("diameter", 2 * radius, sheet.length_unit),
        Measured("area", math.pi * radius**2, sheet.area_unit),
        Measured("perimeter", 2 * math.pi * radius, sheet.length_unit),
        *region(circle(points), sheet),
    )


TOOL = MeasureTool(
    "circle", 2, 2, lambda points: (closed(circle(points)),), _measure, "CIRCLE", is_region=True
)
