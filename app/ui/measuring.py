"""Between what is drawn in a view and what stands in the journal: measurements with identity, codes and words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from app.context import AppContext
from app.domain.errors import OverreadError
from app.domain.finding import Quantity, Reading
from app.domain.measure_codes import quantity
from app.domain.measurement import Measurement
from app.domain.volume import Space
from app.studies.display_sets import DisplaySet
from app.support.i18n import text
from app.ui.contents import StackContent
from app.workflows.measure import keep, new_id
from viewers import geometry
from viewers.measuring import Measured
from viewers.shapes import Drawn, Shape, measure_tools

_PAIRED = (("long_axis", "short_axis"), ("mean", "sd"), ("min", "max"))
_SELF_EVIDENT = frozenset({"length", "value"})  # the number alone says it
SQUARE_CM = 100.0


def record(content: StackContent, drawn: Drawn, before: Measurement | None = None) -> Measurement:
    """What was drawn, with all that makes it stand by itself."""
    display_set = content.subject.display_set
    affine = display_set.affines[drawn.index]
    series = display_set.series
    in_patient = display_set.space is Space.PATIENT
    index = [geometry.index_at(affine, point) for point in drawn.points]
    unit = content.value_unit
    return Measurement(
        measurement_id=drawn.shape_id or new_id(),
        tool=drawn.tool_id,
        study_instance_uid=display_set.study_instance_uid,
        series_instance_uid=series.series_instance_uid,
        frame_of_reference_uid=series.frame_of_reference_uid if in_patient else "",
        space=display_set.space,
        frame=display_set.frames[drawn.index].ref,
        graphic=measure_tools()[drawn.tool_id].graphic,
        points=drawn.points,
        row_column=tuple((float(row), float(column)) for _, row, column in index),
        quantities=tuple(quantity(one.key, one.value, one.unit, unit) for one in drawn.measured),
        outline=drawn.outline,
        label=before.label if before else "",
        calibration=content.view.info.scale_note,
    )


def shapes_of(
    reading: Reading | None, display_set: DisplaySet, chosen_id: str, calibration: str = ""
) -> tuple[Shape, ...]:
    """The measurements that belong on a display set: its own by frame, others of its frame of reference by place."""
    if reading is None:
        return ()
    numbers = {address.ref: number for number, address in enumerate(display_set.frames)}
    made = []
    for one in reading.measurements:
        number = numbers.get(one.frame)
        in_patient = one.space is Space.PATIENT
        same_space = (
            in_patient and one.frame_of_reference_uid == display_set.series.frame_of_reference_uid != ""
        )
        if number is None and not same_space:
            continue
        lines = lines_of(one.quantities, one.calibration or calibration, one.label)
        is_chosen = one.measurement_id == chosen_id
        made.append(Shape(one.measurement_id, one.tool, one.points, lines, number, is_chosen, in_patient))
    return tuple(made)


def draft_lines(content: StackContent, measured: Sequence[Measured]) -> tuple[str, ...]:
    """The words of a measurement that is being made."""
    told = [quantity(one.key, one.value, one.unit, content.value_unit) for one in measured]
    return lines_of(told, content.view.info.scale_note)


def lines_of(quantities: Iterable[Quantity], calibration: str = "", label: str = "") -> tuple[str, ...]:
    """A measurement in a few short lines; pairs that belong together share one. Calibration is said with every mm."""
    told = {one.key: one for one in quantities}
    lines = [label] if label else []
    for pair in _PAIRED:
        if all(key in told for key in pair):
            lines.append("  ".join(_said(told.pop(key)) for key in pair))
    lines[len(lines) :] = [_said(one) for one in told.values() if one.key != "pixels"]
    has_mm = any(one.unit.value in {"mm", "mm2"} for one in quantities) if calibration else False
    return (*lines, text("measure.calibration", note=calibration)) if has_mm else tuple(lines)


def _said(one: Quantity) -> str:
    name = "" if one.key in _SELF_EVIDENT else text(f"measure.name.{one.key}")
    if one.unit.value == "mm2" and one.value >= SQUARE_CM:
        return text("measure.line", name=name, value=f"{one.value / SQUARE_CM:.2f}", unit="cm²").strip()
    units = {"mm2": "mm²", "deg": "°", "[hnsf'U]": "HU", "{pixels}": "px", "1": ""}
    unit = units.get(one.unit.value, one.unit.value)
    return text("measure.line", name=name, value=f"{one.value:.1f}", unit=unit).strip().replace(" °", "°")


class Measuring:
    """Keeps what is drawn in any view, and tells in one sentence where that fails."""

    def __init__(self, ctx: AppContext) -> None:
        self._ctx = ctx

    def keep(self, content: StackContent, drawn: Drawn) -> None:
        """Into the journal; the view shows it once it is there."""
        reading = self._ctx.store.state.reading.reading
        before = reading.measurement(drawn.shape_id) if reading and drawn.shape_id else None
        if not all(np.isfinite(one.value) for one in drawn.measured):
            raise OverreadError("error.measure.no_number")
        keep(self._ctx, record(content, drawn, before))
