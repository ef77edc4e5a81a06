"""What actions may ask of a place that is chosen by keys."""

from __future__ import annotations

from typing import Protocol


class PointingDesk(Protocol):
    """A cross on the active picture, moved by keys."""

    def begin(self, *, marks: bool) -> None:
        """Put the cross on the active picture: for a finding of the reader's own, or for the chosen tool."""
        ...

    def step(self, right_px: int, down_px: int) -> None:
        """So many pixels of the screen."""
        ...

    def scroll(self, images: int) -> None:
        """To another image, the cross stays where it is seen."""
        ...

    def resize(self, step: int) -> None:
        """A larger or smaller box round it."""
        ...

    def take(self) -> None:
        """The place is meant: mark the finding, or set a point of the measurement."""
        ...

    def leave(self) -> None:
        """Drop what is half drawn, else the cross."""
        ...
