"""Planes cut from a volume, and the group that links them through one point."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from enum import Enum
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from viewers import geometry
from viewers.geometry import Vector
from viewers.picture import Picture
from viewers.scene import Color, CrossLine
from viewers.turning_view import TurningView
from viewers.types import PictureInfo, Point, ViewState, VolumeImage, WindowLevel
from viewers.viewer_text import ViewerText


class PlaneKind(Enum):
    """The three planes of the patient."""

    AXIAL = "axial"
    CORONAL = "coronal"
    SAGITTAL = "sagittal"


# Columns: screen right, screen down, and the way that scrolling forward goes; LPS. The patient's right is on
# the left of axial and coronal pictures, the head is up, the front is on the left of sagittal ones.
BASES: dict[PlaneKind, NDArray[np.float64]] = {
    PlaneKind.AXIAL: np.array([[1.0, 0, 0], [0, 1, 0], [0, 0, -1]]),
    PlaneKind.CORONAL: np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]]),
    PlaneKind.SAGITTAL: np.array([[0.0, 0, 1], [1, 0, 0], [0, -1, 0]]),
}
COLORS: dict[PlaneKind, Color] = {
    PlaneKind.AXIAL: (255, 110, 90),
    PlaneKind.CORONAL: (90, 210, 120),
    PlaneKind.SAGITTAL: (110, 170, 255),
}

POINT_GRIP_PX = 14.0  # a little more than the gap in the lines
LINE_GRIP_PX = 4.0


class MprView(TurningView):
    """One plane through a volume at one point. Oblique planes come by another basis."""

    position_changed = Signal(object)  # Point: scrolled, dragged or jumped to

    def __init__(self, kind: PlaneKind = PlaneKind.AXIAL, parent: QWidget | None = None) -> None:
        super().__init__(BASES[kind], parent)
        self.kind = kind
        self.color = COLORS[kind]
        self._volume: VolumeImage | None = None
        self.engine.tool = "crosshair"

    @property
    def layer_count(self) -> int:
        """Layers of voxels along this plane's normal."""
        return round(self._extent() / self._step()) if self._volume is not None else 0

    @property
    def position(self) -> Point | None:
        """The point that this plane goes through."""
        return self.cross_point

    def set_volume(
        self,
        volume: VolumeImage | None,
        windows: Sequence[WindowLevel] = (),
        info: PictureInfo | None = None,
        picture: Picture | None = None,
    ) -> None:
        """Cut this volume through its middle; one picture object may serve several views."""
        self.engine.cancel()
        self.failure = "" if volume is None else _refusal(volume, self.texts)
        self._volume = None if self.failure else volume
        self._first_painted = False
        self.info = info or PictureInfo()
        if self._volume is None:
            self.cross_point = None
            self.put_picture(None, None, 0.0)
            return
        self.picture = picture if picture is not None else Picture(self._volume, flat=False)
        self.start_window = windows[0] if windows else _whole_range(self.picture)
        x, y, z = geometry.volume_corners(self._volume.affine, self._volume.pixels.shape).mean(axis=0)
        self.cross_point = None
        self.jump_to((float(x), float(y), float(z)))
        self.reset()

    def basis_changed(self) -> None:
        """Cut another way through the same point."""
        self._put()

    def jump_to(self, point_mm: Point) -> None:
        """Cut through this point; a point outside goes to the nearest one inside."""
        if self._volume is None:
            return
        inside = self._clamped(point_mm)
        if inside != self.cross_point:
            self.cross_point = inside
            self._put()
            self.position_changed.emit(inside)

    def next_image(self, step: int = 1) -> None:
        """So many layers of voxels on, or back; stops at the ends."""
        if self.cross_point is not None:
            moved = np.asarray(self.cross_point) + self.basis[:, 2] * step * self._step()
            self.jump_to((float(moved[0]), float(moved[1]), float(moved[2])))

    def scroll_by(self, steps: int) -> None:
        """For gestures: like `next_image`."""
        self.next_image(steps)

    def place_cross(self, point: Point) -> None:
        """Move the crosshair and every plane of the group with it."""
        self.jump_to(point)
        super().place_cross(point)

    def grip(self, x_px: float, y_px: float) -> Vector | None:
        """The crosshair can be grabbed at its point, and each line anywhere along it."""
        if self.plane is None or self.cross_point is None:
            return None
        x_cross, y_cross, _ = geometry.px_of(self.plane, self.cross_point)
        if math.hypot(x_px - x_cross, y_px - y_cross) <= POINT_GRIP_PX:
            return np.eye(3)
        for other in self.others:
            line = _line_of(self, other)
            if line is not None and _distance_px(line, x_px, y_px) <= LINE_GRIP_PX:
                return np.outer(other.basis[:, 2], other.basis[:, 2])
        return None

    def plane_changed(self) -> None:
        """Crosshair lines follow the picture."""
        super().plane_changed()
        self.cross_lines = tuple(line for view in self.others if (line := _line_of(self, view)) is not None)

    def slab_changed(self) -> None:
        """Markers within the slab belong to it."""
        self._put()

    def _step(self) -> float:
        affine = self._volume.affine if self._volume is not None else np.eye(4)
        return geometry.step_along(affine, self.basis[:, 2])

    def _extent(self) -> float:
        if self._volume is None:
            return 0.0
        spread = geometry.volume_corners(self._volume.affine, self._volume.pixels.shape) @ self.basis[:, 2]
        return float(spread.max() - spread.min())

    def _clamped(self, point_mm: Point) -> Point:
        if self._volume is None:
            return point_mm
        index = geometry.index_at(self._volume.affine, point_mm)
        index = np.clip(index, 0, np.array(self._volume.pixels.shape[:3]) - 1)
        x, y, z = geometry.spatial(self._volume.affine) @ index + self._volume.affine[:3, 3]
        return float(x), float(y), float(z)

    def _put(self) -> None:
        if self._volume is None or self.cross_point is None:
            return
        shape = self._volume.pixels.shape
        box = geometry.volume_box(self._volume.affine, shape, self.basis, self.cross_point)
        self.put_picture(self.picture, box, max(self._step(), self.slab.reach_mm) / 2)


class MprGroup(QObject):
    """Links planes: one volume, one point, one window."""

    point_changed = Signal(object)  # Point
    window_changed = Signal(object)  # WindowLevel

    def __init__(self, views: Sequence[MprView], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.views = tuple(views)
        self.point: Point | None = None
        self._busy = False
        self._introduce()
        for number, view in enumerate(self.views):
            view.position_changed.connect(self._on_position)
            view.state_changed.connect(self._on_state)
            view.destroyed.connect(partial(self._lost, number, self.views))

    def _introduce(self) -> None:
        for view in self.views:
            view.others = tuple(other for other in self.views if other is not view)

    def _lost(self, number: int, all_views: tuple[MprView, ...]) -> None:
        """A viewport shows something else now; the other planes go on without it."""
        self.views = tuple(view for view in self.views if view is not all_views[number])
        self._introduce()

    def set_volume(
        self, volume: VolumeImage | None, windows: Sequence[WindowLevel] = (), info: PictureInfo | None = None
    ) -> None:
        """Cut the same volume in every view, through its middle."""
        usable = volume is not None and volume.in_patient and volume.pixels.ndim == 3
        picture = Picture(volume, flat=False) if usable and volume is not None else None
        self.point, self._busy = None, True
        for view in self.views:
            view.set_volume(volume, windows, info, picture)
        self._busy = False
        if self.views and self.views[0].cross_point is not None:
            self._on_position(self.views[0].cross_point)

    def jump_to(self, point_mm: Point) -> None:
        """Cut through this point in every view."""
        for view in self.views[:1]:
            view.jump_to(point_mm)

    def set_window(self, window: WindowLevel) -> None:
        """One window for all views."""
        for view in self.views:
            view.set_window(window)

    def _on_position(self, point: Point) -> None:
        if self._busy:
            return
        self._busy = True
        self.point = point
        for view in self.views:
            view.jump_to(point)
        for view in self.views:
            view.plane_changed()
            view.update()
        self._busy = False
        self.point_changed.emit(point)

    def _on_state(self, state: ViewState) -> None:
        for view in self.views:
            if (view.state.window, view.state.invert) != (state.window, state.invert):
                view.show_state(replace(view.state, window=state.window, invert=state.invert))
                self.window_changed.emit(state.window)


def _refusal(volume: VolumeImage, texts: ViewerText) -> str:
    if not volume.in_patient:
        return texts.no_mpr
    return texts.no_colour_mpr if volume.pixels.ndim == 4 else ""


def _distance_px(line: CrossLine, x_px: float, y_px: float) -> float:
    along = np.subtract(line.end, line.start)
    away = np.subtract((x_px, y_px), line.start)
    return float(abs(along[0] * away[1] - along[1] * away[0]) / max(float(np.hypot(*along)), 1e-9))


def _line_of(view: TurningView, other: TurningView) -> CrossLine | None:
    """The other plane's cut through this one, across the whole view."""
    plane = view.plane
    if plane is None or view.cross_point is None or other.cross_point is None:
        return None
    along = np.cross(view.basis[:, 2], other.basis[:, 2])
    length = float(np.linalg.norm(along))
    if length < 1e-6:
        return None
    x_px, y_px, _ = geometry.px_of(plane, view.cross_point)
    ahead = np.asarray(view.cross_point) + along / length
    step = np.array(geometry.px_of(plane, ahead)[:2]) - (x_px, y_px)
    step *= sum(view.size_px) / max(float(np.linalg.norm(step)), 1e-9)
    ends = ((x_px - step[0], y_px - step[1]), (x_px + step[0], y_px + step[1]))
    return CrossLine(ends[0], ends[1], other.color)


def _whole_range(picture: Picture) -> WindowLevel:
    low, high = picture.value_limits()
    return WindowLevel((low + high) / 2, max(high - low, picture.smallest_window()))
