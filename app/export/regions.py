"""Where a finding lies, drawn on the source images: points and closed lines in image coordinates."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.domain.finding import Place, PlaceKind, Point
from app.domain.geometry import lps_to_index
from app.domain.source_image import SourceImage
from app.domain.volume import Space
from app.export.stacks import height_mm, image_affine, normal_of

# A point farther from its nearest slice than this is not drawn on it (ours: thicker than any slice in use).
_FARTHEST_MM = 10.0
_TOUCH_MM = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A shape on one frame. points: (n, 2) of (column, row) with the corner of the first pixel at 0, 0

    (PS3.3 C.18.6.1.2). A line is closed: its last point is its first.
    """

    image: SourceImage
    points: NDArray[np.float64]

    @property
    def is_point(self) -> bool:
        """One point, no line."""
        return len(self.points) == 1


def draw_place(place: Place, stack: Sequence[SourceImage]) -> tuple[Drawn, ...]:
    """The shapes of a place on the images; empty where it cannot be drawn honestly on any of them."""
    if place.kind is PlaceKind.STUDY or not stack:
        return ()
    has_box = place.box_min is not None and place.box_max is not None
    if place.space is Space.IMAGE:
        shape = _flat_box(place) if has_box else _flat_point(place)
        return _on_projection(place, stack, shape)
    at_its_time = _of_its_time(place, stack)
    drawn = _box_in_patient(place, at_its_time) if has_box else ()
    return drawn or _point_in_patient(place, at_its_time)


def _of_its_time(place: Place, stack: Sequence[SourceImage]) -> Sequence[SourceImage]:
    """Images that lie at one place at different times are told apart by the frame that a place names alone."""
    positions = {image.position_lps_mm for image in stack}
    named = [image for image in stack if image.ref == place.frame]
    return named if len(stack) > 1 and len(positions) == 1 and named else stack


def _on_projection(
    place: Place, stack: Sequence[SourceImage], points_mm: NDArray[np.float64] | None
) -> tuple[Drawn, ...]:
    image = next((one for one in stack if one.ref == place.frame), None)
    if image is None and len(stack) == 1:
        uid = place.frame.sop_instance_uid if place.frame else stack[0].sop_instance_uid
        image = stack[0] if uid == stack[0].sop_instance_uid else None
    if image is None or points_mm is None:
        return ()
    drawn = _drawn(image, points_mm, Space.IMAGE)
    return (drawn,) if drawn else ()


def _flat_point(place: Place) -> NDArray[np.float64] | None:
    return None if place.center is None else np.asarray([place.center], dtype=np.float64)


def _flat_box(place: Place) -> NDArray[np.float64]:
    assert place.box_min is not None
    assert place.box_max is not None
    (left, top, _), (right, bottom, _) = place.box_min, place.box_max
    corners = [(left, top, 0), (right, top, 0), (right, bottom, 0), (left, bottom, 0), (left, top, 0)]
    return np.asarray(corners, dtype=np.float64)


def _point_in_patient(place: Place, stack: Sequence[SourceImage]) -> tuple[Drawn, ...]:
    if place.center is None:
        return ()
    center = np.asarray(place.center, dtype=np.float64)
    nearest = min(stack, key=lambda image: _distance_mm(image, center))
    if _distance_mm(nearest, center) > _FARTHEST_MM:
        return ()
    drawn = _drawn(nearest, center[None], Space.PATIENT)
    return (drawn,) if drawn else ()


def _box_in_patient(place: Place, stack: Sequence[SourceImage]) -> tuple[Drawn, ...]:
    assert place.box_min is not None
    assert place.box_max is not None
    shapes = (_section(image, place.box_min, place.box_max) for image in stack)
    found = (
        _drawn(image, shape, Space.PATIENT)
        for image, shape in zip(stack, shapes, strict=True)
        if shape is not None
    )
    return tuple(drawn for drawn in found if drawn)


def _section(image: SourceImage, low: Point, high: Point) -> NDArray[np.float64] | None:
    """The closed polygon in which a slice cuts a box, or None where it passes by."""
    corners = np.asarray(list(itertools.product(*zip(low, high, strict=True))), dtype=np.float64)
    along = corners @ normal_of(image)
    height = height_mm(image)
    if not along.min() - _TOUCH_MM <= height <= along.max() + _TOUCH_MM:
        return None
    # A slice that touches the first or last face shows the box as well.
    heights = along - np.clip(height, along.min() + _TOUCH_MM, along.max() - _TOUCH_MM)
    cut: list[NDArray[np.float64]] = []
    for first, second in itertools.combinations(range(8), 2):
        is_edge = int(np.sum(corners[first] != corners[second])) == 1
        if is_edge and (heights[first] < 0) != (heights[second] < 0):
            share = heights[first] / (heights[first] - heights[second])
            cut.append(corners[first] + share * (corners[second] - corners[first]))
    if len(cut) < 3:
        return None
    points = np.asarray(cut)
    spread = points - points.mean(axis=0)
    assert image.orientation is not None
    cosines = np.asarray(image.orientation, dtype=np.float64)
    order = np.argsort(np.arctan2(spread @ cosines[3:], spread @ cosines[:3]))
    return np.vstack([points[order], points[order[:1]]])


def _drawn(image: SourceImage, points_mm: NDArray[np.float64], space: Space) -> Drawn | None:
    """Shape in pixels, clipped to the image; None if nothing of it lies on the image."""
    index = lps_to_index(image_affine(image, space), points_mm)
    pixels = index[:, [2, 1]] + 0.5
    size = np.asarray([image.columns, image.rows], dtype=np.float64)
    if (pixels.max(axis=0) < 0).any() or (pixels.min(axis=0) > size).any():
        return None
    return Drawn(image, np.clip(pixels, 0, size))


def _distance_mm(image: SourceImage, point: NDArray[np.float64]) -> float:
    return abs(float(point @ normal_of(image)) - height_mm(image))
