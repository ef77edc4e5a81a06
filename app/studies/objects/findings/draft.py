"""What a foreign object says, before it gets a name in the journal."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.domain.codes import Code
from app.domain.finding import Finding, MapRef, Place, PlaceKind, Point, RunState
from app.domain.objects import Algorithm, Notice, PlacedArray
from app.domain.reports import Points, Shape
from app.domain.volume import FrameRef, Space
from app.studies.objects.findings.ground import Ground, ImageFrame

OVERREAD = "Overread"  # manufacturer that our own exports name
SIDES = {"7771000": "left", "24028007": "right", "51440002": "both", "G-A101": "left", "G-A100": "right"}


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """Findings of one object, with arrays for its maps by key; state is what the object says of its run."""

    findings: tuple[Finding, ...]
    space: Space
    series_instance_uids: tuple[str, ...]
    frame_of_reference_uid: str
    maps: tuple[MapRef, ...] = ()
    arrays: tuple[PlacedArray, ...] = ()
    state: RunState = RunState.IMPORTED
    notices: tuple[Notice, ...] = ()
    algorithm: Algorithm | None = None


def finding_id_of(tracking_uid: str, *names: object) -> str:
    """The tracking UID where there is one, else a UID made from where the finding stands: the same on every reading."""
    return tracking_uid or uid_from(*names)


def uid_from(*names: object) -> str:
    """A UID under 2.25 from names (PS3.5 B.2)."""
    return f"2.25.{uuid.uuid5(uuid.NAMESPACE_OID, '/'.join(map(str, names))).int}"


def side_of(code: Code | None) -> str:
    """left, right or both, '' where a code says neither."""
    return "" if code is None else SIDES.get(code.value, "")


def extent(graphic: str, points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lowest and highest corner of a shape whose points are (n, 3) mm (PS3.3 C.18.6.1.2, C.18.9.1.2)."""
    if graphic in ("ELLIPSE", "ELLIPSOID") and len(points) in (4, 6):
        pairs = points.reshape(-1, 2, 3)
        half = (pairs[:, 1] - pairs[:, 0]) / 2
        center = pairs.mean(axis=(0, 1))
        reach = np.sqrt((half**2).sum(axis=0))
        return center - reach, center + reach
    return points.min(axis=0), points.max(axis=0)


def _axes_of_circle(points: Points) -> Points:
    """Centre and a point on the line to the ends of two axes, as an ellipse is written."""
    (x, y), (there_x, there_y) = points[0][:2], points[1][:2]
    radius = float(np.hypot(there_x - x, there_y - y))
    return ((x - radius, y), (x + radius, y), (x, y - radius), (x, y + radius))


@dataclass(frozen=True, slots=True, eq=False)
class Located:
    """A shape in mm, and the frame it was drawn on."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    is_point: bool
    space: Space
    frame: ImageFrame | None
    frame_of_reference_uid: str


def locate(shape: Shape, ground: Ground) -> Located | None:
    """A shape in the space of its image, or in the patient; None if its image is not here."""
    if shape.is_in_patient:
        points = np.asarray(shape.points, dtype=np.float64).reshape(-1, 3)
        low, high = extent(shape.graphic, points)
        return Located(low, high, len(points) == 1, Space.PATIENT, None, shape.frame_of_reference_uid)
    frame = next((f for image in shape.images if (f := ground.frame_of(image)) is not None), None)
    if frame is None:
        return None
    is_circle = shape.graphic == "CIRCLE" and len(shape.points) == 2
    drawn = _axes_of_circle(shape.points) if is_circle else shape.points
    low, high = extent("ELLIPSE" if is_circle else shape.graphic, frame.from_pixels(drawn))
    single = len(shape.points) == 1
    if not single:  # what is drawn on a slice stands for all of its thickness
        half = np.abs(frame.normal) * frame.thickness_mm / 2
        low, high = low - half, high + half
    return Located(low, high, single, frame.space, frame, frame.frame_of_reference_uid)


def place_of(found: list[Located], ground: Ground, series: tuple[str, ...]) -> Place | None:
    """One place around all shapes; None where there are none, or they lie in different spaces."""
    if not found or len({one.space for one in found}) > 1:
        return None
    if found[0].space is Space.IMAGE:
        named = {one.frame.ref for one in found if one.frame is not None}
        if len(named) > 1:
            return None
    low = np.min([one.low for one in found], axis=0)
    high = np.max([one.high for one in found], axis=0)
    center = as_point((low + high) / 2)
    frame = _frame_at(center, found, ground, series)
    if all(one.is_point for one in found) and len(found) == 1:
        return Place(PlaceKind.POINT, found[0].space, center, frame=frame)
    return Place(PlaceKind.BOX, found[0].space, center, as_point(low), as_point(high), frame)


def _frame_at(
    center: Point, found: list[Located], ground: Ground, series: tuple[str, ...]
) -> FrameRef | None:
    """Of the frames that were drawn on the one nearest to the centre, else the nearest of the series."""
    drawn = [one.frame for one in found if one.frame is not None]
    if drawn:
        return min(drawn, key=lambda frame: _distance(frame, center)).ref
    nearest = ground.nearest(center, series)
    return None if nearest is None else nearest.ref


def _distance(frame: ImageFrame, center: Point) -> float:
    return abs(float(frame.normal @ (np.asarray(center) - frame.affine[:3, 3])))


def as_point(values: NDArray[np.float64]) -> Point:
    """Three floats."""
    return float(values[0]), float(values[1]), float(values[2])
