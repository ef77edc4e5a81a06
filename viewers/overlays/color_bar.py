"""The legend of false colours: which table, and which values its ends stand for."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from viewers.colormaps import false_colors
from viewers.overlays import words
from viewers.overlays.layout import NARROW_PX, corner_lines, half_height, number
from viewers.overlays.stamps import foot_px
from viewers.scene import Scene

WIDTH_PX = 12.0
MOST_PX = 150.0
LEAST_PX = 24.0  # a shorter bar says nothing


def place(scene: Scene) -> QRectF | None:
    """Left, between the upper corner's text and the letter in the middle; None without false colours or room."""
    if not scene.state.colors:
        return None
    top = words.MARGIN_PX + words.line_height() * (len(corner_lines(scene, scene.corners.top_left)) + 0.5)
    if scene.size_px[0] < NARROW_PX:  # stamps reach as far left as its numbers
        top = max(top, foot_px(scene))
    foot = half_height(scene) - words.line_height() * 0.5
    height = min(foot - top, MOST_PX)
    return QRectF(words.MARGIN_PX, foot - height, WIDTH_PX, height) if height >= LEAST_PX else None


def paint(painter: QPainter, scene: Scene) -> None:
    """The largest value on top; where the window is inverted the colours are turned, not the values."""
    rect = place(scene)
    if rect is None or scene.plane is None:
        return
    colours = false_colors(scene.state.colors)
    upright = colours if scene.state.invert else colours[::-1]
    column = np.ascontiguousarray(upright.reshape(-1, 1, 3))
    image = QImage(column.tobytes(), 1, len(colours), 3, QImage.Format.Format_RGB888).copy()
    painter.fillRect(rect.adjusted(-1, -1, 1, 1), words.LIGHT)
    painter.drawImage(rect, image)
    painter.setFont(words.font())
    window = scene.state.window
    low, high = window.center - window.width / 2, window.center + window.width / 2
    step = words.line_height()
    for value, y_px in ((high, rect.top()), (low, rect.bottom() - step)):
        line = QRectF(rect.right() + 6, y_px, scene.size_px[0] * 0.3, step)
        words.draw(painter, line, Qt.AlignmentFlag.AlignLeft, number(scene, value, ".4g"))
