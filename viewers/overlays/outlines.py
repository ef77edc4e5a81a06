"""Outlines of regions, two pixels wide at any zoom."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPen

from viewers.overlays import words
from viewers.scene import Scene


def paint(painter: QPainter, scene: Scene) -> None:
    """Draw each outline in its colour over a dark edge."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for outline in scene.outlines:
        for color, width in ((words.SHADE, 3.0), (QColor(*outline.color), 1.6)):
            pen = QPen(color, width)
            painter.setPen(pen)
            painter.drawPath(outline.path)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
