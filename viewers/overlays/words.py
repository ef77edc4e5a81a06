"""Text that stays readable on white bone and on black air; never below 11 pt."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication, QPainter

POINT_SIZE = 11.0
LETTER_POINT_SIZE = 14.0
MARGIN_PX = 8.0
LIGHT = QColor(232, 232, 226)
CALM = QColor(150, 205, 255)
WARNING = QColor(255, 200, 60)
FINAL = QColor(255, 120, 100)
SHADE = QColor(0, 0, 0, 225)


def font(size: float = POINT_SIZE, *, bold: bool = False) -> QFont:
    """The font of all overlays."""
    made = QFont()
    made.setPointSizeF(size)
    made.setBold(bold)
    return made


def line_height(size: float = POINT_SIZE) -> float:
    """Pixels from one line to the next."""
    return _metrics(size, False, QGuiApplication.font().key()).lineSpacing()


def text_width(text: str, size: float = POINT_SIZE, *, bold: bool = False) -> float:
    """Pixels that a line takes."""
    return _metrics(size, bold, QGuiApplication.font().key()).horizontalAdvance(text)


@lru_cache(maxsize=16)
def _metrics(size: float, bold: bool, _of_app: str) -> QFontMetricsF:
    """Asked some hundred times in one painting; another font of the whole window is another key."""
    return QFontMetricsF(font(size, bold=bold))


def draw(painter: QPainter, rect: QRectF, align: Qt.AlignmentFlag, text: str, color: QColor = LIGHT) -> None:
    """Draw one line in the painter's font, dark edge first, shortened with an ellipsis if it does not fit."""
    shown = QFontMetricsF(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    painter.setPen(SHADE)
    for x_px, y_px in ((-1, 0), (1, 0), (0, -1), (0, 1), (1, 1)):
        painter.drawText(rect.translated(x_px, y_px), align, shown)
    painter.setPen(color)
    painter.drawText(rect, align, shown)


def draw_plate(painter: QPainter, rect: QRectF, text: str, color: QColor) -> None:
    """Draw one line on a dark plate with a coloured edge."""
    painter.setPen(color)
    painter.setBrush(SHADE)
    painter.drawRoundedRect(rect, 4, 4)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    inner = rect.adjusted(6, 0, -6, 0)
    shown = QFontMetricsF(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
    painter.drawText(inner, Qt.AlignmentFlag.AlignCenter, shown)


def draw_backing(painter: QPainter, rect: QRectF) -> None:
    """Darken the picture behind several lines of small text."""
    painter.fillRect(rect, QColor(0, 0, 0, 130))
