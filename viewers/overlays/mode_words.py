"""That keys and the left button mean something else now: a line on the picture in the colour of warnings."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter

from viewers.overlays import words

_LINES_ABOVE = 4.2  # corner texts, and that the picture is turned or mirrored: all of it stays readable
_MODE = QColor(255, 200, 60)


def paint(painter: QPainter, said: str, width: int) -> None:
    """In the upper middle, under the corner texts; nothing where nothing is said."""
    if not said:
        return
    painter.setFont(words.font())
    shown = painter.fontMetrics().elidedText(said, Qt.TextElideMode.ElideRight, width - 24)
    size = QSizeF(painter.fontMetrics().horizontalAdvance(shown) + 16, words.line_height() + 6)
    place = QRectF(QPointF((width - size.width()) / 2, _LINES_ABOVE * words.line_height() + 4), size)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_MODE)
    painter.drawRoundedRect(place, 4, 4)
    painter.setPen(QColor(20, 20, 20))
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, shown)
