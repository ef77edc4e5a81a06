"""Hands on a volume: mouse, wheel and keys of the 3D view."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from viewers import volume_camera as camera
from viewers.volume_clip import Crop, Handle
from viewers.volume_solids import SolidVolume

_DEGREES_PER_PX = 0.45
_ZOOM_PER_PX = 0.008
_WHEEL_STEP = 1.15
_CLICK_PX = 4.0


class SteeredVolume(SolidVolume):
    """Left drag turns, or moves a handle of the box; middle drag pans, right drag and wheel zoom, a click picks."""

    activated = Signal()  # double click: maximise or restore

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._press: tuple[float, float] | None = None
        self._last = (0.0, 0.0)
        self._held: tuple[Handle, Crop] | None = None

    def click(self, x_px: float, y_px: float) -> None:
        """For subclasses."""

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """A drag or a click begins."""
        self._press = self._last = (event.position().x(), event.position().y())
        if event.button() == Qt.MouseButton.LeftButton:
            handle = self.handle_at(*self._press)
            self._held = (handle, self.crop) if handle is not None else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Turn, pan or zoom by the button that is held."""
        x, y = event.position().x(), event.position().y()
        dx, dy = x - self._last[0], y - self._last[1]
        self._last = (x, y)
        if self._held is not None and self._press is not None:
            self.drag_handle(*self._held, x - self._press[0], y - self._press[1])
            return
        mm = 2 * self.pose.half_height_mm / self.size_px()[1]
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.set_pose(camera.turned(self.pose, dx * _DEGREES_PER_PX, -dy * _DEGREES_PER_PX))
        elif event.buttons() & Qt.MouseButton.MiddleButton:
            self.set_pose(camera.panned(self.pose, dx * mm, -dy * mm))
        elif event.buttons() & Qt.MouseButton.RightButton:
            self.set_pose(camera.zoomed(self.pose, float(np.exp(-dy * _ZOOM_PER_PX))))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Without a drag, a left click picks."""
        start, self._press = self._press, None
        held, self._held = self._held, None
        x, y = event.position().x(), event.position().y()
        moved = start is None or abs(x - start[0]) + abs(y - start[1]) > _CLICK_PX
        if event.button() == Qt.MouseButton.LeftButton and not moved and held is None:
            self.click(x, y)

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Maximise or restore: the app's business."""
        self._press = None
        self.activated.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Esc during a drag of the box takes it back."""
        if event.key() == Qt.Key.Key_Escape and self._held is not None:
            self.set_crop(self._held[1])
            self._held = self._press = None
            return
        super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Zoom about the middle."""
        self.set_pose(camera.zoomed(self.pose, _WHEEL_STEP ** (event.angleDelta().y() / 120)))
        event.accept()
