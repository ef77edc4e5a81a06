"""A volume in 3D as the content of a viewport."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.domain.finding import Place
from app.domain.volume import Remark, Space, Volume
from app.state.model import TextAmount
from app.ui import corners
from app.ui.marks import Marks
from app.ui.subject import Subject, volume_image


class VolumeContent(QObject):
    """A volume in 3D; keys of flat pictures do not apply to it."""

    def __init__(self, subject: Subject) -> None:
        from viewers.volume_view import VolumeView

        self.volume_view = VolumeView()
        super().__init__(self.volume_view)
        self.subject = subject
        self.view: QWidget = self.volume_view
        self._has_volume = False
        self._remarks: tuple[Remark, ...] = ()

    @property
    def is_settled(self) -> bool:
        """The full picture is on the screen, or there is none to come."""
        return not self._has_volume or not self.volume_view.isVisible() or self.volume_view.is_settled

    @property
    def failure(self) -> str:
        """The sentence that stands in place of the picture."""
        return self.volume_view.failure

    def write(self) -> None:
        """Corner texts."""
        study, one = self.subject.study, self.subject.display_set
        self.volume_view.set_corner_text(corners.volume_text(study, one, self._remarks))

    def show_volume(self, volume: Volume) -> None:
        """The volume is complete."""
        self._has_volume, self._remarks = True, volume.remarks
        self.volume_view.set_volume(volume_image(volume))
        self.write()

    def set_preset(self, preset_id: str) -> None:
        """Another colouring."""
        self.volume_view.set_preset(preset_id)

    def next_preset(self) -> None:
        """The colouring after the one in use."""
        self.volume_view.next_preset()

    def show_marks(self, marks: Marks, *, shown: bool) -> None:
        """Markers only: heat and outlines belong to slices."""
        self.volume_view.set_markers(marks.markers)
        self.volume_view.set_overlays_visible(shown)

    def set_tool(self, _tool_id: str) -> None:
        """3D is turned, whatever the tool."""

    def set_text_amount(self, _amount: TextAmount) -> None:
        """3D has its own few words."""

    def peek(self, *, down: bool) -> None:
        """Nothing over the picture while the key is down."""
        self.volume_view.set_overlays_visible(not down)

    def go_to(self, place: Place) -> None:
        """Put the crosshair there."""
        if place.center is not None and place.space is Space.PATIENT:
            self.volume_view.set_crosshair(place.center)

    def close(self) -> None:
        """Let go of the volume and its thread."""
        self.volume_view.release()
