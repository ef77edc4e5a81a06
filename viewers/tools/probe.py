"""The value of one pixel."""

from __future__ import annotations

from viewers.measuring import Flat, Measured, MeasureTool, Sheet


def _measure(points: Flat, sheet: Sheet) -> tuple[Measured, ...]:
    frame, (row_mm, column_mm) = sheet.frame, sheet.spacing
    row, column = round(float(points[0, 1]) / row_mm), round(float(points[0, 0]) / column_mm)
    rows, columns = frame.pixels.shape[:2]
    if frame.pixels.ndim != 2 or not (0 <= row < rows and 0 <= column < columns):
        return ()
    value = float(frame.pixels[row, column]) * frame.slope + frame.intercept
    return (Measured("value", value, "value"),)


TOOL = MeasureTool("probe", 1, 1, lambda _points: (), _measure, "POINT")
