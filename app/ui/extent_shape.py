"""The extent that is being changed, as a rectangle with handles on the image or plane through its middle."""

from __future__ import annotations

import numpy as np

from app.domain.finding import Point
from app.domain.volume import Space
from app.state.model import AppState
from app.ui.flat import FlatContent
from app.ui.marks import belongs
from app.ui.targets import frames_of
from viewers.shapes import Shape

EXTENT = "extent"  # in place of a measurement's id
ALONG = 0.999  # cosine from which a plane counts as square to an axis of the box


def extent_shape(state: AppState, content: FlatContent) -> tuple[Shape, ...]:
    """One shape, or none where nothing is changed, the picture is of something else, or the plane lies aslant."""
    extent, reading, plane = state.reading.extent, state.reading.reading, content.view.plane
    judgement = reading.judgement(extent.finding_id) if extent and reading else None
    if extent is None or judgement is None or plane is None:
        return ()
    place = extent.place
    if place.box_min is None or place.box_max is None or place.center is None:
        return ()
    if not belongs(reading, judgement.finding, content.subject.target):
        return ()
    normal = np.cross(plane.right, plane.down)
    normal = np.abs(normal) / float(np.linalg.norm(normal))
    axis = int(np.argmax(normal))
    if normal[axis] < ALONG:
        return ()
    first, second = list(place.box_min), list(place.box_max)
    first[axis] = second[axis] = place.center[axis]
    points: tuple[Point, Point] = ((first[0], first[1], first[2]), (second[0], second[1], second[2]))
    frames = frames_of(place.frame, content.subject.target)
    index = min(frames) if frames else None
    in_patient = place.space is Space.PATIENT
    return (Shape(EXTENT, "rectangle", points, index=index, selected=True, in_patient=in_patient),)
