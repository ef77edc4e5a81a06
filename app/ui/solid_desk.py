"""3D in the window: colourings, the box that crops, the plane that cuts; the same for every 3D picture."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.errors import OverreadError
from app.support.i18n import text
from app.ui.panels.messages import MessageArea
from app.ui.pictures import Pictures
from app.ui.solid import VolumeContent
from app.ui.view_host import ViewHost


class SolidDesk:
    """What the actions `solid.*` and the next colouring do."""

    def __init__(self, host: ViewHost, pictures: Pictures, messages: MessageArea) -> None:
        self._host, self._pictures, self._messages = host, pictures, messages

    def next_preset(self) -> None:
        """Another colouring of every 3D picture."""
        for solid in self._host.solids:
            solid.next_preset()

    def toggle_cropping(self) -> None:
        """Show the box with its handles, or hide them. Raises OverreadError without a 3D picture."""
        for solid in self._all():
            solid.toggle_cropping()
        if any(solid.volume_view.is_cropping for solid in self._host.solids):
            self._messages.note(text("ui.solid.cropping"))

    def toggle_cut(self) -> None:
        """Take away what lies before the crosshair, or give it back. Raises OverreadError without a 3D picture."""
        for solid in self._all():
            solid.toggle_cut()

    def whole(self) -> None:
        """Nothing cropped or cut any more. Raises OverreadError without a 3D picture."""
        for solid in self._all():
            solid.give_back()

    def know_limits(self, found: Mapping[str, str]) -> None:
        """What the probe of the renderer found out: how large a volume the graphics card takes."""
        if "texture_mb" not in found or "texture_side" not in found:
            return
        from viewers.volume_engine import TextureLimits

        limits = TextureLimits(int(found["texture_side"]), int(found["texture_mb"]))
        self._pictures.limits = limits
        for solid in self._host.solids:
            solid.set_limits(limits)

    def _all(self) -> tuple[VolumeContent, ...]:
        if not self._host.solids:
            raise OverreadError("error.solid.none")
        return self._host.solids
