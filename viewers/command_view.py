"""The layer of a view that is commanded by methods: keys, menus and palette of the app call these."""

from __future__ import annotations

from dataclasses import replace

from viewers import geometry
from viewers.showing_view import ShowingView


class CommandView(ShowingView):
    """Commands that are the same for stacks and planes."""

    def invert(self) -> None:
        """Black for white and back."""
        self.show_state(replace(self.state, invert=not self.state.invert))

    def rotate(self, quarter_turns: int) -> None:
        """Turn the picture clockwise (+1) or back (-1)."""
        self.show_state(geometry.rotated(self.state, quarter_turns))

    def flip_horizontal(self) -> None:
        """Mirror left to right, as it is seen."""
        self.show_state(geometry.flipped(self.state, horizontal=True))

    def flip_vertical(self) -> None:
        """Mirror top to bottom, as it is seen."""
        self.show_state(geometry.flipped(self.state, horizontal=False))

    def zoom_by(self, factor: float) -> None:
        """Zoom about the middle of the view."""
        self.zoom_at(factor, self.width() / 2, self.height() / 2)

    def zoom_at(self, factor: float, x_px: float, y_px: float) -> None:
        """Zoom so that the point under a position stays there."""
        self.show_state(geometry.zoomed(self.state, factor, (x_px, y_px), self.size_px))

    def fit(self) -> None:
        """The whole picture, as large as the view."""
        if self.box is not None:
            self.show_state(geometry.fit(self.box, self.state, self.size_px))

    def one_to_one(self) -> None:
        """One pixel of the picture on one pixel of the screen."""
        if self.picture is None or self.box is None:
            return
        step_mm = geometry.step_along(self.picture.affine, self.box.right)
        wanted = 1.0 / (step_mm * self.devicePixelRatioF())
        self.zoom_by(wanted / self.state.scale)

    def reset(self) -> None:
        """As the picture first came: fitted, not turned, not flipped, its own window or table, ink and shutter."""
        window = self.start_window or self.state.window
        self.show_state(type(self.state)(window=window, fitted=True, table=self.start_table))
