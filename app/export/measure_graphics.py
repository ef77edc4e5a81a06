"""The lines of a measurement as a report draws them: on its image, or in the patient where it lies on a plane."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.domain.measurement import Measurement

TWO_LINES = frozenset({"bidirectional", "cobb", "cardiothoracic"})
_REGIONS = frozenset({"POLYGON", "ELLIPSE", "CIRCLE"})


def graphic_of(measurement: Measurement) -> tuple[str, NDArray[np.float64]]:
    """Graphic type and points: (column, row) from the corner of the first pixel (PS3.3 C.18.6.1.2).

    A polygon is a polyline that comes back to its first point; an ellipse has the ends of its longer axis first, a
    circle its middle and a point on it. Of a plane: (x, y, z) LPS mm (C.18.9.1.2), every region as its closed outline.
    """
    if measurement.on_plane:
        return _in_patient(measurement)
    points = np.asarray(measurement.row_column, dtype=np.float64)[:, ::-1] + 0.5
    if measurement.graphic == "ELLIPSE":
        return "ELLIPSE", _axes(points)
    if measurement.tool == "rectangle":
        (x0, y0), (x1, y1) = points[:2]
        return "POLYLINE", np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)])
    if measurement.graphic == "POLYGON":
        return "POLYLINE", np.vstack([points, points[:1]])
    return measurement.graphic, points[:1] if measurement.graphic == "POINT" else points


def parts_of(measurement: Measurement, points: NDArray[np.float64]) -> Sequence[NDArray[np.float64]]:
    """Two lines of two points where the tool draws two; they need not meet."""
    return (points[:2], points[2:4]) if measurement.tool in TWO_LINES else (points,)


def _in_patient(measurement: Measurement) -> tuple[str, NDArray[np.float64]]:
    points = np.asarray(measurement.points, dtype=np.float64)
    if measurement.graphic in _REGIONS:
        outline = np.asarray(measurement.outline, dtype=np.float64)
        is_closed = bool(np.array_equal(outline[0], outline[-1]))
        return "POLYGON", outline if is_closed else np.vstack([outline, outline[:1]])
    return measurement.graphic, points[:1] if measurement.graphic == "POINT" else points


def _axes(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    (x0, y0), (x1, y1) = corners.min(axis=0), corners.max(axis=0)
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    across, upright = [(x0, y), (x1, y)], [(x, y0), (x, y1)]
    return np.array([*across, *upright] if x1 - x0 >= y1 - y0 else [*upright, *across])
