"""What the actions `mammo.*` ask of the window."""

from __future__ import annotations

from typing import Protocol


class MammographyDesk(Protocol):
    """Mammograms on the screen."""

    def walk(self, step: int) -> None:
        """The next or previous part of the breast at 1:1; the whole after the last."""
        ...

    def toggle_ground(self) -> None:
        """Air beside the breast black, or as it is stored."""
        ...

    def toggle_kind(self) -> None:
        """Tomosynthesis in place of 2D, or back."""
        ...
