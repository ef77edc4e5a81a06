"""The list of measurements in the window: what each row says, going to one, renaming, and the words of a note."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from app.context import AppContext
from app.domain.errors import OverreadError
from app.domain.measurement import Measurement
from app.state.model import AppState
from app.state.reading_events import MeasurementChosen
from app.support.i18n import explain, text
from app.ui.contents import PlaneContent
from app.ui.corners import image_words
from app.ui.measuring import lines_of
from app.ui.panels.measurements import MeasuredRow
from app.workflows.measure import keep

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow

NOTE = "note"


class MeasureList:
    """What the panel of measurements shows and asks for."""

    def __init__(self, ctx: AppContext, window: MainWindow) -> None:
        self._ctx = ctx
        self._window = window
        self._rows_of: object = None
        self._rows: tuple[MeasuredRow, ...] = ()
        window.measurements.chosen.connect(self._go_to)
        window.measurements.named.connect(self._rename)

    def show_state(self, state: AppState) -> None:
        """List them all."""
        measured = state.reading.reading.measurements if state.reading.reading else ()
        if measured is not self._rows_of:
            self._rows_of = measured
            self._rows = tuple(self._row(one) for one in measured)
        self._window.measurements.show_rows(self._rows, state.reading.measurement_id)

    def edit(self) -> bool:
        """Type the words of the chosen one; false if none is chosen."""
        chosen = self._ctx.store.state.reading.measurement_id
        if chosen:
            self._window.measurements.edit(chosen)
        return bool(chosen)

    def drawn(self, tool_id: str) -> None:
        """A note asks for its words as soon as it is drawn."""
        chosen = self._measurement(self._ctx.store.state.reading.measurement_id)
        if tool_id == NOTE and chosen is not None and not chosen.label:
            self.edit()

    def _row(self, one: Measurement) -> MeasuredRow:
        tool = text(f"action.tool.{one.tool}")
        numbers = "  ".join(lines_of(one.quantities))
        found = self._window.desk.key_images.found(one.frame)
        where = text("ui.key_image.row", series=found[0].title, image=image_words(*found)) if found else ""
        said = " · ".join(part for part in (one.label, tool, numbers, where) if part)
        return MeasuredRow(one.measurement_id, said, one.label)

    def _measurement(self, measurement_id: str) -> Measurement | None:
        reading = self._ctx.store.state.reading.reading
        return reading.measurement(measurement_id) if reading else None

    def _go_to(self, measurement_id: str) -> None:
        one = self._measurement(measurement_id)
        if one is None:
            return
        self._ctx.store.apply(MeasurementChosen(measurement_id))
        if one.on_plane and self._turn_planes(one):
            return
        try:
            self._window.desk.key_images.go_to(one.frame)
        except OverreadError:
            self._window.messages.warn(text("error.measure.gone"))

    def _turn_planes(self, one: Measurement) -> bool:
        """Planes of its series go through its middle; false where none hang."""
        planes = [
            content for content in self._window.host.contents.values() if isinstance(content, PlaneContent)
        ]
        mine = [
            p for p in planes if p.subject.display_set.series.series_instance_uid == one.series_instance_uid
        ]
        for content in mine[:1]:
            x, y, z = np.mean(one.points, axis=0)
            content.planes.jump_to((float(x), float(y), float(z)))
        return bool(mine)

    def _rename(self, measurement_id: str, words: str) -> None:
        one = self._measurement(measurement_id)
        if one is None or one.label == words:
            return
        try:
            keep(self._ctx, replace(one, label=words))
        except OverreadError as error:
            self._window.messages.warn(explain(error))
