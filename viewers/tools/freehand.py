"""Values inside an outline drawn by hand."""

from __future__ import annotations

from viewers.measuring import Flat, Measured, MeasureTool, Sheet
from viewers.planimetry import area, closed, region, way


def _measure(points: Flat, sheet: Sheet) -> tuple[Measured, ...]:
    return (
        Measured("area", area(points), sheet.area_unit),
        Measured("perimeter", way(closed(points)), sheet.length_unit),
        *region(points, sheet),
    )


TOOL = MeasureTool(
    "freehand",
    3,
    None,
    lambda points: (closed(points),),
    _measure,
    "POLYGON",
    traced=True,
    is_region=True,
)
