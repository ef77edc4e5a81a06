"""Values inside an upright ellipse."""

from __future__ import annotations

import math

import numpy as np

from viewers.measuring import Flat, Measured, MeasureTool, Sheet
from viewers.planimetry import closed, ellipse, ellipse_perimeter, region


def _measure(points: Flat, sheet: Sheet) -> tuple[Measured, ...]:
    half_u, half_v = (float(half) for half in np.abs(points[1] - points[0]) / 2)
    return (
        Measured("area", math.pi * half_u * half_v, sheet.area_unit),
        Measured("perimeter", ellipse_perimeter(half_u, half_v), sheet.length_unit),
        *region(ellipse(points), sheet),
    )


TOOL = MeasureTool(
    "ellipse", 2, 2, lambda points: (closed(ellipse(points)),), _measure, "ELLIPSE", is_region=True
)
