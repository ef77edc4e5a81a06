"""Measurements on the picture: lines, handles, and what was measured beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from viewers.overlays import words

COLOR, CHOSEN = QColor(120, 235, 140), QColor(255, 235, 90)
HANDLE = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Inked:
    """One measurement in screen pixels."""

    shape_id: str
    lines: tuple[tuple[tuple[float, float], ...], ...]
    handles: tuple[tuple[float, float], ...]
    words: tuple[str, ...]
    selected: bool


def paint(painter: QPainter, inked: Sequence[Inked], size_px: tuple[int, int]) -> None:
    """All of them; the chosen one in another colour and with filled handles."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setFont(words.font())
    for one in inked:
        color = CHOSEN if one.selected else COLOR
        for line in one.lines:
            shape = QPolygonF([QPointF(*point) for point in line])
            for ink, width in ((words.SHADE, 3.6), (color, 1.6)):
                painter.setPen(QPen(ink, width))
                painter.drawPolyline(shape)
        _paint_handles(painter, one, color)
        _paint_words(painter, one, color, size_px)
    painter.restore()


def hit(inked: Sequence[Inked], x_px: float, y_px: float, reach_px: float = 6.0) -> str | None:
    """Id of the measurement whose line passes within reach of a position, the nearest one."""
    best: tuple[float, str] | None = None
    for one in inked:
        for line in one.lines:
            for start, end in pairwise(line):
                away = _distance((x_px, y_px), start, end)
                if away <= reach_px and (best is None or away < best[0]):
                    best = (away, one.shape_id)
    return best[1] if best else None


def _paint_handles(painter: QPainter, one: Inked, color: QColor) -> None:
    painter.setBrush(color if one.selected else Qt.BrushStyle.NoBrush)
    for x_px, y_px in one.handles:
        for ink, width in ((words.SHADE, 3.0), (color, 1.4)):
            painter.setPen(QPen(ink, width))
            painter.drawEllipse(QPointF(x_px, y_px), HANDLE, HANDLE)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint_words(painter: QPainter, one: Inked, color: QColor, size_px: tuple[int, int]) -> None:
    """To the right of the shape, within the view."""
    points = [point for line in one.lines for point in line] or list(one.handles)
    if not points or not one.words:
        return
    step = words.line_height()
    wide = max(words.text_width(line) for line in one.words) + 4
    left = min(max(x for x, _ in points) + 10, size_px[0] - wide - words.MARGIN_PX)
    middle = (min(y for _, y in points) + max(y for _, y in points)) / 2
    top = min(max(middle - step * len(one.words) / 2, 0.0), size_px[1] - step * len(one.words))
    for number, line in enumerate(one.words):
        rect = QRectF(max(left, 0.0), top + number * step, wide, step)
        words.draw(painter, rect, Qt.AlignmentFlag.AlignLeft, line, color)


def _distance(at: tuple[float, float], start: tuple[float, float], end: tuple[float, float]) -> float:
    across, down = end[0] - start[0], end[1] - start[1]
    length = across * across + down * down
    share = 0.0 if length == 0 else ((at[0] - start[0]) * across + (at[1] - start[1]) * down) / length
    share = min(max(share, 0.0), 1.0)
    x, y = start[0] + share * across - at[0], start[1] + share * down - at[1]
    return float((x * x + y * y) ** 0.5)
