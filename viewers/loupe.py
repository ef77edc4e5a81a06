"""A round glass under the pointer: the picture's own pixels, larger, with the window in force."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from viewers.geometry import ScreenPlane
from viewers.overlays import words
from viewers.picture import Screen

FACTOR = 3.0
RADIUS_PX = 110
HAND = QColor(255, 220, 90)  # what is drawn as long as a button is held


@dataclass(frozen=True, slots=True)
class Glass:
    """Where the loupe lies: its middle in logical pixels of the view."""

    x_px: float
    y_px: float

    @property
    def around(self) -> QRectF:
        """The square that the circle fills."""
        return QRectF(self.x_px - RADIUS_PX, self.y_px - RADIUS_PX, 2 * RADIUS_PX, 2 * RADIUS_PX)


def enlarged(plane: ScreenPlane, glass: Glass, ratio: float) -> Screen:
    """The glass as a screen of its own: the point under its middle stays where it is, all else moves away from it."""
    middle = plane.origin + plane.right * glass.x_px + plane.down * glass.y_px
    right, down = plane.right / FACTOR, plane.down / FACTOR
    side = max(1, round(2 * RADIUS_PX * ratio))
    origin = middle - (right + down) * RADIUS_PX
    return Screen(ScreenPlane(origin, right, down, plane.normal), (side, side), ratio)


def paint_rim(painter: QPainter, glass: Glass, said: str) -> None:
    """The rim, and what the glass shows: it holds no marks."""
    for pen in (QPen(QColor(0, 0, 0), 4.0), QPen(HAND, 1.5)):
        painter.setPen(pen)
        painter.drawEllipse(glass.around)
    low = glass.y_px + RADIUS_PX * math.sqrt(0.5)
    width, height = words.text_width(said) + 16, words.line_height() + 4
    painter.setFont(words.font())
    words.draw_plate(painter, QRectF(glass.x_px - width / 2, low - height / 2, width, height), said, HAND)


def clip_of(glass: Glass) -> QPainterPath:
    """The circle."""
    path = QPainterPath()
    path.addEllipse(QPointF(glass.x_px, glass.y_px), RADIUS_PX, RADIUS_PX)
    return path
