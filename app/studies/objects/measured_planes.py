"""Measurements that lie in the patient and not on an image: on planes that were cut from a volume."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.domain.measure_codes import MEASURE_TOOLS, TOOL_USED
from app.domain.measurement import Measurement
from app.domain.reports import MeasurementGroup
from app.domain.volume import Affine, Space
from app.studies.objects.findings.ground import Ground, ImageFrame

Points = NDArray[np.float64]


def tool_named(group: MeasurementGroup) -> str:
    """The tool that our own report names; '' in others."""
    named = (code.value for name, code in group.evaluations if name.value == TOOL_USED.value)
    return next((one for one in named if one in MEASURE_TOOLS), "")


def placed(
    measurement_id: str,
    tool: str,
    frame: ImageFrame,
    points: Points,
    row_column: tuple[tuple[float, float], ...],
) -> Measurement:
    """Who it is and where it lies; what it tells is added by whoever reads the group."""
    return Measurement(
        measurement_id=measurement_id,
        tool=tool,
        study_instance_uid="",
        series_instance_uid=frame.series_instance_uid,
        frame_of_reference_uid=frame.frame_of_reference_uid if frame.space is Space.PATIENT else "",
        space=frame.space,
        frame=frame.ref,
        graphic="",
        points=tuple((float(x), float(y), float(z)) for x, y, z in points),
        row_column=row_column,
        quantities=(),
        on_plane=not row_column,
    )


def on_plane(group: MeasurementGroup, ground: Ground) -> tuple[Measurement, Affine] | None:
    """Points in LPS mm of a frame of reference that images here have; the image that it names stands for its frame."""
    shapes = group.shapes
    uid = shapes[0].frame_of_reference_uid
    lines = [np.asarray(shape.points, dtype=np.float64).reshape(-1, 3) for shape in shapes]
    tool = tool_named(group) or _guess(shapes[0].graphic, lines)
    if not tool or any(shape.frame_of_reference_uid != uid for shape in shapes):
        return None
    whole = np.concatenate(lines)
    is_region = shapes[0].graphic == "POLYGON"
    middle = (lines[0][:-1] if is_region else whole).mean(axis=0)
    named = (ground.frame_of(image) for image in group.images)
    frame = next((one for one in named if one is not None), None) or ground.nearest(
        (float(middle[0]), float(middle[1]), float(middle[2])), ground.series_in(uid)
    )
    if frame is None or frame.frame_of_reference_uid != uid:
        return None
    made = placed(group.tracking_uid, tool, frame, _set_points(tool, lines[0]) if is_region else whole, ())
    outline = tuple((float(x), float(y), float(z)) for x, y, z in lines[0]) if is_region else ()
    return replace(made, outline=outline), frame.affine


def _guess(graphic: str, lines: list[Points]) -> str:
    """Of another maker's report: what its lines can be without knowing more."""
    if graphic == "POINT" and len(lines) == 1:
        return "probe"
    if graphic == "POLYGON" and len(lines) == 1:
        return "freehand"
    if graphic == "POLYLINE" and len(lines) == 1:
        return "length" if len(lines[0]) == 2 else "polyline"
    return ""


def _set_points(tool: str, outline: Points) -> Points:
    """The points that a reader set, found again in the closed outline that the tool made of them."""
    corners = outline[:-1]
    if tool == "rectangle" and len(corners) == 4:
        return corners[[0, 2]]
    if tool not in {"ellipse", "circle"}:
        return corners
    middle, count = corners.mean(axis=0), len(corners)
    first = corners[0] - middle
    if tool == "circle":
        return np.array([middle, corners[0]])
    quarter = count // 4
    turn = 2 * math.pi * quarter / count
    second = (corners[quarter] - middle - first * math.cos(turn)) / math.sin(turn)
    return np.array([middle - first - second, middle + first + second])
