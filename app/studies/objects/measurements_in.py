"""What readers measured, read again from structured reports: our own exactly, others' as far as their lines say it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.domain.codes import HOUNSFIELD
from app.domain.finding import Quantity
from app.domain.measure_codes import CONCEPTS
from app.domain.measurement import Measurement
from app.domain.reports import MeasurementGroup, Shape, StructuredReport
from app.domain.volume import Affine
from app.studies.objects.content import walk_content
from app.studies.objects.findings.ground import Ground, ImageFrame
from app.studies.objects.measured_planes import on_plane, placed, tool_named
from app.support.i18n import FALLBACK_LANGUAGE, template

ATTENUATION = "112031"
OBSERVER = "121008"  # Person Observer Name
RECTANGLE_PX = 0.01
_KEYS = {code.value: key for key, code in CONCEPTS.items() if key != "cobb_angle"}
GRAPHICS = {
    "ellipse": "ELLIPSE", "circle": "CIRCLE", "rectangle": "POLYGON", "freehand": "POLYGON", "probe": "POINT",
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class FoundMeasurements:
    """Measurements of a report, each with the affine of its image; left_out: groups with nothing on an image here."""

    measurements: tuple[tuple[Measurement, Affine], ...]
    left_out: int


def measurements_in(report: StructuredReport, ground: Ground) -> FoundMeasurements:
    """Every measurement group that has an identity and lines on one image of the study."""
    reader = _observer(report)
    at = "T".join(part for part in (report.head.content_date, report.head.content_time) if part)
    found = [_measurement(group, ground, reader, at) for group in report.groups]
    made = tuple(one for one in found if one is not None)
    return FoundMeasurements(made, len(found) - len(made))


def _measurement(
    group: MeasurementGroup, ground: Ground, reader: str, at: str
) -> tuple[Measurement, Affine] | None:
    if not group.tracking_uid or group.segments or not group.shapes:
        return None
    found = on_plane(group, ground) if group.shapes[0].is_in_patient else _on_image(group, ground)
    if found is None:
        return None
    made = replace(
        found[0],
        study_instance_uid=ground.study.study_instance_uid,
        graphic=GRAPHICS.get(found[0].tool, "POLYLINE"),
        quantities=_quantities(group, found[0].tool),
        label=_label(group),
        calibration=_calibration(group),
        reader=reader,
        at=at,
    )
    return made, found[1]


def _on_image(group: MeasurementGroup, ground: Ground) -> tuple[Measurement, Affine] | None:
    shapes = [shape for shape in group.shapes if not shape.is_in_patient]
    frames = {frame.ref: frame for shape in shapes for frame in _frames(shape, ground)}
    drawn = _drawn(group, shapes)
    if len(frames) != 1 or drawn is None:
        return None
    (frame,) = frames.values()
    tool, pixels = drawn
    points = frame.from_pixels([(float(x), float(y)) for x, y in pixels])
    row_column = tuple((float(y) - 0.5, float(x) - 0.5) for x, y in pixels)
    return placed(group.tracking_uid, tool, frame, points, row_column), frame.affine


def _frames(shape: Shape, ground: Ground) -> list[ImageFrame]:
    return [frame for image in shape.images if (frame := ground.frame_of(image)) is not None]


def _drawn(group: MeasurementGroup, shapes: Sequence[Shape]) -> tuple[str, NDArray[np.float64]] | None:
    """The tool, and the points that its reader set, (column, row) with the corner of the first pixel at 0, 0."""
    if not shapes:
        return None
    named = tool_named(group)
    lines = [np.asarray(shape.points, dtype=np.float64).reshape(-1, 2) for shape in shapes]
    told = {_KEYS.get(one.name.value, "") for one in group.measurements if one.name is not None}
    tool = named or _guess(shapes, lines, told)
    kind = shapes[0].graphic
    if tool == "ellipse" and kind == "ELLIPSE":
        return tool, np.array([lines[0].min(axis=0), lines[0].max(axis=0)])
    if tool == "rectangle":
        return tool, lines[0][[0, 2]]
    if tool == "freehand":
        is_closed = len(lines[0]) > 1 and bool(np.allclose(lines[0][0], lines[0][-1]))
        return tool, lines[0][:-1] if is_closed else lines[0]
    return (tool, np.concatenate(lines)) if tool else None


def _guess(shapes: Sequence[Shape], lines: Sequence[NDArray[np.float64]], told: set[str]) -> str:
    """By what is drawn and what is told of it; '' for what none of our tools draws."""
    kind, count = shapes[0].graphic, len(lines[0])
    single = {"POINT": "probe", "ELLIPSE": "ellipse", "CIRCLE": "circle"}.get(kind, "")
    if single:
        return single if len(shapes) == 1 else ""
    if len(shapes) == 2 and all(len(line) == 2 for line in lines):
        return "cobb" if "angle" in told else "bidirectional" if "long_axis" in told else ""
    if len(shapes) > 1 or kind not in {"POLYLINE", "POLYGON"}:
        return ""
    if _is_closed(lines[0]) or kind == "POLYGON":
        return "rectangle" if _is_upright(lines[0]) else "freehand"
    if count == 2:
        return "length" if told else "arrow"
    return "angle" if count == 3 and "angle" in told else "polyline"


def _is_closed(line: NDArray[np.float64]) -> bool:
    return len(line) > 3 and bool(np.allclose(line[0], line[-1], atol=RECTANGLE_PX))


def _is_upright(line: NDArray[np.float64]) -> bool:
    """Four corners whose sides run along rows and columns in turn."""
    steps = np.abs(np.diff(line, axis=0))
    if len(line) != 5 or not _is_closed(line):
        return False
    level = steps[:, 1] <= RECTANGLE_PX
    upright = steps[:, 0] <= RECTANGLE_PX
    return bool(np.all(level != upright) and np.all(level[:-1] != level[1:]))


def _quantities(group: MeasurementGroup, tool: str) -> tuple[Quantity, ...]:
    made = []
    for one in group.measurements:
        if one.number is None or one.name is None or one.unit is None:
            continue
        key = "value" if one.name.value == ATTENUATION else _KEYS.get(one.name.value, "")
        key = "cobb_angle" if key == "angle" and tool == "cobb" else key
        if key:
            unit = HOUNSFIELD if one.unit.value == HOUNSFIELD.value else one.unit
            made.append(Quantity(key, one.number, unit, CONCEPTS.get(key)))
    return tuple(made)


def _label(group: MeasurementGroup) -> str:
    """The reader's own words; a tool's name stands in for them in our reports, beside the remark that names it."""
    said = _between(group.comments, "export.measure.tool", "tool")
    return "" if group.tracking_id == said else group.tracking_id


def _calibration(group: MeasurementGroup) -> str:
    return _between(group.comments, "export.measure.calibration", "note")


def _between(comments: Sequence[str], key: str, name: str) -> str:
    """What stands in place of a name in the comment that follows a text of ours."""
    before, _, after = template(key, FALLBACK_LANGUAGE).partition(f"{{{name}}}")
    for words in comments:
        if words.startswith(before) and words.endswith(after) and len(words) >= len(before) + len(after):
            return words[len(before) : len(words) - len(after)]
    return ""


def _observer(report: StructuredReport) -> str:
    items = walk_content(report.root)
    return next((one.value for one in items if one.name is not None and one.name.value == OBSERVER), "")
