"""The cross that is moved by keys, and the box round it, seen on any ground."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from viewers.overlays import words

GAP_PX, ARM_PX = 5.0, 22.0
COLOR = QColor(255, 200, 60)
_SHADE = QColor(0, 0, 0, 200)


def paint(painter: QPainter, at: tuple[float, float], size_px: float, bounds: tuple[int, int]) -> None:
    """at: the place in the view; size_px: edge of the box, 0 for none; bounds: of the view, for the fine long lines.

    The place itself is never covered.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for color, width in ((_SHADE, 4.0), (COLOR, 2.0)):
        painter.setPen(QPen(color, width))
        painter.drawLines(_arms(at, ARM_PX, ARM_PX))
        if size_px > 0:
            half = max(size_px / 2, GAP_PX)
            painter.drawRect(QRectF(at[0] - half, at[1] - half, 2 * half, 2 * half))
    faint = QColor(COLOR)
    faint.setAlpha(110)
    painter.setPen(QPen(faint, 1.0, Qt.PenStyle.DotLine))
    painter.drawLines(_arms(at, float(bounds[0]), float(bounds[1])))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def paint_place(painter: QPainter, at: tuple[float, float], said: str, bounds: tuple[int, int]) -> None:
    """Where it is, in words, under the cross, or over it where there is no room."""
    if not said:
        return
    painter.setFont(words.font())
    wide, high = words.text_width(said) + 4, words.line_height()
    left = max(min(at[0] - wide / 2, bounds[0] - wide - 2), 2.0)
    top = at[1] + ARM_PX + 2 if at[1] + ARM_PX + 2 + high <= bounds[1] else at[1] - ARM_PX - high
    words.draw(painter, QRectF(left, top, wide, high), Qt.AlignmentFlag.AlignLeft, said, COLOR)


def _arms(at: tuple[float, float], across: float, upright: float) -> list[QLineF]:
    middle = QPointF(*at)
    ways = (QPointF(1, 0), QPointF(-1, 0), QPointF(0, 1), QPointF(0, -1))
    ends = (across, across, upright, upright)
    return [QLineF(middle + way * GAP_PX, middle + way * end) for way, end in zip(ways, ends, strict=True)]
