"""Words on one picture by who put them there: a key image, another patient, an enhanced view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.support.i18n import text
from viewers.types import Interpolation, Stamp, ViewState

if TYPE_CHECKING:
    from viewers.overlay_view import OverlayView


class Stamps:
    """No small view and no text level takes them away."""

    def __init__(self, view: OverlayView) -> None:
        self._view = view
        self._kept: dict[str, Stamp] = {}

    def put(self, key: str, stamp: Stamp | None) -> None:
        """In place of the one under this key; None takes it back."""
        if self._kept.get(key) != stamp:
            self._kept.pop(key, None)
            if stamp is not None:
                self._kept[key] = stamp
            self._view.set_stamps(tuple(self._kept.values()))

    def put_looks(self, state: ViewState, *, is_slab: bool) -> None:
        """What is done to the picture; edges of a slab are drawn as they are."""
        plain = state.between is Interpolation.LINEAR
        said = {
            "colors": text(f"ui.colors.{state.colors}") if state.colors else "",
            "edges": text("ui.looks.edges") if state.edges and not is_slab else "",
            "between": "" if plain else text(f"ui.between.{state.between.value}"),
        }
        for key, words in said.items():
            self.put(key, Stamp(words) if words else None)
