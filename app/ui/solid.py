"""A volume in 3D as the content of a viewport."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.domain.finding import Place
from app.domain.volume import Remark, Space, Volume
from app.state.model import TextAmount
from app.ui import corners
from app.ui.marks import Marks
from app.ui.subject import Subject, volume_image
from app.ui.viewer_words import volume_text
from viewers.types import OutlineLayer
from viewers.volume_clip import Crop, place_at

if TYPE_CHECKING:
    from viewers.volume_engine import TextureLimits
    from viewers.volume_surfaces import Region


class VolumeContent(QObject):
    """A volume in 3D; keys of flat pictures do not apply to it."""

    def __init__(self, subject: Subject) -> None:
        from viewers.volume_view import VolumeView

        self.volume_view = VolumeView()
        self.volume_view.texts = volume_text()
        super().__init__(self.volume_view)
        self.subject = subject
        self.view: QWidget = self.volume_view
        self._has_volume = False
        self._outlines: tuple[OutlineLayer, ...] = ()
        self.mask_key: tuple[object, ...] = (
            0,
            -1,
            (),
            frozenset(),
        )  # of what mask is shown; its owner's business
        self._mask: Callable[[], tuple[Region, ...]] | None = None
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
        self.volume_view.offer_presets(volume.modality)
        self.volume_view.set_volume(volume_image(volume))
        self._put_regions()
        self.write()

    def set_limits(self, limits: TextureLimits) -> None:
        """What the graphics card takes is known now; what was drawn with less is drawn anew."""
        view = self.volume_view
        view.limits = limits
        if view.is_limited:
            pose = view.pose
            view.set_volume(view.volume)
            view.set_pose(pose)
            self._put_regions()

    def set_preset(self, preset_id: str) -> None:
        """Another colouring."""
        self.volume_view.set_preset(preset_id)

    def next_preset(self) -> None:
        """The colouring after the one in use."""
        self.volume_view.next_preset()

    def show_marks(self, marks: Marks, *, shown: bool) -> None:
        """Markers, and regions as surfaces; heat belongs to slices."""
        self.volume_view.set_markers(marks.markers)
        self.volume_view.set_overlays_visible(shown)
        self._outlines = marks.outlines if shown else ()
        self._put_regions()

    def show_mask(self, regions: Callable[[], tuple[Region, ...]] | None) -> None:
        """The mask that the reader draws, as surfaces; None takes it away."""
        self._mask = regions
        self._put_regions()

    def toggle_cropping(self) -> None:
        """The box with its handles."""
        self.volume_view.toggle_cropping()

    def toggle_cut(self) -> None:
        """Take away what lies before the crosshair, or give it back."""
        view = self.volume_view
        if view.cut is not None:
            view.cut_at(None)
        elif view.volume is not None:
            x, y, z = place_at(view.volume, np.array([0.5, 0.5, 0.5])).tolist()
            view.cut_at(view.crosshair or (x, y, z))

    def give_back(self) -> None:
        """Nothing cropped or cut."""
        self.volume_view.set_crop(Crop())
        self.volume_view.cut_at(None)

    def _put_regions(self) -> None:
        if not self._has_volume or not (self._outlines or self._mask or self.volume_view.surfaces):
            return
        from viewers.volume_surfaces import regions_of

        found = [
            region
            for layer in self._outlines
            if layer.in_patient
            for region in regions_of(layer.layer_id, layer.labels, layer.affine, layer.colors)
        ]
        found += self._mask() if self._mask is not None else ()
        self.volume_view.set_regions(tuple(found))

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
