"""Small volumes with known points, and a frame source over them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from viewers.mpr_view import MprView, PlaneKind
from viewers.types import Affine, Frame, Point, VolumeImage, WindowLevel

WINDOW = WindowLevel(500.0, 1000.0)
SHAPE = (9, 24, 32)


def affine(
    slice_step: tuple[float, float, float] = (0.0, 0.0, 3.0),
    down: tuple[float, float, float] = (0.0, 0.8, 0.0),
    right: tuple[float, float, float] = (0.7, 0.0, 0.0),
    origin: tuple[float, float, float] = (-20.0, 5.0, 100.0),
) -> Affine:
    """(slice, row, column) -> LPS mm from the three steps and the first voxel's centre."""
    made = np.eye(4)
    made[:3, :] = np.column_stack([slice_step, down, right, origin])
    return made


def tilted(degrees: float) -> Affine:
    """Anisotropic, turned about all three axes."""
    angle = np.radians(degrees)
    cos, sin = np.cos(angle), np.sin(angle)
    about_z = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    about_x = np.array([[1, 0, 0], [0, cos, -sin], [0, sin, cos]])
    made = affine()
    made[:3, :3] = about_z @ about_x @ made[:3, :3]
    return made


GEOMETRIES: dict[str, Affine] = {
    "axial": affine(),
    "axial, slices reversed": affine(slice_step=(0, 0, -3.0)),
    "anisotropic pixels": affine(down=(0, 2.1, 0)),
    "coronal": affine(slice_step=(0, 2.0, 0), down=(0, 0, -0.9), right=(0.7, 0, 0)),
    "sagittal": affine(slice_step=(1.5, 0, 0), down=(0, 0, -0.9), right=(0, 0.6, 0)),
    "oblique": tilted(27.0),
    "gantry tilt": affine(slice_step=(0, 0.9, 3.0)),
}


def point_at(index_to_mm: Affine, index: tuple[float, float, float]) -> Point:
    """A voxel's centre in mm."""
    x, y, z = index_to_mm[:3, :3] @ np.array(index) + index_to_mm[:3, 3]
    return float(x), float(y), float(z)


def one_bright_voxel(index: tuple[int, int, int], shape: tuple[int, int, int] = SHAPE) -> NDArray[np.int16]:
    """Zero everywhere but in one voxel."""
    pixels = np.zeros(shape, dtype=np.int16)
    pixels[index] = 1000
    return pixels


def volume(pixels: NDArray[Any], index_to_mm: Affine, **changes: Any) -> VolumeImage:
    """A volume of these pixels."""
    return VolumeImage(pixels, index_to_mm, **changes)


class ArraySource:
    """A frame source over one array; frames in `missing` are not decoded yet, those in `broken` never will be."""

    def __init__(self, pixels: NDArray[Any], index_to_mm: Affine, **of_frame: Any) -> None:
        self.pixels, self.affine, self.of_frame = pixels, index_to_mm, of_frame
        self.missing: set[int] = set()
        self.broken: dict[int, str] = {}
        self.asked: list[int] = []
        self._frames: dict[int, Frame] = {}
        self._listeners: list[Callable[[int], None]] = []

    @property
    def count(self) -> int:
        return len(self.pixels)

    @property
    def listeners(self) -> int:
        return len(self._listeners)

    def affine_at(self, index: int) -> Affine:
        moved = self.affine.copy()
        moved[:3, 3] += index * moved[:3, 0]
        return moved

    def frame(self, index: int) -> Frame | None:
        self.asked.append(index)
        if index in self.missing:
            return None
        if index not in self._frames:
            self._frames[index] = Frame(self.pixels[index], self.affine_at(index), **self.of_frame)
        return self._frames[index]

    def failure(self, index: int) -> str | None:
        return self.broken.get(index)

    def listen(self, arrived: Callable[[int], None]) -> Callable[[], None]:
        self._listeners.append(arrived)
        return lambda: self._listeners.remove(arrived)

    def arrive(self, index: int) -> None:
        """Decode a missing frame and tell whoever listens."""
        self.missing.discard(index)
        for listener in tuple(self._listeners):
            listener(index)


def grey_of_image(image: QImage) -> NDArray[np.float64]:
    """Mean of red, green and blue of each device pixel, (rows, columns)."""
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    raw = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return np.asarray(raw[:, : 4 * plain.width()].reshape(plain.height(), -1, 4)[..., :3].mean(axis=2))


def brightest(grey: NDArray[np.float64], share: float = 0.8) -> tuple[float, float]:
    """Centre (x, y) in pixels of what is brighter than a share of the maximum."""
    y, x = np.nonzero(grey >= share * grey.max())
    return float(x.mean()) + 0.5, float(y.mean()) + 0.5


def drag(
    view: QWidget, start: tuple[int, int], end: tuple[int, int], *, cancel: bool = False, release: bool = True
) -> None:
    """Press the left button, one move, and let go (after Esc, or not at all)."""
    left, plain = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(view, left, plain, QPoint(*start))
    move(view, QPointF(*end))
    if cancel:
        QTest.keyClick(view, Qt.Key.Key_Escape)
    if release:
        QTest.mouseRelease(view, left, plain, QPoint(*end))


def move(view: QWidget, to: QPointF) -> None:
    """One move with the left button down."""
    left, plain = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QMouseEvent(QEvent.Type.MouseMove, to, view.mapToGlobal(to), Qt.MouseButton.NoButton, left, plain)
    QApplication.sendEvent(view, event)


def axial_of(qtbot: QtBot, pixels: NDArray[np.int16], px_per_voxel: int, **more: Any) -> MprView:
    """The axial plane of a cube of 1 mm voxels, shown; window 0, 2000."""
    unit = np.array([[0.0, 0, 1, 0], [0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1]])
    made = MprView(PlaneKind.AXIAL)
    qtbot.addWidget(made)
    made.resize(px_per_voxel * pixels.shape[2], px_per_voxel * pixels.shape[1])
    made.set_volume(VolumeImage(pixels, unit, **more), [WindowLevel(0.0, 2000.0)])
    made.show()
    qtbot.waitExposed(made)
    return made
