"""Where one is in a picture that is larger than its view: a small map with the part that is seen, and words for it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from viewers.overlays import words

LONG_PX = 84.0  # the longer side of the map
PAPER, SEEN = QColor(20, 20, 20, 215), QColor(255, 220, 90)


@dataclass(frozen=True, slots=True)
class WalkMap:
    """seen: left, top, right, bottom of the part that is seen, 0 to 1 of the whole as it stands on the screen.

    aspect: width of the whole by its height. on_left: at which edge of the view the map stands.
    """

    seen: tuple[float, float, float, float]
    aspect: float
    on_left: bool
    said: str = ""


def place(size_px: tuple[int, int], one: WalkMap) -> QRectF:
    """The map's rectangle: at its edge of the view, a little above the middle."""
    width = LONG_PX * min(1.0, one.aspect)
    height = LONG_PX * min(1.0, 1.0 / one.aspect)
    left = words.MARGIN_PX + 26 if one.on_left else size_px[0] - width - words.MARGIN_PX - 26
    return QRectF(left, size_px[1] * 0.42 - height / 2, width, height)


def paint(painter: QPainter, size: tuple[int, int], one: WalkMap) -> None:
    """The whole in outline, the part that is seen within it, the words below."""
    rect = place(size, one)
    painter.setPen(QPen(words.LIGHT, 1.0))
    painter.setBrush(PAPER)
    painter.drawRect(rect)
    left, top, right, bottom = one.seen
    part = QRectF(
        QPointF(rect.left() + left * rect.width(), rect.top() + top * rect.height()),
        QPointF(rect.left() + right * rect.width(), rect.top() + bottom * rect.height()),
    )
    painter.setPen(QPen(SEEN, 1.6))
    painter.setBrush(QColor(255, 220, 90, 70))
    painter.drawRect(part)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if one.said:
        painter.setFont(words.font())
        wide = words.text_width(one.said) + 4
        at = rect.left() if one.on_left else rect.right() - wide
        line = QRectF(at, rect.bottom() + 2, wide, words.line_height())
        words.draw(painter, line, Qt.AlignmentFlag.AlignLeft, one.said, SEEN)
