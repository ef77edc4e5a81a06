"""Who has which corner, so that no two overlays write over each other.

Four corner texts; letters in the middle of each edge; below the left letter the legend of heat, above the bottom
left text; below the right letter the scale, then the truth badge, above the bottom right text.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF

from viewers.overlays.words import LETTER_POINT_SIZE, MARGIN_PX, line_height, text_width
from viewers.scene import Scene
from viewers.types import HeatLayer, TextLevel

CORNER_SHARE = 0.44  # of the width; the middle belongs to letters and notices
SMALL_PX = 260  # below this height or width a view keeps one line in each corner
BAR_PX = (170.0, 10.0)
_LEGEND_GAP = 6.0


def corner_lines(scene: Scene, lines: tuple[str, ...], taken_px: float = 0.0) -> tuple[str, ...]:
    """The lines of one corner that there is room and wish for; taken_px is what lies above or below them."""
    if scene.level is TextLevel.NONE:
        return ()
    if scene.level is TextLevel.MINIMAL or min(scene.size_px) < SMALL_PX:
        return lines[:1]
    room = half_height(scene) - taken_px
    return lines[: max(1, int(room / line_height()))]


def half_height(scene: Scene) -> float:
    """Pixels between a side letter and the upper or lower edge."""
    return scene.size_px[1] / 2 - line_height(LETTER_POINT_SIZE) / 2 - MARGIN_PX


def bottom_left_px(scene: Scene) -> float:
    """Pixels that the bottom left text takes, counted from the bottom edge."""
    lines = corner_lines(scene, scene.corners.bottom_left, legend_px(scene))
    return MARGIN_PX + line_height() * len(lines)


def bottom_right_px(scene: Scene) -> float:
    """Pixels that the bottom right text takes, counted from the bottom edge."""
    lines = corner_lines(scene, scene.corners.bottom_right, line_height() * 2)
    return MARGIN_PX + line_height() * len(lines)


def has_grid_line(scene: Scene) -> bool:
    """True if there is room to say how coarse each heat is."""
    with_grid = 3 * len(scene.heat) + 2
    bars = (BAR_PX[1] + 4) * len(scene.heat) + _LEGEND_GAP
    return with_grid * line_height() + bars + line_height() < half_height(scene)


def legend_px(scene: Scene) -> float:
    """Height of the legend; 0 without heat."""
    if not scene.heat:
        return 0.0
    lines = (3 if has_grid_line(scene) else 2) * len(scene.heat) + 2
    return lines * line_height() + (BAR_PX[1] + 4) * len(scene.heat) + _LEGEND_GAP


def legend_rect(scene: Scene) -> QRectF:
    """Where the legend is: as wide as its longest line, for its words are never cut short."""
    height = legend_px(scene)
    top = scene.size_px[1] - bottom_left_px(scene) - height
    lines = [scene.text.not_outline, scene.text.not_primary, *(layer.label for layer in scene.heat)]
    if has_grid_line(scene):
        lines += [grid_words(scene, layer) for layer in scene.heat]
    wanted = max([BAR_PX[0], *map(text_width, lines)]) + 2
    return QRectF(MARGIN_PX, top, min(wanted, scene.size_px[0] - 2 * MARGIN_PX), height)


def grid_words(scene: Scene, layer: HeatLayer) -> str:
    """How coarse the heat is that is drawn so smoothly."""
    grid = " x ".join(str(size) for size in layer.values.shape if size > 1)
    return scene.text.heat_grid.format(grid=grid)


def badge_rect(scene: Scene, width: float) -> QRectF:
    """The truth badge's plate."""
    height = line_height() + 6
    bottom = scene.size_px[1] - bottom_right_px(scene) - 4
    width = min(width, scene.size_px[0] * 0.6)
    return QRectF(scene.size_px[0] - MARGIN_PX - width, bottom - height, width, height)


def scale_rect(scene: Scene) -> QRectF:
    """Room for the scale: right, between the letter and the badge; may be too narrow beside a legend."""
    bottom = scene.size_px[1] - bottom_right_px(scene) - 8
    if scene.badge is not None:
        bottom -= line_height() + 8
    top = scene.size_px[1] - half_height(scene) - MARGIN_PX + 4
    width = scene.size_px[0] * 0.36
    if scene.heat:
        width = min(width, scene.size_px[0] - legend_rect(scene).right() - 2 * MARGIN_PX)
    return QRectF(scene.size_px[0] - MARGIN_PX - width, top, width, max(bottom - top, 1.0))
