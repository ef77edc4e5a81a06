"""The picture half of the 3D view: volume in, picture on the screen, coarse while it moves, full at rest."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from viewers import volume_camera as camera
from viewers.overlays import words
from viewers.types import VolumeImage, WindowLevel
from viewers.volume_clip import HalfSpace
from viewers.volume_presets import PRESETS, preset
from viewers.volume_proxy import value_range
from viewers.volume_words import VolumeText
from viewers.whole_paint import whole_painting

if TYPE_CHECKING:
    from viewers.volume_engine import TextureLimits, VolumeEngine
    from viewers.volume_renderer import Coloring

REST_MS = 180


class VolumePicture(QWidget):
    """Shows a volume from a pose; what lies over it and what the hand does is the subclass's."""

    first_picture = Signal()
    settled = Signal()  # the full picture is on the screen

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.texts = VolumeText()
        self.preset_id = PRESETS[0].preset_id
        self.limits: TextureLimits | None = None  # of the graphics card, once it has been tried
        self.window_level: WindowLevel | None = None
        self.failure = ""
        self.volume: VolumeImage | None = None
        self.pose = camera.look_from("A", (0, 0, 0), 200.0)
        self.is_full = False
        self._range: WindowLevel | None = None
        self._image: QImage | None = None
        self._engines: list[VolumeEngine] = []
        self.destroyed.connect(partial(_release_all, self._engines))
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._ask_full)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(64, 64)

    @property
    def is_settled(self) -> bool:
        """True once the full picture is on the screen, or none can come."""
        return self.is_full or bool(self.failure)

    def set_volume(self, volume: VolumeImage | None) -> None:
        """Another volume, seen from the front, or none; says in `failure` why it cannot be shown."""
        self.release()
        self.failure = "" if volume is None else self._why_not(volume)
        if volume is not None and not self.failure:
            self._start(volume)
        self.update()

    def release(self) -> None:
        """Let go of the volume, its thread and its VTK window."""
        self._rest.stop()
        _release_all(self._engines)
        self.volume = self._image = None
        self.is_full = False

    def say_no_memory(self) -> None:
        """There is not enough memory: say so instead of showing a part."""
        self.release()
        self.failure = self.texts.no_memory
        self.update()

    def look_from(self, side: str) -> None:
        """From A, P, L, R, S or I, the whole volume in view."""
        if self.volume is None:
            return
        extent = np.asarray(self.volume.pixels.shape, dtype=float) - 1
        middle = self.volume.affine[:3, :3] @ (extent / 2) + self.volume.affine[:3, 3]
        sizes = np.abs(self.volume.affine[:3, :3]) @ extent
        pose = camera.look_from(side, middle, 1.0)
        wide, high = float(np.abs(pose.right) @ sizes), float(np.abs(pose.up) @ sizes)
        aspect = max(self.width(), 1) / max(self.height(), 1)
        self.set_pose(replace(pose, half_height_mm=0.53 * max(high, wide / aspect)))

    def set_pose(self, pose: camera.CameraPose) -> None:
        """Look from elsewhere: a quick picture at once, the full one at rest."""
        self.pose = pose
        self.redraw()

    def redraw(self) -> None:
        """Pose, colouring or size changed."""
        self.is_full = False
        if self._engines and self.isVisible():
            engine = self._engines[0]
            picture = engine.moving(self.pose, self._device_size(), self._coloring())
            if picture is not None:
                self._put(picture, full=engine.is_hardware)
                self._rest.start()
        self.update()

    @property
    def is_reduced(self) -> bool:
        """Even the full picture is drawn from fewer voxels than there are."""
        return any(engine.is_reduced for engine in self._engines)

    @property
    def is_limited(self) -> bool:
        """The graphics card takes no more, as far as is known."""
        return any(engine.is_reduced and engine.is_hardware for engine in self._engines)

    def size_px(self) -> tuple[float, float]:
        """Logical pixels."""
        return float(max(self.width(), 1)), float(max(self.height(), 1))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Picture, then what lies over it; without one a sentence that says why."""
        with whole_painting(self, self.texts.not_drawn) as painter:
            painter.fillRect(self.rect(), QColor(0, 0, 0))
            if self._image is not None:
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
                painter.drawImage(QRectF(0, 0, *self.size_px()), self._image)
                self.paint_over(painter)
            else:
                painter.setFont(words.font())
                painter.setPen(words.WARNING)
                flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
                said = self.failure or (self.texts.preparing if self.volume is not None else "")
                painter.drawText(QRectF(self.rect().adjusted(16, 16, -16, -16)), int(flags), said)

    def paint_over(self, painter: QPainter) -> None:
        """For subclasses."""

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """A new size needs a new picture."""
        super().resizeEvent(event)
        self.redraw()

    def _start(self, volume: VolumeImage) -> None:
        from viewers.volume_engine import VolumeEngine

        engine = VolumeEngine(volume, self.limits)
        if not engine.works:
            engine.release()
            self.failure = self.texts.no_renderer
            return
        self._engines.append(engine)
        self.volume, self._range = volume, value_range(volume)
        engine.ready.connect(self.redraw)
        engine.full_picture.connect(partial(self._put, full=True))
        engine.failed.connect(self._give_up, Qt.ConnectionType.QueuedConnection)  # it lets go of the engine
        self.look_from("A")

    def _give_up(self) -> None:
        if any(engine.has_failed for engine in self._engines):  # not of a volume that was shown before
            self.say_no_memory()

    def _why_not(self, volume: VolumeImage) -> str:
        if not volume.in_patient:
            return self.texts.no_place
        if volume.pixels.ndim != 3:
            return self.texts.not_grey
        return self.texts.one_slice if min(volume.pixels.shape) < 2 else ""

    def _put(self, picture: QImage, *, full: bool) -> None:
        first = self._image is None
        self._image, self.is_full = picture, full
        self.update()
        if first:
            self.first_picture.emit()
        if full:
            self.settled.emit()

    def _ask_full(self) -> None:
        if self._engines and not self.is_full:
            self._engines[0].ask_full(self.pose, self._device_size(), self._coloring())

    def _coloring(self) -> Coloring:
        from viewers.volume_renderer import Coloring

        return Coloring(preset(self.preset_id), self.window_in_force(), self.spaces())

    def spaces(self) -> tuple[HalfSpace, ...]:
        """For subclasses: what is not cut away."""
        return ()

    def window_in_force(self) -> WindowLevel | None:
        """The reader's window, or the picture's own range where the colouring goes by it."""
        if self.window_level is None and preset(self.preset_id).by_range:
            return self._range
        return self.window_level

    def _device_size(self) -> tuple[int, int]:
        scale = self.devicePixelRatioF()
        return max(1, round(self.width() * scale)), max(1, round(self.height() * scale))


def _release_all(engines: list[VolumeEngine]) -> None:
    while engines:
        engines.pop().release()
