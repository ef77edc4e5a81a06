"""The layer of the 3D view that holds what stands in the volume and what is cut away of it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from viewers.types import Point
from viewers.volume_camera import to_screen
from viewers.volume_clip import Crop, HalfSpace, Handle, handles, share_per_px, sides
from viewers.volume_picture import VolumePicture

if TYPE_CHECKING:
    from viewers.volume_surfaces import Region, Surface, SurfaceWorker

GRIP_PX = 11.0
NOTHING_CROPPED = Crop()


class SolidVolume(VolumePicture):
    """Surfaces come from a thread, coarse ones first; a box and a plane cut volume and surfaces alike."""

    surfaces_made = Signal()  # all that were asked for are true ones now
    crop_changed = Signal()
    _surface_made = Signal(object)
    _surfaces_failed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.crop = NOTHING_CROPPED
        self.is_cropping = False
        self.cut: HalfSpace | None = None
        self._surfaces: dict[str, Surface] = {}
        self._order: tuple[str, ...] = ()
        self._workers: list[SurfaceWorker] = []
        self.destroyed.connect(partial(_stop_all, self._workers))
        self._surface_made.connect(self._take_surface, Qt.ConnectionType.QueuedConnection)
        self._surfaces_failed.connect(self._take_failure, Qt.ConnectionType.QueuedConnection)

    @property
    def surfaces(self) -> tuple[Surface, ...]:
        """What has been made so far of what is wanted."""
        return tuple(self._surfaces[key] for key in self._order if key in self._surfaces)

    def set_regions(self, regions: tuple[Region, ...]) -> None:
        """Show the surfaces of these; those that go on as they are stay on the screen."""
        if not regions and not self._order:
            return
        self._order = tuple(region.key for region in regions)
        self._surfaces = {key: self._surfaces[key] for key in self._order if key in self._surfaces}
        if not self._workers:
            from viewers.volume_surfaces import SurfaceWorker

            worker = SurfaceWorker(
                self._surface_made.emit, self.surfaces_made.emit, self._surfaces_failed.emit
            )
            self._workers.append(worker)
        self._workers[0].want(regions)
        self._put_surfaces()

    def toggle_cropping(self) -> None:
        """Show the box with its handles, or hide them; what is cropped stays so."""
        self.is_cropping = not self.is_cropping
        self.update()

    def set_crop(self, crop: Crop) -> None:
        """Keep what lies in this box."""
        if crop != self.crop:
            self.crop = crop
            self.crop_changed.emit()
            self.redraw()

    def cut_at(self, point: Point | None) -> None:
        """Take away all between the eye and a point, in a plane that stays where it is; None gives it back."""
        if point is None:
            self.cut = None
        else:
            away = -self.pose.toward_eye
            self.cut = HalfSpace(point, (float(away[0]), float(away[1]), float(away[2])))
        self.redraw()

    def spaces(self) -> tuple[HalfSpace, ...]:
        """What is kept, as half-spaces."""
        if self.volume is None:
            return ()
        boxed = sides(self.crop, self.volume)
        return (*boxed, self.cut) if self.cut is not None else boxed

    def handle_at(self, x_px: float, y_px: float) -> Handle | None:
        """The handle of the box under the pointer, the nearest to the eye."""
        if self.volume is None or not self.is_cropping:
            return None
        best: tuple[float, Handle] | None = None
        for handle in handles(self.crop, self.volume):
            x, y, depth = to_screen(self.pose, handle.point, self.size_px())
            is_near = (x - x_px) ** 2 + (y - y_px) ** 2 <= GRIP_PX**2
            if is_near and (best is None or depth > best[0]):
                best = (float(depth), handle)
        return best[1] if best else None

    def drag_handle(self, handle: Handle, start: Crop, dx_px: float, dy_px: float) -> None:
        """One side of the box follows the pointer along its own axis. start: the box at the press."""
        if self.volume is None:
            return
        scale = self.size_px()[1] / (2 * self.pose.half_height_mm)
        on_screen = np.stack([self.pose.right, -self.pose.up], axis=1) * scale
        moved = float(share_per_px(self.volume, handle.axis, on_screen) @ (dx_px, dy_px))
        before = (start.high if handle.is_high else start.low)[handle.axis]
        self.set_crop(start.moved(handle.axis, is_high=handle.is_high, to=before + moved))

    def release(self) -> None:
        """Another volume has another box; surfaces of the old one go."""
        _stop_all(self._workers)
        self._surfaces, self._order = {}, ()
        self.crop, self.cut = NOTHING_CROPPED, None
        super().release()

    def _take_surface(self, surface: Surface) -> None:
        if surface.key in self._order:
            self._surfaces[surface.key] = surface
            self._put_surfaces()

    def _take_failure(self) -> None:
        if self._workers:  # else it was of what was shown before
            self.say_no_memory()

    def _put_surfaces(self) -> None:
        for engine in self._engines:
            engine.surfaces = self.surfaces
        self.redraw()


def _stop_all(workers: list[SurfaceWorker]) -> None:
    while workers:
        workers.pop().stop()
