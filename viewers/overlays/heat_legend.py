"""Heat's legend: colour bar, class, scale, and what heat is not."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from viewers.compositor import heat_table
from viewers.overlays import words
from viewers.overlays.layout import BAR_PX, grid_words, is_roomy, legend_rect, legend_title, number
from viewers.scene import Scene
from viewers.types import HeatLayer

_BELOW = QColor(96, 96, 96)  # the grey that the bar shows its colours over


def paint(painter: QPainter, scene: Scene) -> None:
    """Draw one bar for each layer, left, above the bottom left lines."""
    if not scene.heat:
        return
    painter.setFont(words.font())
    room = legend_rect(scene)
    words.draw_backing(painter, room.adjusted(-4, -2, 4, -2))
    line = QRectF(room.left(), room.top(), room.width(), words.line_height())
    for layer in scene.heat:
        line = _paint_layer(painter, scene, layer, line)
    for sentence in (scene.text.not_outline, scene.text.not_primary):
        line = _line(painter, line, sentence)


def _paint_layer(painter: QPainter, scene: Scene, layer: HeatLayer, line: QRectF) -> QRectF:
    line = _line(painter, line, legend_title(scene, layer))
    bar = QRectF(line.left() + 1, line.top() + 2, min(BAR_PX[0], line.width()), BAR_PX[1])
    painter.fillRect(bar.adjusted(-1, -1, 1, 1), words.LIGHT)
    painter.fillRect(bar, _BELOW)
    painter.drawImage(bar, _bar_image(layer))
    line = line.translated(0, BAR_PX[1] + 4)
    if not is_roomy(scene):
        return line
    low, high = layer.value_range
    ends = QRectF(bar.left(), line.top(), bar.width(), line.height())
    words.draw(painter, ends, Qt.AlignmentFlag.AlignRight, number(scene, high))
    words.draw(painter, ends, Qt.AlignmentFlag.AlignLeft, number(scene, max(low, layer.threshold)))
    return _line(painter, line.translated(0, line.height()), grid_words(scene, layer))


def _line(painter: QPainter, rect: QRectF, text: str) -> QRectF:
    """Draw a line of text; returns where the next one goes."""
    words.draw(painter, rect, Qt.AlignmentFlag.AlignLeft, text)
    return rect.translated(0, rect.height())


def _bar_image(layer: HeatLayer) -> QImage:
    """The colours that are drawn: from the threshold to the top of the range."""
    low, high = layer.value_range
    first = int(np.clip((layer.threshold - low) / max(high - low, 1e-12) * 255, 0, 254))
    row = np.ascontiguousarray(heat_table(layer)[first:])
    return QImage(row.tobytes(), len(row), 1, 4 * len(row), QImage.Format.Format_ARGB32_Premultiplied).copy()
