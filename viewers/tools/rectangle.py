"""Values inside an upright rectangle."""

from __future__ import annotations

import numpy as np

from viewers.measuring import Flat, Measured, MeasureTool, Sheet
from viewers.planimetry import closed, rectangle, region


def _measure(points: Flat, sheet: Sheet) -> tuple[Measured, ...]:
    width, height = np.abs(points[1] - points[0])
    return (
        Measured("area", float(width * height), sheet.area_unit),
        Measured("perimeter", float(2 * (width + height)), sheet.length_unit),
        *region(rectangle(points), sheet),
    )


TOOL = MeasureTool(
    "rectangle", 2, 2, lambda points: (closed(rectangle(points)),), _measure, "POLYGON", is_region=True
)
