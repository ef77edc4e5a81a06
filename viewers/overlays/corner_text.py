"""The four corner texts."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from viewers.overlays import words
from viewers.overlays.layout import (
    CORNER_SHARE,
    bottom_left_lines,
    bottom_left_px,
    bottom_right_lines,
    bottom_right_px,
    corner_lines,
)
from viewers.scene import Scene


def paint(painter: QPainter, scene: Scene) -> None:
    """Draw what the app wrote into each corner."""
    painter.setFont(words.font())
    corners, height = scene.corners, scene.size_px[1]
    top = words.MARGIN_PX
    _draw_lines(painter, scene, corner_lines(scene, corners.top_left), top, right=False)
    _draw_lines(painter, scene, corner_lines(scene, corners.top_right), top, right=True, warns=corners.warns)
    _draw_lines(painter, scene, bottom_left_lines(scene), height - bottom_left_px(scene), right=False)
    _draw_lines(painter, scene, bottom_right_lines(scene), height - bottom_right_px(scene), right=True)


def blocks(scene: Scene) -> tuple[QRectF, QRectF, QRectF, QRectF]:
    """The four blocks, as wide as their longest line: top left, top right, bottom left, bottom right."""
    corners, height = scene.corners, scene.size_px[1]
    top, low, lower = words.MARGIN_PX, height - bottom_left_px(scene), height - bottom_right_px(scene)
    return (
        _block(scene, corner_lines(scene, corners.top_left), top, right=False),
        _block(scene, corner_lines(scene, corners.top_right), top, right=True),
        _block(scene, bottom_left_lines(scene), low, right=False),
        _block(scene, bottom_right_lines(scene), lower, right=True),
    )


def _block(scene: Scene, lines: tuple[str, ...], top: float, *, right: bool) -> QRectF:
    width, margin = scene.size_px[0], words.MARGIN_PX
    wide = min(max(map(words.text_width, lines), default=0.0), width * CORNER_SHARE)
    return QRectF(width - margin - wide if right else margin, top, wide, words.line_height() * len(lines))


def _draw_lines(
    painter: QPainter, scene: Scene, lines: tuple[str, ...], top: float, *, right: bool, warns: bool = False
) -> None:
    width, step = scene.size_px[0] * CORNER_SHARE, words.line_height()
    left = scene.size_px[0] - words.MARGIN_PX - width if right else words.MARGIN_PX
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    for number, line in enumerate(lines):
        color = words.WARNING if warns and number == 0 else words.LIGHT
        words.draw(painter, QRectF(left, top + number * step, width, step), side, line, color)
