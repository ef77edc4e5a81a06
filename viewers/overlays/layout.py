"""Who has which corner, so that no two overlays write over each other."""

from __future__ import annotations

from PySide6.QtCore import QRectF

from viewers.overlays.words import MARGIN_PX, line_height
from viewers.scene import Scene
from viewers.types import TextLevel

CORNER_SHARE = 0.44  # of the width; the middle belongs to letters, scale and notices
SMALL_PX = 260  # below this height or width a view keeps one line in each corner


def corner_lines(scene: Scene, lines: tuple[str, ...]) -> tuple[str, ...]:
    """The lines of one corner that there is room and wish for."""
    if scene.level is TextLevel.NONE:
        return ()
    if scene.level is TextLevel.MINIMAL or min(scene.size_px) < SMALL_PX:
        return lines[:1]
    room = max(1, int((scene.size_px[1] / 2 - 3 * line_height() - MARGIN_PX) / line_height()))
    return lines[:room]


def bottom_height(scene: Scene, lines: tuple[str, ...]) -> float:
    """Pixels that a bottom corner's lines take, counted from the bottom edge."""
    return MARGIN_PX + line_height() * len(corner_lines(scene, lines))


def badge_rect(scene: Scene, width: float) -> QRectF:
    """The truth badge's plate: right, above the bottom right lines."""
    height = line_height() + 6
    bottom = scene.size_px[1] - bottom_height(scene, scene.corners.bottom_right) - 4
    width = min(width, scene.size_px[0] - 2 * MARGIN_PX)
    return QRectF(scene.size_px[0] - MARGIN_PX - width, bottom - height, width, height)
