"""An arrow with words; its first point is the tip."""

from __future__ import annotations

import numpy as np

from viewers.measuring import Flat, Measured, MeasureTool, Sheet

HEAD = 0.18  # of the arrow's length
_TURN = np.array([[0.87, -0.5], [0.5, 0.87]])  # 30 degrees to each side


def _outline(points: Flat) -> tuple[Flat, ...]:
    back = (points[1] - points[0]) * HEAD
    tip = points[0]
    return points, np.array([tip + _TURN @ back, tip, tip + _TURN.T @ back])


def _measure(_points: Flat, _sheet: Sheet) -> tuple[Measured, ...]:
    return ()


TOOL = MeasureTool("arrow", 2, 2, _outline, _measure, "POLYLINE")
