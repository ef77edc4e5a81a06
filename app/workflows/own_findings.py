"""Findings of the reader's own in the open study: marked, named, taken away; the journal first, then the screen."""

from __future__ import annotations

from dataclasses import replace

from app.context import AppContext
from app.domain.finding import Finding, Marked, Place, PlaceKind, Point
from app.domain.measurement import Measurement
from app.state.reading_events import FindingSelected, VerdictTaken
from app.support.clock import utc_now
from app.support.i18n import text
from app.workflows.measure import new_id
from app.workflows.showing import shown_reading

KEY = "reader_finding"


def place_of(measurement: Measurement) -> Place:
    """Where a measurement lies, as the place of a finding: the box round its points, or its only point."""
    points = (*measurement.points, *measurement.outline)
    low: Point = (min(p[0] for p in points), min(p[1] for p in points), min(p[2] for p in points))
    high: Point = (max(p[0] for p in points), max(p[1] for p in points), max(p[2] for p in points))
    center: Point = ((low[0] + high[0]) / 2, (low[1] + high[1]) / 2, (low[2] + high[2]) / 2)
    if low == high:
        return Place(PlaceKind.POINT, measurement.space, center, frame=measurement.frame)
    return Place(PlaceKind.BOX, measurement.space, center, low, high, measurement.frame)


def mark(ctx: AppContext, place: Place, series_instance_uid: str, frame_of_reference_uid: str) -> str:
    """Mark a finding that no model found and turn to it; returns its id. Raises JournalError; then nothing changed."""
    finding = Finding(
        finding_id=new_id(),
        result_id="",
        key=KEY,
        label=text("ui.own_finding.label"),
        code=None,
        score=None,
        threshold=None,
        site="",
        side="",
        place=place,
    )
    _write(ctx, Marked(finding, series_instance_uid, frame_of_reference_uid), "deed.own_finding")
    ctx.store.apply(FindingSelected(finding.finding_id))
    return finding.finding_id


def relabel(ctx: AppContext, marked: Marked, label: str) -> None:
    """Another name for an own finding. Raises JournalError; then nothing changed."""
    _write(ctx, replace(marked, finding=replace(marked.finding, label=label)), "deed.own_finding_named")


def reshape(ctx: AppContext, marked: Marked, place: Place) -> None:
    """Another place for an own finding. Raises JournalError; then nothing changed."""
    _write(ctx, replace(marked, finding=replace(marked.finding, place=place)), "deed.own_finding_reshaped")


def rewrite(ctx: AppContext, marked: Marked, words_key: str) -> None:
    """An own finding as it is from now on; words_key says what changed. Raises JournalError; then nothing changed."""
    _write(ctx, marked, words_key)


def unmark(ctx: AppContext, marked: Marked) -> None:
    """Take an own finding away. Raises JournalError; then nothing changed."""
    from app.findings.events import FindingUnmarked

    uid = ctx.store.state.workspace.open_study_uid
    ctx.journal.append(FindingUnmarked(uid, marked.finding.finding_id, ctx.reader))
    said = text("deed.own_finding_removed", finding=marked.finding.label)
    ctx.store.apply(VerdictTaken(shown_reading(ctx, uid), said, utc_now()))


def selected_own(ctx: AppContext) -> Marked | None:
    """The selected finding if a reader marked it."""
    reading = ctx.store.state.reading
    return reading.reading.marked_as(reading.selected_id) if reading.reading else None


def _write(ctx: AppContext, marked: Marked, words_key: str) -> None:
    from app.findings.events import FindingMarked

    uid = ctx.store.state.workspace.open_study_uid
    ctx.journal.append(
        FindingMarked(
            uid, marked.finding, marked.series_instance_uid, marked.frame_of_reference_uid, ctx.reader
        )
    )
    said = text(words_key, finding=marked.finding.label)
    ctx.store.apply(VerdictTaken(shown_reading(ctx, uid), said, utc_now()))
