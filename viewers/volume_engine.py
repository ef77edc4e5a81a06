"""Who draws what: the moving picture here at once, the full one in its worker, or both by a graphics card."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage

from viewers.types import VolumeImage
from viewers.volume_camera import CameraPose
from viewers.volume_proxy import is_within, within
from viewers.volume_renderer import Coloring, VolumeRenderer
from viewers.volume_surfaces import Surface
from viewers.volume_worker import PictureRequest, VolumeWorker

MOVING_PX = 288  # longer side of the picture while it moves, without a graphics card
FULL_PX = 1400
_MOVING_SAMPLES = 2.0  # sample distance in voxels of the half-size volume


@dataclass(frozen=True, slots=True)
class TextureLimits:
    """What the graphics card takes as one volume: voxels along a side, and megabytes.

    As long as nobody has tried, so little that about every card has it.
    """

    side: int = 2048
    megabytes: int = 512


def within_texture(volume: VolumeImage, limits: TextureLimits) -> VolumeImage:
    """The volume itself where the card takes it, else the same body in fewer voxels."""
    most = limits.megabytes * 1_000_000 // volume.pixels.dtype.itemsize
    made = within(volume, most)
    while max(made.pixels.shape) > limits.side:
        most = int(made.pixels.size * 0.8)
        made = within(volume, most)
    return made


class VolumeEngine(QObject):
    """Pictures of one volume. `release` must be called before it is dropped."""

    ready = Signal()
    full_picture = Signal(object)  # QImage
    failed = Signal()  # for want of memory; nothing comes any more
    _proxy_made = Signal(object)
    _picture_made = Signal(int, object)
    _gave_up = Signal()

    def __init__(self, volume: VolumeImage, limits: TextureLimits | None = None) -> None:
        super().__init__()
        self._renderer = VolumeRenderer()
        self._worker: VolumeWorker | None = None
        self._number = 0
        self.surfaces: tuple[Surface, ...] = ()
        self.is_ready = self.is_reduced = self.has_failed = False
        self.works = self._renderer.works()
        self.is_hardware = self.works and self._renderer.is_hardware()
        if not self.works:
            return
        if self.is_hardware:
            drawn = within_texture(volume, limits or TextureLimits())
            self._renderer.set_volume(drawn, hardware=True, sample_mm=_finest_mm(drawn))
            self.is_ready, self.is_reduced = True, drawn is not volume
            return
        self.is_reduced = not is_within(volume)
        self._proxy_made.connect(self._take_proxy, Qt.ConnectionType.QueuedConnection)
        self._picture_made.connect(self._take_picture, Qt.ConnectionType.QueuedConnection)
        self._gave_up.connect(self._take_failure, Qt.ConnectionType.QueuedConnection)
        self._worker = VolumeWorker(
            volume, self._proxy_made.emit, self._picture_made.emit, self._gave_up.emit
        )

    def moving(self, pose: CameraPose, size_px: tuple[int, int], coloring: Coloring) -> QImage | None:
        """A picture now, coarse without a graphics card; None while the volume is being prepared."""
        if not self.is_ready:
            return None
        self._number += 1
        if self._worker is not None:
            self._worker.forget()
        self._renderer.set_surfaces(self.surfaces if self.is_hardware else _quick(self.surfaces))
        self._renderer.set_coloring(coloring)
        size = size_px if self.is_hardware else limited(size_px, MOVING_PX)
        return as_image(self._renderer.picture(pose, size))

    def ask_full(self, pose: CameraPose, size_px: tuple[int, int], coloring: Coloring) -> None:
        """The full picture comes by `full_picture`, unless something moves before."""
        if self._worker is not None:
            self._number += 1
            self._worker.ask(
                PictureRequest(self._number, pose, limited(size_px, FULL_PX), coloring, self.surfaces)
            )

    def release(self) -> None:
        """End the worker, let go of VTK."""
        if self._worker is not None:
            self._worker.stop()
            self._worker = None
        self.is_ready = False
        self._renderer.release()

    def _take_proxy(self, proxy: VolumeImage) -> None:
        if self._worker is None:
            return
        self._renderer.set_volume(proxy, hardware=False, sample_mm=_finest_mm(proxy) * _MOVING_SAMPLES)
        self.is_ready = True
        self.ready.emit()

    def _take_failure(self) -> None:
        if self._worker is not None:
            self.has_failed = True
            self.failed.emit()

    def _take_picture(self, number: int, pixels: NDArray[np.uint8]) -> None:
        if number == self._number and self._worker is not None:
            self.full_picture.emit(as_image(pixels))


def _quick(surfaces: tuple[Surface, ...]) -> tuple[Surface, ...]:
    """What a processor can draw while the hand turns them."""
    return tuple(surface.quick or surface for surface in surfaces)


def limited(size_px: tuple[int, int], longest: int) -> tuple[int, int]:
    """The size, scaled down so that no side is longer."""
    scale = min(1.0, longest / max(size_px))
    return max(1, round(size_px[0] * scale)), max(1, round(size_px[1] * scale))


def as_image(pixels: NDArray[np.uint8]) -> QImage:
    """A Qt picture of its own memory."""
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBX8888).copy()


def _finest_mm(volume: VolumeImage) -> float:
    return float(np.linalg.norm(volume.affine[:3, :3], axis=0).min())
