"""The layer of a view that decides how values become grey, and whether what came with the picture is drawn."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from viewers.gestures import WindowPace
from viewers.plane_view import PlaneView
from viewers.showing import VoiTable
from viewers.types import Point, VolumeImage, WindowLevel
from viewers.windowing import window_near


class ShowingView(PlaneView):
    """Windows, VOI tables, overlays and shutters; the same for stacks and planes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.start_window: WindowLevel | None = None
        self.start_table: int | None = None
        self.up_raises_level = False
        self.start_flips = (False, False)  # left to right, top to bottom: as it is hung

    @property
    def window_pace(self) -> WindowPace:
        """How fast a drag changes the window of these values."""
        if self.picture is None:
            return WindowPace(0.0, 1e-6, brightens_upwards=True)
        pace = self.picture.window_pace(self.state.invert)
        return replace(pace, brightens_upwards=False) if self.up_raises_level else pace

    def value_at(self, point_mm: Point) -> float | None:
        """Modality value (HU in CT) of the voxel that a point lies in; None outside, in padding, and for colour."""
        return self.picture.value_at(point_mm) if self.picture is not None else None

    def set_window(self, window: WindowLevel) -> None:
        """Another window, in place of a table too; never narrower than the values allow."""
        width = max(window.width, self.window_pace.smallest_width)
        self.show_state(self.state.windowed(WindowLevel(window.center, width)))

    @property
    def tables(self) -> tuple[VoiTable, ...]:
        """The VOI tables that came with the picture."""
        source = self.picture.source if self.picture is not None else None
        return () if source is None or isinstance(source, VolumeImage) else source.voi_tables

    @property
    def table(self) -> VoiTable | None:
        """The table that makes grey now, one of them or one from elsewhere; None: then the window does."""
        if self.state.stored_table is not None:
            return self.state.stored_table
        number = self.state.table
        return self.tables[number] if number is not None and number < len(self.tables) else None

    def use_table(self, number: int) -> None:
        """Grey by one of the picture's own VOI tables; the window becomes the one nearest to it, for a drag."""
        if self.picture is not None and 0 <= number < len(self.tables):
            window = window_near(self.tables[number], self.picture.source.voi_function)
            self.show_state(replace(self.state.windowed(window), table=number))

    def toggle_overlays(self) -> None:
        """Hide or show the ink that came with the picture."""
        self.show_state(replace(self.state, overlays=not self.state.overlays))

    def toggle_ground(self) -> None:
        """Draw the background black, or as it is stored."""
        self.show_state(replace(self.state, ground=not self.state.ground))

    def toggle_shutter(self) -> None:
        """Open or close the shutter that came with the picture."""
        self.show_state(replace(self.state, shutter=not self.state.shutter))
