"""The scale bar, only where pixel spacing is known; else it says that it is not."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from viewers.geometry import scale_bar
from viewers.overlays import words
from viewers.overlays.layout import no_scale_rect, number, scale_rect
from viewers.scene import Scene
from viewers.types import TextLevel

_LONGEST_PX = 160.0
_SHORTEST_PX = 12.0
_TICK_PX = 6.0


def paint(painter: QPainter, scene: Scene) -> None:
    """Draw an upright bar of round length below the right letter, with the calibration in force."""
    if scene.level is TextLevel.NONE or scene.plane is None:
        return
    room, line = scale_rect(scene), words_rect(scene)
    painter.setFont(words.font())
    if not scene.info.spacing_known:
        words.draw(painter, line, Qt.AlignmentFlag.AlignRight, scene.text.no_scale, words.WARNING)
        return
    longest = min(_LONGEST_PX, room.height() - words.line_height())
    if longest < _SHORTEST_PX:
        return
    length_mm, length_px = scale_bar(scene.state.scale, longest)
    plain = f"{number(scene, length_mm)} {scene.text.millimeter}"
    label = f"{plain} {scene.info.scale_note}".rstrip()
    if words.text_width(plain if label == plain else f"{plain} …") > room.width():
        return  # the words on the calibration may end in dots, as the badge has them; the bar stays for them
    _draw_bar(painter, room.right() - 1, line.top() - 2, length_px)
    words.draw(painter, line, Qt.AlignmentFlag.AlignRight, label)


def words_rect(scene: Scene) -> QRectF:
    """The line of the scale's length, or of the words that it is not known."""
    if not scene.info.spacing_known:
        return no_scale_rect(scene)
    room, step = scale_rect(scene), words.line_height()
    return QRectF(room.left(), room.bottom() - step, room.width(), step)


def _draw_bar(painter: QPainter, x_px: float, foot: float, length_px: float) -> None:
    top = foot - length_px
    lines = [
        QLineF(x_px, top, x_px, foot),
        QLineF(x_px - _TICK_PX, top, x_px, top),
        QLineF(x_px - _TICK_PX, foot, x_px, foot),
    ]
    for pen in (QPen(words.SHADE, 4), QPen(words.LIGHT, 2)):
        painter.setPen(pen)
        painter.drawLines(lines)
