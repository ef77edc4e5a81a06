"""What the actions `window.*` ask of the window."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class ZonesDesk(Protocol):
    """Zones of the window: lists, images, findings."""

    def toggle(self, zone: str) -> None:
        """Into a window of its own, or back."""
        ...

    def together(self) -> None:
        """All back into the one window."""
        ...

    def toggle_full_screen(self) -> None:
        """The window that has the keyboard fills its screen, or not."""
        ...

    def told(self) -> Mapping[str, str]:
        """Zones in windows of their own, and where these stand."""
        ...
