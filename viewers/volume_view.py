"""A volume in 3D: an off-screen VTK picture, turned by Qt's mouse, with letters and markers painted over it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QImage, QPainter, QShowEvent
from PySide6.QtWidgets import QWidget

from viewers import volume_camera as camera
from viewers.types import CornerText, Marker, Point, WindowLevel
from viewers.volume_clip import edges, handles
from viewers.volume_gestures import SteeredVolume
from viewers.volume_overlay import MARKER_PX, VolumeScene, marker_px, paint
from viewers.volume_presets import PRESETS, preset, presets_for
from viewers.volume_proxy import first_seen


class VolumeView(SteeredVolume):
    """Left drag turns, middle drag pans, right drag and wheel zoom; a click picks the first thing it meets."""

    picked = Signal(object)  # Point in LPS mm
    marker_clicked = Signal(str)
    preset_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.markers: tuple[Marker, ...] = ()
        self.corners = CornerText()
        self.crosshair: Point | None = None
        self.overlays_visible = True
        self.preset_ids = tuple(one.preset_id for one in PRESETS)

    def set_preset(self, preset_id: str) -> None:
        """Another colouring with its own window; ValueError for an unknown id."""
        self.preset_id = preset(preset_id).preset_id
        self.window_level = None
        self.preset_changed.emit(preset_id)
        self.redraw()

    def next_preset(self) -> None:
        """The colouring after this one."""
        ids = self.preset_ids
        here = ids.index(self.preset_id) if self.preset_id in ids else -1
        self.set_preset(ids[(here + 1) % len(ids)])

    def offer_presets(self, modality: str) -> None:
        """Colourings that make sense for this modality; one that does not gives way to the first."""
        self.preset_ids = tuple(one.preset_id for one in presets_for(modality))
        if self.preset_id not in self.preset_ids:
            self.set_preset(self.preset_ids[0])

    def set_window(self, window: WindowLevel | None) -> None:
        """Stretch the colouring over another range of values; None gives the preset's own."""
        self.window_level = window
        self.redraw()

    def set_markers(self, markers: tuple[Marker, ...]) -> None:
        """Findings over the picture; replaces what was there."""
        self.markers = tuple(markers)
        self.update()

    def set_crosshair(self, point: Point | None) -> None:
        """The point that linked views share, LPS mm."""
        self.crosshair = point
        self.update()

    def set_corner_text(self, corners: CornerText) -> None:
        """Texts of the app."""
        self.corners = corners
        self.update()

    def set_overlays_visible(self, visible: bool) -> None:
        """Show or hide findings."""
        self.overlays_visible = visible
        self.update()

    def px_of(self, point: Point) -> tuple[float, float]:
        """Where a point in LPS mm lies in this widget, in logical pixels."""
        x, y, _ = camera.to_screen(self.pose, point, self.size_px())
        return float(x), float(y)

    def pick(self, x_px: float, y_px: float) -> Point | None:
        """What is seen at a place of the widget, LPS mm, the first of volume and surfaces; None for the background."""
        from viewers.volume_surfaces import first_hit

        if self.volume is None:
            return None
        point, away = camera.from_screen(self.pose, x_px, y_px, self.size_px()), -self.pose.toward_eye
        chosen, spaces = preset(self.preset_id), self.spaces()
        met = [
            point + along * away
            for surface in self.surfaces
            if (along := first_hit(surface, point, away, spaces)) is not None
        ]
        if not chosen.is_empty:
            seen = first_seen(self.volume, (point, away), chosen, self.window_in_force(), spaces)
            met += [np.asarray(seen)] if seen is not None else []
        if not met:
            return None
        x, y, z = min(met, key=lambda place: float(place @ away)).tolist()
        return x, y, z

    def click(self, x_px: float, y_px: float) -> None:
        """A marker if one lies there, else the first thing that the ray meets."""
        scene = self._scene()
        for marker in scene.markers:
            x, y = marker_px(scene, marker)
            if (x - x_px) ** 2 + (y - y_px) ** 2 <= (MARKER_PX + 3) ** 2:
                self.marker_clicked.emit(marker.marker_id)
                return
        point = self.pick(x_px, y_px)
        if point is not None:
            self.set_crosshair(point)
            self.picked.emit(point)

    def grab_picture(self) -> QImage:
        """The view as it is on the screen, in device pixels."""
        return self.grab().toImage()

    def paint_over(self, painter: QPainter) -> None:
        """Letters, cube, crosshair, markers, texts and the warnings that never go away."""
        paint(painter, self._scene())

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """A hidden view draws nothing, so it draws when it comes."""
        super().showEvent(event)
        self.redraw()

    def _scene(self) -> VolumeScene:
        return VolumeScene(
            self.pose,
            self.size_px(),
            self.markers if self.overlays_visible else (),
            self.crosshair,
            self.corners,
            self.texts.title(self.preset_id),
            (
                *self.corners.bottom_right,  # no badge here: what must be known of the picture stands among its notes
                *(() if self.is_full else (self.texts.coarse,)),
                *(
                    (self.texts.reduced_card if self.is_limited else self.texts.reduced,)
                    if self.is_reduced
                    else ()
                ),
                *((self.texts.cropped,) if self.spaces() else ()),
            ),
            self.texts.not_primary,
            tuple(edges(self.crop, self.volume)) if self.is_cropping and self.volume is not None else (),
            tuple(one.point for one in handles(self.crop, self.volume))
            if self.is_cropping and self.volume is not None
            else (),
        )
