"""Loading, failure, and what was left out: plain sentences that no text level can hide."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from viewers.overlays import words
from viewers.overlays.stamps import foot_px
from viewers.scene import Scene


def paint(painter: QPainter, scene: Scene) -> None:
    """Draw the failure instead of a picture, and notices below the top letter."""
    width, height = scene.size_px
    painter.setFont(words.font())
    if scene.failure:
        painter.setPen(words.WARNING)
        rect = QRectF(width * 0.1, height * 0.25, width * 0.8, height * 0.5)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, scene.failure)
    top = foot_px(scene)
    for notice in scene.notices:
        wide = min(words.text_width(notice) + 18, width - 2 * words.MARGIN_PX)
        plate = QRectF(width / 2 - wide / 2, top, wide, words.line_height() + 6)
        words.draw_plate(painter, plate, notice, words.WARNING)
        top = plate.bottom() + 4
