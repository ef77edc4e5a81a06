"""A ruler at the edge of a stack: which slice of how many, and how far that is from the first."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from viewers.overlays import words

HAND = QColor(255, 220, 90)
EDGE_PX = words.MARGIN_PX + 26  # beyond the letter in the middle of the edge, and the scale below it
LONGEST_TICKS = 80  # above that many slices only every tenth has a tick


@dataclass(frozen=True, slots=True)
class Ruler:
    """number and count from 1; first and last slice that the picture is made of; said: the words beside the mark."""

    number: int
    count: int
    first: int
    last: int
    said: str
    on_left: bool


def track(size_px: tuple[int, int]) -> tuple[float, float]:
    """Top and bottom of the ruler in pixels."""
    return size_px[1] * 0.22, size_px[1] * 0.72


def height_of(number: float, one: Ruler, size_px: tuple[int, int]) -> float:
    """Where a slice stands on the ruler, from the top."""
    top, bottom = track(size_px)
    return top + (bottom - top) * (number - 1) / max(one.count - 1, 1)


def paint(painter: QPainter, size: tuple[int, int], one: Ruler) -> None:
    """The line, its ticks, the slab as a bar, the mark with its words."""
    x_px = EDGE_PX if one.on_left else size[0] - EDGE_PX
    inward = 1 if one.on_left else -1
    top, bottom = track(size)
    step = 1 if one.count <= LONGEST_TICKS else 10
    for width, color in ((3.0, words.SHADE), (1.2, words.LIGHT)):
        painter.setPen(QPen(color, width))
        painter.drawLine(QPointF(x_px, top), QPointF(x_px, bottom))
        for number in range(1, one.count + 1, step):
            long = 7 if (number - 1) % 10 == 0 else 4
            y_px = height_of(number, one, size)
            painter.drawLine(QPointF(x_px, y_px), QPointF(x_px + inward * long, y_px))
    painter.setPen(QPen(HAND, 5.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
    low, high = height_of(one.first, one, size), height_of(one.last, one, size)
    painter.drawLine(QPointF(x_px, low - 1.5), QPointF(x_px, high + 1.5))
    here = height_of(one.number, one, size)
    painter.setPen(QPen(HAND, 2.0))
    painter.drawLine(QPointF(x_px, here), QPointF(x_px + inward * 12, here))
    painter.setFont(words.font())
    wide = words.text_width(one.said) + 4
    left = x_px + 15 if one.on_left else x_px - 15 - wide
    line = QRectF(left, here - words.line_height() / 2, wide, words.line_height())
    words.draw(painter, line, Qt.AlignmentFlag.AlignLeft, one.said, HAND)
