"""How the active picture is drawn: exact scales, false colours, stronger edges, and the reader's reference lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.context import AppContext
from app.domain.errors import OverreadError
from app.support.i18n import text
from app.ui.flat import FlatContent
from app.ui.region_measures import RegionMeasures
from app.ui.screens import scale_of
from app.ui.tiles import Tiles
from viewers.types import Interpolation

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow


class Looks:
    """What the actions `view.one_to_one`, `view.true_size`, `view.colors`, `view.edges`, `view.between` do."""

    def __init__(self, ctx: AppContext, window: MainWindow) -> None:
        self._ctx = ctx
        self._window = window
        self.tiles = Tiles(ctx, window)
        self.regions = RegionMeasures(ctx, window)

    def one_to_one(self) -> None:
        """One pixel of the picture on one pixel of the screen."""
        self._active().view.one_to_one()

    def true_size(self) -> None:
        """A millimetre of the picture is one of the screen. Raises OverreadError where one of them is not known."""
        content = self._active()
        if not content.view.info.spacing_known:
            raise OverreadError("error.ui.no_true_size", series=content.subject.display_set.title)
        found = scale_of(content.view, self._ctx.settings.monitor_scales)
        if found is None:
            raise OverreadError("error.ui.screen_unknown")
        content.scales.is_true_with(found)
        content.view.scale_to(found.px_per_mm)
        content.write()
        key = "true_measured" if found.is_measured else "true_told"
        note = content.view.info.scale_note
        said = text(f"ui.looks.{key}")
        self._window.messages.note(f"{said} {text('ui.looks.of_what', note=note)}" if note else said)

    def next_colors(self) -> None:
        """Grey, then each table of false colours."""
        from viewers.colormaps import false_color_names

        content = self._active()
        if content.view.picture is not None and content.view.picture.is_colour:
            raise OverreadError("error.ui.has_colours", series=content.subject.display_set.title)
        names = ("", *false_color_names())
        content.view.use_colors(names[(names.index(content.state.colors) + 1) % len(names)])

    def toggle_edges(self) -> None:
        """Stronger edges, or the picture as it is."""
        content = self._active()
        if content.view.picture is not None and content.view.picture.is_colour:
            raise OverreadError("error.ui.has_colours", series=content.subject.display_set.title)
        content.view.toggle_edges()

    def next_between(self) -> None:
        """Linear, cubic, nearest, in turn."""
        order = [Interpolation.LINEAR, Interpolation.CUBIC, Interpolation.NEAREST]
        content = self._active()
        here = order.index(content.state.between)
        content.view.draw_between(order[(here + 1) % len(order)])

    def _active(self) -> FlatContent:
        content = self._window.host.control
        if content is None:
            raise OverreadError("error.ui.no_flat_picture")
        return content
