"""Heat's legend: colour bar, class, scale, and what heat is not."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from viewers.compositor import heat_table
from viewers.overlays import words
from viewers.overlays.layout import bottom_height
from viewers.scene import Scene
from viewers.types import HeatLayer

_BAR_PX = (170.0, 10.0)


def paint(painter: QPainter, scene: Scene) -> None:
    """Draw one bar for each layer, left, above the bottom left lines."""
    if not scene.heat:
        return
    painter.setFont(words.font())
    step, wide = words.line_height(), min(scene.size_px[0] - 2 * words.MARGIN_PX, 330.0)
    lines = [scene.text.not_outline, scene.text.not_primary]
    height = step * len(lines) + sum(_layer_height(layer, step) for layer in scene.heat)
    top = scene.size_px[1] - bottom_height(scene, scene.corners.bottom_left) - height - 6
    for layer in scene.heat:
        _paint_layer(painter, scene, layer, QRectF(words.MARGIN_PX, top, wide, step))
        top += _layer_height(layer, step)
    for line in lines:
        _line(painter, QRectF(words.MARGIN_PX, top, wide, step), line)
        top += step


def _layer_height(layer: HeatLayer, step: float) -> float:
    return 3 * step + _BAR_PX[1] + 4


def _paint_layer(painter: QPainter, scene: Scene, layer: HeatLayer, line: QRectF) -> None:
    _line(painter, line, layer.label)
    bar = QRectF(line.left(), line.bottom() + 2, min(_BAR_PX[0], line.width()), _BAR_PX[1])
    painter.fillRect(bar.adjusted(-1, -1, 1, 1), words.LIGHT)
    painter.fillRect(bar, Qt.GlobalColor.black)
    painter.drawImage(bar, _bar_image(layer))
    ends = QRectF(bar.left(), bar.bottom() + 2, bar.width(), line.height())
    low, high = layer.value_range
    words.draw(painter, ends, Qt.AlignmentFlag.AlignLeft, f"{max(low, layer.threshold):g}")
    words.draw(painter, ends, Qt.AlignmentFlag.AlignRight, f"{high:g}")
    rows, columns = layer.values.shape[-2:]
    _line(
        painter,
        ends.translated(0, line.height()),
        scene.text.heat_grid.format(rows=rows, columns=columns),
        line,
    )


def _line(painter: QPainter, rect: QRectF, text: str, wide_as: QRectF | None = None) -> None:
    if wide_as is not None:
        rect.setWidth(wide_as.width())
    words.draw(painter, rect, Qt.AlignmentFlag.AlignLeft, text)


def _bar_image(layer: HeatLayer) -> QImage:
    """The colours that are drawn: from the threshold to the top of the range."""
    low, high = layer.value_range
    first = int(np.clip((layer.threshold - low) / max(high - low, 1e-12) * 255, 0, 254))
    row = np.ascontiguousarray(heat_table(layer)[first:])
    return QImage(row.tobytes(), len(row), 1, 4 * len(row), QImage.Format.Format_ARGB32_Premultiplied).copy()
