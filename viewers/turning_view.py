"""The layer of a plane that turns its neighbours: handles on the crosshair's lines, oblique and double oblique."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from viewers.geometry import rotation
from viewers.gestures import Gesture, Pointer, PointerEvent
from viewers.scene import Color
from viewers.slab_view import SlabView

Basis = NDArray[np.float64]
HANDLE_SHARE = 0.25  # of the shorter side, from the crossing; further out a line slides
HANDLE_PX = 5.0
GRIP_PX = 9.0


class TurningView(SlabView):
    """A handle dragged here turns all other planes about this one's normal; they stay at right angles."""

    turned = Signal()  # this plane lies another way

    def __init__(self, straight: Basis, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.straight = straight
        self.basis = straight
        self.color: Color = (255, 255, 255)
        self.others: tuple[TurningView, ...] = ()

    @property
    def is_oblique(self) -> bool:
        """Turned away from the patient's own plane."""
        return not np.allclose(self.basis, self.straight, atol=1e-9)

    def set_basis(self, basis: Basis) -> None:
        """Another plane through the same point: columns right, down, forward, at right angles."""
        self.basis = np.asarray(basis, dtype=np.float64)
        self.basis_changed()
        self.turned.emit()

    def basis_changed(self) -> None:
        """For subclasses: the plane lies another way."""

    def straighten(self) -> None:
        """Every plane of the group as the patient's own."""
        views = (self, *self.others)
        for view in views:
            if view.is_oblique:
                view.set_basis(view.straight)
        for view in views:
            view.plane_changed()
            view.update()

    def reset(self) -> None:
        """As the picture first came; the planes are straight again."""
        self.straighten()
        super().reset()

    def turn_handles(self) -> tuple[tuple[QPointF, QColor], ...]:
        """Where the handles lie, in logical pixels, and the colour of the plane that each belongs to."""
        middle = None if self.cross_point is None else self.px_of(self.cross_point)
        if middle is None:
            return ()
        reach = HANDLE_SHARE * min(self.size_px)
        found = []
        for line in self.cross_lines:
            along = np.subtract(line.end, line.start)
            along = along / max(float(np.hypot(*along)), 1e-9) * reach
            for sign in (1.0, -1.0):
                place = QPointF(middle[0] + sign * along[0], middle[1] + sign * along[1])
                found.append((place, QColor(*line.color)))
        return tuple(found)

    def start_moving(self, press: PointerEvent) -> Gesture | None:
        """A measurement's point comes first, then a handle."""
        found = super().start_moving(press)
        if found is not None:
            return found
        at = QPointF(press.x_px, press.y_px)
        near = any(_distance(place, at) <= GRIP_PX for place, _ in self.turn_handles())
        return self._turn(press) if near else None

    def paint_ink(self, painter: QPainter) -> None:
        """Handles are part of the crosshair: hidden with the other ink."""
        super().paint_ink(painter)
        if self.peeking or not self.overlays_visible:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place, colour in self.turn_handles():
            for pen in (QPen(Qt.GlobalColor.black, 3.5), QPen(colour, 1.5)):
                painter.setPen(pen)
                painter.drawEllipse(place, HANDLE_PX, HANDLE_PX)

    def _turn(self, press: PointerEvent) -> Gesture:
        before = [(view, view.basis) for view in self.others]
        plane = self.plane
        middle = None if self.cross_point is None else self.px_of(self.cross_point)
        if plane is None or middle is None:
            return
        right, down = (side / np.linalg.norm(side) for side in (plane.right, plane.down))
        axis, start = np.cross(right, down), _angle(press, middle)
        try:
            while (event := (yield)).kind is Pointer.MOVE:
                turn = rotation(axis, _angle(event, middle) - start)
                self._put_bases([(view, turn @ basis) for view, basis in before])
        except GeneratorExit:
            self._put_bases(before)
            raise

    def _put_bases(self, wanted: list[tuple[TurningView, Basis]]) -> None:
        for view, basis in wanted:
            view.set_basis(basis)
        for view in (self, *self.others):
            view.plane_changed()
            view.update()


def _angle(event: PointerEvent, middle: tuple[float, float]) -> float:
    """From the screen's right towards its lower edge, as right turns to down."""
    return math.atan2(event.y_px - middle[1], event.x_px - middle[0])


def _distance(one: QPointF, other: QPointF) -> float:
    return math.hypot(one.x() - other.x(), one.y() - other.y())
