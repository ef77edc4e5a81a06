"""Heart width by thorax width on an upright frontal radiograph (Danzer 1919): first the heart, then the inner thorax.

The borders need not be marked at one height: what counts is how far apart they are along the rows of the image.
"""

from __future__ import annotations

import numpy as np

from viewers.measuring import Flat, Measured, MeasureTool, Sheet


def _width(points: Flat) -> float:
    return abs(float(points[1, 0] - points[0, 0]))


def _level(points: Flat) -> tuple[Flat, ...]:
    """A level line half way up, and from its ends upright ones to the points."""
    v = float(points[:, 1].mean())
    ends = np.array([(points[0, 0], v), (points[1, 0], v)])
    uprights = tuple(np.array([point, end]) for point, end in zip(points, ends, strict=True))
    return (ends, *uprights)


def _outline(points: Flat) -> tuple[Flat, ...]:
    return (*_level(points[:2]), *_level(points[2:4]))


def _measure(points: Flat, sheet: Sheet) -> tuple[Measured, ...]:
    heart, thorax = _width(points[:2]), _width(points[2:4])
    ratio = heart / thorax if thorax > 0 else float("nan")
    unit = sheet.length_unit
    return (
        Measured("ctr", ratio, "1"),
        Measured("heart_width", heart, unit),
        Measured("thorax_width", thorax, unit),
    )


TOOL = MeasureTool("cardiothoracic", 4, 4, _outline, _measure, "POLYLINE", in_pairs=True)
