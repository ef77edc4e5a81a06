"""Another extent, or another number, for a finding: drafted on the screen, then one verdict in the journal."""

from __future__ import annotations

from dataclasses import replace

from app.context import AppContext
from app.domain.codes import MILLIMETER
from app.domain.errors import OverreadError
from app.domain.finding import Judgement, Place, PlaceKind, Point, Quantity, Reading, Verdict
from app.domain.measurement import Measurement
from app.state.panel_events import ExtentDrafted
from app.workflows.judge import judge
from app.workflows.own_findings import place_of, reshape, selected_own

START_MM = 5.0  # half the edge of the box that a point or a region begins with (ours)
LEAST_MM = 0.5  # no side comes nearer to its opposite
AREA_TOOLS = frozenset({"rectangle", "ellipse", "circle", "freehand", "probe", "polyline"})
LENGTHS = frozenset({"length", "long_axis"})
DIAMETER = "diameter"


def begin_extent(ctx: AppContext) -> None:
    """Draft the extent of the selected finding. Raises OverreadError where none is selected or it has no place."""
    judgement = _selected(ctx)
    if judgement is None:
        raise OverreadError("error.extent.nothing_selected")
    place = judgement.place or judgement.finding.place
    if place.center is None or place.kind is PlaceKind.STUDY:
        raise OverreadError("error.extent.no_place")
    ctx.store.apply(ExtentDrafted(judgement.finding.finding_id, as_box(place)))


def drop_extent(ctx: AppContext) -> None:
    """The finding keeps the extent it had."""
    ctx.store.apply(ExtentDrafted())


def draft(ctx: AppContext, place: Place) -> None:
    """The extent would be this."""
    extent = ctx.store.state.reading.extent
    if extent is not None:
        ctx.store.apply(ExtentDrafted(extent.finding_id, place))


def keep_extent(ctx: AppContext) -> None:
    """The draft becomes the reader's place of the finding. Raises JournalError; then nothing changed."""
    extent = ctx.store.state.reading.extent
    if extent is None:
        return
    own = selected_own(ctx)
    if own is not None:
        reshape(ctx, own, extent.place)
    else:
        judge(ctx, Verdict.EDITED, place=extent.place)
    drop_extent(ctx)


def redraw(ctx: AppContext, measurement: Measurement) -> bool:
    """What was drawn while an extent is being changed: an area is the new draft, a length the new diameter.

    False where no extent is being changed, or what was drawn is neither: then it is a measurement like any other.
    """
    extent = ctx.store.state.reading.extent
    if extent is None:
        return False
    if measurement.tool in AREA_TOOLS:
        draft(ctx, _as_deep(place_of(measurement), extent.place))
        return True
    length = next((one for one in measurement.quantities if one.key in LENGTHS), None)
    if length is None or selected_own(ctx) is not None:
        return False
    set_number(ctx, length.value)
    return True


def set_number(ctx: AppContext, value: float) -> None:
    """Put a number in the place of the first one of the selected finding; a diameter in mm where it has none.

    Raises OverreadError for a number that is none, JournalError where it cannot be written.
    """
    judgement = _selected(ctx)
    if judgement is None or judgement.finding.is_readers:
        raise OverreadError("error.extent.nothing_selected")
    if not 0.0 <= value < float("inf"):
        raise OverreadError("error.extent.no_number", value=value)
    known = judgement.shown_quantities
    number = replace(known[0], value=value) if known else Quantity(DIAMETER, value, MILLIMETER)
    judge(ctx, Verdict.EDITED, quantities=(number,))


def as_box(place: Place) -> Place:
    """The same place as a box in its space; a point is its middle."""
    center = place.center or (0.0, 0.0, 0.0)
    if place.box_min is not None and place.box_max is not None:
        low, high = place.box_min, place.box_max
    else:
        low = (center[0] - START_MM, center[1] - START_MM, center[2] - START_MM)
        high = (center[0] + START_MM, center[1] + START_MM, center[2] + START_MM)
    return boxed(place, low, high)


def boxed(place: Place, low: Point, high: Point) -> Place:
    """A place with these corners and the middle between them."""
    center: Point = ((low[0] + high[0]) / 2, (low[1] + high[1]) / 2, (low[2] + high[2]) / 2)
    return Place(PlaceKind.BOX, place.space, center, low, high, place.frame)


def moved(place: Place, by: Point) -> Place:
    """The box moved as a whole, mm."""
    low, high = _corners(place)
    return boxed(place, _plus(low, by), _plus(high, by))


def side_moved(place: Place, by: Point, *, leading: bool) -> Place:
    """One side of the box moved along the axis that `by` is longest in; leading: the side that looks along `by`.

    A side stops before it meets its opposite.
    """
    low, high = (list(corner) for corner in _corners(place))
    axis = max(range(3), key=lambda n: abs(by[n]))
    step = by[axis]
    if (step > 0) == leading:
        high[axis] = max(high[axis] + step, low[axis] + LEAST_MM)
    else:
        low[axis] = min(low[axis] + step, high[axis] - LEAST_MM)
    return boxed(place, (low[0], low[1], low[2]), (high[0], high[1], high[2]))


def with_extent(reading: Reading | None, finding_id: str, place: Place) -> Reading | None:
    """The reading as it would be with the draft: for pictures only."""
    if reading is None:
        return None
    changed = tuple(
        replace(one, place=place) if one.finding.finding_id == finding_id else one
        for one in reading.judgements
    )
    return replace(reading, judgements=changed)


def _as_deep(drawn: Place, before: Place) -> Place:
    """What is drawn on one image has no depth: it takes that of the draft before, which follows it where it must."""
    low, high = (list(corner) for corner in _corners(drawn))
    old_low, old_high = _corners(before)
    for axis in range(3):
        if high[axis] - low[axis] < LEAST_MM:
            at, half = low[axis], (old_high[axis] - old_low[axis]) / 2
            stays = old_low[axis] <= at <= old_high[axis]
            low[axis] = old_low[axis] if stays else at - half
            high[axis] = old_high[axis] if stays else at + half
    return replace(
        boxed(drawn, (low[0], low[1], low[2]), (high[0], high[1], high[2])), frame=drawn.frame or before.frame
    )


def _selected(ctx: AppContext) -> Judgement | None:
    state = ctx.store.state.reading
    return state.reading.judgement(state.selected_id) if state.reading else None


def _corners(place: Place) -> tuple[Point, Point]:
    box = as_box(place)
    assert box.box_min is not None  # as_box gives both corners
    assert box.box_max is not None
    return box.box_min, box.box_max


def _plus(point: Point, by: Point) -> Point:
    return point[0] + by[0], point[1] + by[1], point[2] + by[2]
