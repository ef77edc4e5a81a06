"""The layer of a view that is commanded by methods: keys, menus and palette of the app call these."""

from __future__ import annotations

from dataclasses import replace

from viewers import geometry
from viewers.showing_view import ShowingView
from viewers.types import Interpolation, ViewState


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
            self.show_state(self.fitter(self.box, self.state, self.size_px))

    def one_to_one(self) -> None:
        """One pixel of the picture on one pixel of the screen."""
        wanted = self.scale_of_pixels()
        if wanted is not None:
            self.zoom_by(wanted / self.state.scale)
            self.settle_on_pixels()

    def settle_on_pixels(self) -> None:
        """Bring the pixels of the picture onto those of the screen."""
        if self.box is not None:
            state = geometry.on_pixels(self.box, self.state, self.size_px, self.devicePixelRatioF())
            self.show_state(state)

    def scale_of_pixels(self) -> float | None:
        """The scale at which one pixel of the picture is one of the screen; None without a picture."""
        if self.picture is None or self.box is None:
            return None
        step_mm = geometry.step_along(self.picture.affine, self.box.right)
        return 1.0 / (step_mm * self.devicePixelRatioF())

    def reset(self) -> None:
        """As the picture first came: fitted, not turned, not flipped, its own window or table, ink and shutter."""
        window, between = self.start_window or self.state.window, self.state.between
        across, upright = self.start_flips
        self.show_state(
            ViewState(
                window,
                flip_horizontal=across,
                flip_vertical=upright,
                fitted=True,
                table=self.start_table,
                between=between,
            )
        )

    def scale_to(self, px_per_mm: float) -> None:
        """So many logical pixels of the screen for one mm, about the middle."""
        self.zoom_by(px_per_mm / self.state.scale)

    def use_colors(self, name: str) -> None:
        """A table of false colours in place of grey; '' is grey."""
        self.show_state(replace(self.state, colors=name))

    def toggle_edges(self) -> None:
        """Stronger edges, or the picture as it is."""
        self.show_state(replace(self.state, edges=not self.state.edges))

    def draw_between(self, between: Interpolation) -> None:
        """How the room between the pixels of the picture is drawn."""
        self.show_state(replace(self.state, between=between))
