"""Lengths, angles, areas and what lies inside an outline: flat geometry in mm, tested with known figures."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from viewers.measuring import Flat, Measured, Sheet, Unit
from viewers.types import Frame

ELLIPSE_POINTS = 90
HEAD = 0.18  # of an arrow, by its length
_TURN = np.array([[0.87, -0.5], [0.5, 0.87]])  # 30 degrees to each side


def way(points: Flat) -> float:
    """Length of an open line through the points."""
    return float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())


def closed(points: Flat) -> Flat:
    """The outline with its first point again at the end."""
    return np.vstack([points, points[:1]])


def area(points: Flat) -> float:
    """Area of a polygon (shoelace); an outline that crosses itself counts each part once with its sign."""
    u, v = points[:, 0] - points[0, 0], points[:, 1] - points[0, 1]
    return abs(float(np.dot(u, np.roll(v, -1)) - np.dot(v, np.roll(u, -1)))) / 2


def angle_between(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Angle between two directions, 0 to 180 degrees; 0 where one has no length."""
    lengths = float(np.linalg.norm(one) * np.linalg.norm(other))
    if lengths == 0:
        return 0.0
    cross = float(one[0] * other[1] - one[1] * other[0])
    return math.degrees(math.atan2(abs(cross), float(one @ other)))


def cobb_angle(points: Flat) -> float:
    """Angle between two lines (four points), 0 to 90 degrees: lines have no direction."""
    angle = angle_between(points[1] - points[0], points[3] - points[2])
    return min(angle, 180 - angle)


def rectangle(points: Flat) -> Flat:
    """Corners of the upright rectangle between two opposite ones."""
    (u0, v0), (u1, v1) = points[0], points[1]
    return np.array([(u0, v0), (u1, v0), (u1, v1), (u0, v1)])


def ellipse(points: Flat) -> Flat:
    """The upright ellipse in the box between two opposite corners, as a polygon."""
    middle, half = points[:2].mean(axis=0), np.abs(points[1] - points[0]) / 2
    turn = np.linspace(0, 2 * math.pi, ELLIPSE_POINTS, endpoint=False)
    made: Flat = middle + half * np.column_stack([np.cos(turn), np.sin(turn)])
    return made


def circle(points: Flat) -> Flat:
    """The circle about the first point through the second, as a polygon."""
    radius = float(np.linalg.norm(points[1] - points[0]))
    turn = np.linspace(0, 2 * math.pi, ELLIPSE_POINTS, endpoint=False)
    made: Flat = points[0] + radius * np.column_stack([np.cos(turn), np.sin(turn)])
    return made


def arrow(points: Flat) -> tuple[Flat, ...]:
    """A line and the head on its first point."""
    back, tip = (points[1] - points[0]) * HEAD, points[0]
    return points, np.array([tip + _TURN @ back, tip, tip + _TURN.T @ back])


def ellipse_perimeter(half_u: float, half_v: float) -> float:
    """Perimeter of an ellipse by Ramanujan's second formula (1914): exact for circles, within 4e-4 of any other."""
    total = half_u + half_v
    if total == 0:
        return 0.0
    h = ((half_u - half_v) / total) ** 2
    return math.pi * total * (1 + 3 * h / (10 + math.sqrt(4 - 3 * h)))


def inside(outline: Flat, frame: Frame, spacing: tuple[float, float]) -> NDArray[np.bool_]:
    """(rows, columns): pixels whose centre lies within an outline in mm, by the even-odd rule.

    Half open: a centre on the border of two outlines that share it belongs to exactly one of them.
    """
    rows, columns = frame.pixels.shape[:2]
    mask = np.zeros((rows, columns), dtype=bool)
    corners = outline[:, ::-1] / np.asarray(spacing)  # (row, column)
    first = np.clip(np.ceil(corners.min(axis=0)).astype(int), 0, None)
    last = np.minimum(np.floor(corners.max(axis=0)).astype(int), (rows - 1, columns - 1))
    if np.any(last < first):
        return mask
    row = np.arange(first[0], last[0] + 1)[:, None]
    column = np.arange(first[1], last[1] + 1)[None, :]
    odd = np.zeros((row.size, column.size), dtype=bool)
    for (r0, c0), (r1, c1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if r0 != r1:
            crosses = (r0 <= row) != (r1 <= row)
            odd ^= crosses & (column < c0 + (row - r0) * (c1 - c0) / (r1 - r0))
    mask[first[0] : last[0] + 1, first[1] : last[1] + 1] = odd
    return mask


def values_inside(mask: NDArray[np.bool_], frame: Frame) -> NDArray[np.float64]:
    """Modality values of the masked pixels; padding is no part of the image and is left out."""
    stored = frame.pixels[mask]
    if frame.padding_range is not None:
        low, high = min(frame.padding_range), max(frame.padding_range)
        stored = stored[(stored < low) | (stored > high)]
    elif frame.padding is not None:
        stored = stored[stored != frame.padding]
    return stored.astype(np.float64) * frame.slope + frame.intercept


def region(outline: Flat, sheet: Sheet) -> tuple[Measured, ...]:
    """Mean, SD, least, largest, median of the values inside, and how many pixels those are.

    SD is that of a sample (n - 1), as SimpleITK's label statistics give it; 0 for one pixel. A colour picture, or an
    outline around no pixel's centre, has no values.
    """
    if sheet.frame.pixels.ndim != 2:
        return ()
    values = values_inside(inside(outline, sheet.frame, sheet.spacing), sheet.frame)
    if not values.size:
        return (Measured("pixels", 0.0, "1"),)
    spread = float(values.std(ddof=1)) if values.size > 1 else 0.0
    told: tuple[tuple[str, float, Unit], ...] = (
        ("mean", float(values.mean()), "value"),
        ("sd", spread, "value"),
        ("min", float(values.min()), "value"),
        ("max", float(values.max()), "value"),
        ("median", float(np.median(values)), "value"),
        ("pixels", float(values.size), "1"),
    )
    return tuple(Measured(*one) for one in told)
