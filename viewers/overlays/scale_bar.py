"""The scale bar, only where pixel spacing is known; else it says that it is not."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from viewers.geometry import scale_bar
from viewers.overlays import words
from viewers.overlays.orientation import LETTER_POINT_SIZE
from viewers.scene import Scene
from viewers.types import TextLevel

_LONGEST_PX = 160.0


def paint(painter: QPainter, scene: Scene) -> None:
    """Draw a bar of round length above the bottom letter, with the calibration in force."""
    if scene.level is TextLevel.NONE or scene.plane is None:
        return
    width, height = scene.size_px
    painter.setFont(words.font())
    foot = height - words.MARGIN_PX - words.line_height(LETTER_POINT_SIZE) - 4
    if not scene.info.spacing_known:
        rect = QRectF(width * 0.2, foot - words.line_height(), width * 0.6, words.line_height())
        words.draw(painter, rect, Qt.AlignmentFlag.AlignHCenter, scene.text.no_scale, words.WARNING)
        return
    length_mm, length_px = scale_bar(scene.state.scale, min(_LONGEST_PX, width * 0.25))
    left, right = width / 2 - length_px / 2, width / 2 + length_px / 2
    lines = [
        QLineF(left, foot, right, foot),
        QLineF(left, foot - 5, left, foot),
        QLineF(right, foot - 5, right, foot),
    ]
    for pen in (QPen(words.SHADE, 4), QPen(words.LIGHT, 2)):
        painter.setPen(pen)
        painter.drawLines(lines)
    label = f"{length_mm:g} {scene.text.millimeter} {scene.info.scale_note}".rstrip()
    wide = words.text_width(label) + 8
    rect = QRectF(width / 2 - wide / 2, foot - 7 - words.line_height(), wide, words.line_height())
    words.draw(painter, rect, Qt.AlignmentFlag.AlignHCenter, label)
