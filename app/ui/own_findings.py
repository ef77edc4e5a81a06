"""Marking a finding that no model found: under the pointer, at a cross moved by keys, or where a measurement lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.context import AppContext
from app.domain.errors import OverreadError
from app.domain.finding import Place, PlaceKind, Point
from app.domain.volume import FrameRef, Space
from app.studies.display_sets import DisplaySet
from app.ui.contents import StackContent
from app.ui.flat import FlatContent
from app.ui.measuring import nearest_number
from app.workflows.own_findings import mark, place_of

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow


class OwnFindings:
    """What the action `finding.mark` does."""

    def __init__(self, ctx: AppContext, window: MainWindow) -> None:
        self._ctx = ctx
        self._window = window

    def mark(self) -> None:
        """Into the journal, selected, its label ready to be typed over.

        Where nothing is pointed at, a cross on the picture waits for its place by keys. Raises OverreadError where that
        is not possible either.
        """
        reading = self._ctx.store.state.reading
        chosen = reading.reading.measurement(reading.measurement_id) if reading.reading else None
        content = self._window.host.active
        point = content.view.pointed if isinstance(content, FlatContent) else None
        if chosen is not None:
            mark(self._ctx, place_of(chosen), chosen.series_instance_uid, chosen.frame_of_reference_uid)
        elif isinstance(content, FlatContent) and point is not None:
            self.mark_at(content, point)
        elif isinstance(content, FlatContent):
            self._window.desk.pointing.begin(marks=True)
            return
        else:
            raise OverreadError("error.own_finding.no_place")
        self._window.findings.edit()

    def mark_at(self, content: FlatContent, point: Point, size_mm: float = 0.0) -> None:
        """A finding at a point of a picture (mm), with a box of this edge round it unless that is 0.

        Raises OverreadError where the picture is of another study, JournalError where it cannot be written.
        """
        subject = content.subject
        if subject.study.study_instance_uid != self._ctx.store.state.workspace.open_study_uid:
            raise OverreadError("error.own_finding.other_study")
        shown = subject.display_set
        frame = _shown_frame(content) if isinstance(content, StackContent) else nearest_frame(shown, point)
        in_patient = shown.space is Space.PATIENT
        mark(
            self._ctx,
            boxed_place(shown.space, point, size_mm, frame),
            shown.series.series_instance_uid,
            shown.frame_of_reference_uid if in_patient else "",
        )


def boxed_place(space: Space, point: Point, size_mm: float, frame: FrameRef | None) -> Place:
    """A point, or a box round it: as deep as it is wide in a patient, flat on a single picture."""
    if size_mm <= 0:
        return Place(PlaceKind.POINT, space, point, frame=frame)
    half = size_mm / 2
    depth = half if space is Space.PATIENT else 0.0
    x, y, z = point
    low, high = (x - half, y - half, z - depth), (x + half, y + half, z + depth)
    return Place(PlaceKind.BOX, space, point, low, high, frame)


def _shown_frame(content: StackContent) -> FrameRef | None:
    index = content.slices.shown_index
    return None if index is None else content.subject.display_set.frames[index].ref


def nearest_frame(display_set: DisplaySet, point: Point) -> FrameRef | None:
    """The image whose plane is nearest to a point in the patient (LPS mm); None where images have no place."""
    if display_set.space is not Space.PATIENT:
        return None
    return display_set.frames[nearest_number(display_set, point)].ref
