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
GAP = 10.0  # pixels between a shape and its words


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
    for one, place in zip(inked, place_words(inked, size_px), strict=True):
        color = CHOSEN if one.selected else COLOR
        for line in one.lines:
            shape = QPolygonF([QPointF(*point) for point in line])
            for ink, width in ((words.SHADE, 3.6), (color, 1.6)):
                painter.setPen(QPen(ink, width))
                painter.drawPolyline(shape)
        _paint_handles(painter, one, color)
        _paint_words(painter, one, color, place)
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


def place_words(inked: Sequence[Inked], size_px: tuple[int, int]) -> tuple[QRectF | None, ...]:
    """Where the words of each go: right, left, below or above of it, the first place that is free and in the view."""
    spread = [[point for line in one.lines for point in line] or list(one.handles) for one in inked]
    shapes = [_around(points) for points in spread if points]
    taken: list[QRectF] = []
    found: list[QRectF | None] = []
    for one, points in zip(inked, spread, strict=True):
        rect = None
        if points and one.words:
            rect = _free_place(points, _words_size(one), size_px, (*taken, *shapes))
            taken.append(rect)
        found.append(rect)
    return tuple(found)


def _around(points: Sequence[tuple[float, float]]) -> QRectF:
    left, top = min(x for x, _ in points), min(y for _, y in points)
    return QRectF(left, top, max(x for x, _ in points) - left, max(y for _, y in points) - top)


def _words_size(one: Inked) -> tuple[float, float]:
    wide = max((words.text_width(line) for line in one.words), default=0.0) + 6
    return wide, words.line_height() * len(one.words)


def _free_place(
    points: Sequence[tuple[float, float]],
    size: tuple[float, float],
    view: tuple[int, int],
    taken: Sequence[QRectF],
) -> QRectF:
    (wide, high), (view_wide, view_high) = size, view
    shape = _around(points)
    left, right, top, bottom = shape.left(), shape.right(), shape.top(), shape.bottom()
    x_mid, y_mid = (left + right - wide) / 2, (top + bottom - high) / 2
    corners = (
        (right + GAP, y_mid),
        (left - GAP - wide, y_mid),
        (x_mid, bottom + GAP),
        (x_mid, top - GAP - high),
    )
    rects = [
        QRectF(
            min(max(x, 0.0), max(view_wide - wide, 0.0)),
            min(max(y, 0.0), max(view_high - high, 0.0)),
            wide,
            high,
        )
        for x, y in corners
    ]
    free = (rect for rect in rects if not any(rect.intersects(one) for one in taken))
    return next(free, rects[0])


def _paint_words(painter: QPainter, one: Inked, color: QColor, rect: QRectF | None) -> None:
    if rect is None:
        return
    words.draw_backing(painter, rect)
    step = words.line_height()
    for number, line in enumerate(one.words):
        at = QRectF(rect.left() + 3, rect.top() + number * step, rect.width() - 3, step)
        words.draw(painter, at, Qt.AlignmentFlag.AlignLeft, line, color)


def _distance(at: tuple[float, float], start: tuple[float, float], end: tuple[float, float]) -> float:
    across, down = end[0] - start[0], end[1] - start[1]
    length = across * across + down * down
    share = 0.0 if length == 0 else ((at[0] - start[0]) * across + (at[1] - start[1]) * down) / length
    share = min(max(share, 0.0), 1.0)
    x, y = start[0] + share * across - at[0], start[1] + share * down - at[1]
    return float((x * x + y * y) ** 0.5)
