"""How large a picture is on the screen, in words: pixel for pixel, or millimetre for millimetre and who measured it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.support.i18n import text
from app.ui.screens import ScreenScale
from viewers import geometry

if TYPE_CHECKING:
    from viewers.plane_view import PlaneView

SAME = 1e-3  # relative: a scale that the reader has since turned is another one


class Scales:
    """Of one view; the true scale is remembered from when it was asked for."""

    def __init__(self, view: PlaneView) -> None:
        self._view = view
        self._true: ScreenScale | None = None

    def is_true_with(self, found: ScreenScale) -> None:
        """The picture has just been drawn at this scale."""
        self._true = found

    def words(self, zoom: str) -> str:
        """The zoom, and whether it is one of the two that mean something by themselves."""
        scale, view = self._view.state.scale, self._view
        if self._true is not None and _same(scale, self._true.px_per_mm):
            key = "measured" if self._true.is_measured else "told"
            return f"{zoom}, {text(f'ui.corner.true_{key}')}"
        if view.picture is not None and view.box is not None:
            step_mm = geometry.step_along(view.picture.affine, view.box.right)
            if _same(scale * step_mm * view.devicePixelRatioF(), 1.0):
                return f"{zoom}, {text('ui.corner.one_to_one')}"
        return zoom


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= SAME * abs(other)
