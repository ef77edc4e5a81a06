"""Keep, change and remove measurements of the open study: the journal first, then the screen."""

from __future__ import annotations

import uuid

from app.context import AppContext
from app.domain.measurement import Measurement
from app.state.reading_events import MeasurementChosen, VerdictTaken
from app.support.clock import utc_now
from app.support.i18n import text
from app.workflows.showing import shown_reading


def new_id() -> str:
    """A tracking UID of our own (PS3.5 B.2: a UUID under 2.25)."""
    return f"2.25.{uuid.uuid4().int}"


def keep(ctx: AppContext, measurement: Measurement) -> None:
    """Write a new measurement, or a changed one. Raises JournalError; then nothing has changed."""
    from app.findings.events import MeasurementSet

    study = measurement.study_instance_uid
    ctx.journal.append(MeasurementSet(study, measurement, ctx.reader))
    said = text("deed.measured", tool=text(f"action.tool.{measurement.tool}"))
    if study == ctx.store.state.workspace.open_study_uid:
        ctx.store.apply(VerdictTaken(shown_reading(ctx, study), said, utc_now()))
        ctx.store.apply(MeasurementChosen(measurement.measurement_id))


def remove_chosen(ctx: AppContext) -> bool:
    """Take the chosen measurement away; false if none is chosen. Raises JournalError."""
    from app.findings.events import MeasurementRemoved

    state = ctx.store.state
    reading = state.reading.reading
    chosen = reading.measurement(state.reading.measurement_id) if reading else None
    if chosen is None:
        return False
    study = chosen.study_instance_uid
    ctx.journal.append(MeasurementRemoved(study, chosen.measurement_id, ctx.reader))
    said = text("deed.measure_removed", tool=text(f"action.tool.{chosen.tool}"))
    ctx.store.apply(MeasurementChosen(""))
    ctx.store.apply(VerdictTaken(shown_reading(ctx, study), said, utc_now()))
    return True
