"""Between what is drawn in a view and what stands in the journal: measurements with identity, codes and words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from app.context import AppContext
from app.domain.errors import OverreadError
from app.domain.finding import Point, Quantity, Reading
from app.domain.geometry import normal_of
from app.domain.measure_codes import quantity
from app.domain.measurement import Measurement
from app.domain.volume import Affine, Space
from app.studies.display_sets import DisplaySet
from app.support.i18n import text
from app.support.languages import number_words
from app.support.titles import as_kept, as_shown
from app.support.units import unit_words
from app.ui.contents import PlaneContent, StackContent
from app.ui.flat import FlatContent
from app.workflows.measure import keep, new_id
from viewers import geometry
from viewers.measuring import Measured, flatten, lift
from viewers.shapes import Drawn, Shape, measure_tools

_PAIRED = (("long_axis", "short_axis"), ("mean", "sd"), ("min", "max"))
_SELF_EVIDENT = frozenset({"length", "value"})  # the number alone says it
_DIGITS = {"ctr": 2, "volume": 2}
SQUARE_CM = 100.0


def record(content: FlatContent, drawn: Drawn, before: Measurement | None = None) -> Measurement:
    """What was drawn, with all that makes it stand by itself.

    On a plane cut from the volume it lies in the patient, and the image nearest to its middle stands for its frame.
    """
    display_set = content.subject.display_set
    series = display_set.series
    in_patient = display_set.space is Space.PATIENT
    number = drawn.index
    on_plane = not isinstance(content, StackContent)
    if on_plane:
        middle = np.mean(drawn.outline[:-1] or drawn.points, axis=0)
        number = nearest_number(display_set, (float(middle[0]), float(middle[1]), float(middle[2])))
    affine = display_set.affines[number]
    index = [] if on_plane else [geometry.index_at(affine, point) for point in drawn.points]
    unit = unit_of(content)
    return Measurement(
        measurement_id=drawn.shape_id or new_id(),
        tool=drawn.tool_id,
        study_instance_uid=display_set.study_instance_uid,
        series_instance_uid=series.series_instance_uid,
        frame_of_reference_uid=display_set.frame_of_reference_uid if in_patient else "",
        space=display_set.space,
        frame=display_set.frames[number].ref,
        graphic=measure_tools()[drawn.tool_id].graphic,
        points=drawn.points,
        row_column=tuple((float(row), float(column)) for _, row, column in index),
        quantities=_told(
            content, [quantity(one.key, one.value, one.unit, unit) for one in drawn.measured], drawn.index
        ),
        outline=drawn.outline,
        label=before.label if before else "",
        calibration=as_kept("calibration", content.view.info.scale_note),
        on_plane=on_plane,
    )


def with_outline(one: Measurement, image: Affine) -> Measurement:
    """The closed line of a region, drawn from its points on its image as the tool draws it."""
    tool = measure_tools()[one.tool]
    if not tool.is_region or one.on_plane:  # of a plane it came along
        return one
    return replace(one, outline=lift(image, tool.outline(flatten(image, one.points))[0]))


def shapes_of(reading: Reading | None, content: FlatContent, chosen_id: str) -> tuple[Shape, ...]:
    """The measurements that belong on a picture: its own by frame, others of its frame of reference by place.

    On planes all are found by place, and so is what was drawn on a plane wherever it is shown.
    """
    if reading is None:
        return ()
    display_set, is_stack = content.subject.display_set, isinstance(content, StackContent)
    numbers = {address.ref: number for number, address in enumerate(display_set.frames)}
    made = []
    for one in reading.measurements:
        number = numbers.get(one.frame)
        in_patient = one.space is Space.PATIENT
        same_space = in_patient and one.frame_of_reference_uid == display_set.frame_of_reference_uid != ""
        if number is None and not same_space:
            continue
        if one.on_plane or not is_stack:
            number = None
        outline = one.outline if number is None else ()
        lines = lines_of(one.quantities, one.calibration, one.label)
        is_chosen = one.measurement_id == chosen_id
        made.append(
            Shape(one.measurement_id, one.tool, one.points, lines, number, is_chosen, in_patient, outline)
        )
    return tuple(made)


def nearest_number(display_set: DisplaySet, point: Point) -> int:
    """Number of the image whose plane is nearest to a point (LPS mm)."""
    away = [abs(float(normal_of(each) @ np.subtract(point, each[:3, 3]))) for each in display_set.affines]
    return int(np.argmin(away))


def draft_lines(content: FlatContent, measured: Sequence[Measured]) -> tuple[str, ...]:
    """The words of a measurement that is being made."""
    plain = [quantity(one.key, one.value, one.unit, unit_of(content)) for one in measured]
    return lines_of(_told(content, plain, content.view.frame_index), content.view.info.scale_note)


def unit_of(content: FlatContent) -> str:
    """Unit of the modality values on the screen, HU in CT; '' where the file names none."""
    return content.value_unit if isinstance(content, StackContent | PlaneContent) else ""


def _told(content: FlatContent, plain: Sequence[Quantity], index: int) -> tuple[Quantity, ...]:
    """With what values stand for in the world, where the file of an image says so."""
    return content.told(plain, index) if isinstance(content, StackContent) else tuple(plain)


def lines_of(quantities: Iterable[Quantity], calibration: str = "", label: str = "") -> tuple[str, ...]:
    """A measurement in a few short lines; pairs that belong together share one. Calibration is said with every mm."""
    told = {one.key: one for one in quantities}
    lines = [label] if label else []
    for pair in _PAIRED:
        if all(key in told for key in pair):
            lines.append("  ".join(_said(told.pop(key)) for key in pair))
    lines[len(lines) :] = [_said(one) for one in told.values() if one.key != "pixels"]
    has_mm = any(one.unit.value in {"mm", "mm2"} for one in quantities) if calibration else False
    return (
        (*lines, text("measure.calibration", note=as_shown("calibration", calibration)))
        if has_mm
        else tuple(lines)
    )


def _said(one: Quantity) -> str:
    name = "" if one.key in _SELF_EVIDENT else text(f"measure.name.{one.key}")
    if one.unit.value == "mm2" and one.value >= SQUARE_CM:
        return text(
            "measure.line", name=name, value=number_words(one.value / SQUARE_CM, 2), unit=text("unit.cm2")
        ).strip()
    digits = _DIGITS.get(one.key, 1)
    value, unit = number_words(one.value, digits), unit_words(one.unit.value)
    return text("measure.line", name=name, value=value, unit=unit).strip().replace(" °", "°")


class Measuring:
    """Keeps what is drawn in any view, and tells in one sentence where that fails."""

    def __init__(self, ctx: AppContext) -> None:
        self._ctx = ctx

    def keep(self, content: FlatContent, drawn: Drawn) -> None:
        """Into the journal; the view shows it once it is there."""
        reading = self._ctx.store.state.reading.reading
        before = reading.measurement(drawn.shape_id) if reading and drawn.shape_id else None
        if not all(np.isfinite(one.value) for one in drawn.measured):
            raise OverreadError("error.measure.no_number")
        keep(self._ctx, record(content, drawn, before))
