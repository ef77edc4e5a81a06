"""Drawings and notes of a presentation state over a picture."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from viewers.overlays import words
from viewers.presented import Note, Presented, Stroke
from viewers.types import Point

PxOf = Callable[[Point], tuple[float, float] | None]
_TINT = 60  # of 255: what lies under a filled shape must stay readable
_DOT_PX = 3.0


def paint(painter: QPainter, presented: Presented, px_of: PxOf) -> None:
    """Strokes first, notes over them."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for stroke in presented.strokes:
        _stroke(painter, stroke, px_of)
    painter.setFont(words.font())
    for note in presented.notes:
        _note(painter, note, px_of)
    painter.restore()


def _stroke(painter: QPainter, stroke: Stroke, px_of: PxOf) -> None:
    places = [QPointF(*at) for point in stroke.points if (at := px_of(point)) is not None]
    color = QColor(*stroke.color)
    if len(places) == 1:
        painter.setPen(QPen(QColor(0, 0, 0, 170), 1.0))
        painter.setBrush(color)
        painter.drawEllipse(places[0], _DOT_PX, _DOT_PX)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        return
    line = QPolygonF(places)
    if stroke.filled:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(color.red(), color.green(), color.blue(), _TINT))
        painter.drawPolygon(line)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        line.append(places[0])
    for pen in (QPen(QColor(0, 0, 0, 170), 3.0), QPen(color, 1.4)):
        painter.setPen(pen)
        painter.drawPolyline(line)


def _note(painter: QPainter, note: Note, px_of: PxOf) -> None:
    at, color = px_of(note.at), QColor(*note.color)
    if at is None:
        return
    anchor = px_of(note.anchor) if note.anchor is not None else None
    if anchor is not None:
        for pen in (QPen(QColor(0, 0, 0, 170), 3.0), QPen(color, 1.2)):
            painter.setPen(pen)
            painter.drawLine(QPointF(*at), QPointF(*anchor))
    step = words.line_height()
    width = max(words.text_width(line) for line in note.lines) + 4
    rect = QRectF(at[0], at[1], width, step)
    words.draw_backing(painter, QRectF(at[0] - 2, at[1], width + 4, step * len(note.lines)))
    for line in note.lines:
        words.draw(painter, rect, Qt.AlignmentFlag.AlignLeft, line, color)
        rect = rect.translated(0, step)
