"""Where the other planes cut this one, each in its plane's colour, with a gap round the point."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF
from PySide6.QtGui import QColor, QPainter, QPen

from viewers.geometry import px_of
from viewers.scene import Scene

GAP_PX = 12.0


def paint(painter: QPainter, scene: Scene) -> None:
    """Draw each line up to the gap, so that the point itself is never covered."""
    if scene.plane is None or scene.cross_point is None:
        return
    x_px, y_px, _ = px_of(scene.plane, scene.cross_point)
    middle = QPointF(x_px, y_px)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    for line in scene.cross:
        pen = QPen(QColor(*line.color), 1.2)
        painter.setPen(pen)
        for end in (QPointF(*line.start), QPointF(*line.end)):
            arm = QLineF(middle, end)
            if arm.length() > GAP_PX:
                painter.drawLine(QLineF(arm.pointAt(GAP_PX / arm.length()), end))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
