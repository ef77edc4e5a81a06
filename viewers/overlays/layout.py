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
NARROW_PX = 560  # below this width a long badge reaches the bottom letter
LOW_PX = 480  # below this height the long legend would hide too much of the picture
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
    return MARGIN_PX + line_height() * len(bottom_left_lines(scene))


def bottom_right_px(scene: Scene) -> float:
    """Pixels that the bottom right text takes, counted from the bottom edge."""
    return MARGIN_PX + line_height() * len(bottom_right_lines(scene))


def bottom_left_lines(scene: Scene) -> tuple[str, ...]:
    """The bottom left text that there is room for below the legend."""
    return corner_lines(scene, scene.corners.bottom_left, legend_px(scene))


def bottom_right_lines(scene: Scene) -> tuple[str, ...]:
    """The bottom right text that there is room for below scale, badge, and a legend that the badge pushes up."""
    return corner_lines(scene, scene.corners.bottom_right, 2 * line_height() + legend_px(scene))


def is_roomy(scene: Scene) -> bool:
    """True if there is room for the long legend: scale under its bar, and how coarse each heat is."""
    if min(scene.size_px) < LOW_PX:
        return False
    with_grid = 3 * len(scene.heat) + 2
    bars = (BAR_PX[1] + 4) * len(scene.heat) + _LEGEND_GAP
    below = line_height() if scene.badge is None else 2 * line_height() + 12
    return with_grid * line_height() + bars + below < half_height(scene)


def legend_px(scene: Scene) -> float:
    """Height of the legend; 0 without heat."""
    if not scene.heat:
        return 0.0
    lines = (3 if is_roomy(scene) else 1) * len(scene.heat) + 2
    return lines * line_height() + (BAR_PX[1] + 4) * len(scene.heat) + _LEGEND_GAP


def legend_rect(scene: Scene) -> QRectF:
    """Where the legend is: as wide as its longest line, for its words are never cut short."""
    lines = [scene.text.not_outline, scene.text.not_primary]
    lines += [legend_title(scene, layer) for layer in scene.heat]
    if is_roomy(scene):
        lines += [grid_words(scene, layer) for layer in scene.heat]
    wanted = max([BAR_PX[0], *map(text_width, lines)]) + 2
    width, height = min(wanted, scene.size_px[0] - 2 * MARGIN_PX), legend_px(scene)
    foot = bottom_left_px(scene)
    if scene.badge is not None and width > scene.size_px[0] * 0.4:
        foot = max(foot, badge_foot_px(scene) + line_height() + 8)
    if MARGIN_PX + width > scene.size_px[0] * (1 - CORNER_SHARE) / 2:  # it may reach the bottom letter
        foot = max(foot, MARGIN_PX + line_height(LETTER_POINT_SIZE) + 2)
    unknown = no_scale_rect(scene)
    above = scene.size_px[1] - unknown.top() + 4
    if (
        not unknown.isEmpty()
        and MARGIN_PX + width + 4 > unknown.left()
        and above + height < half_height(scene)
    ):
        foot = max(foot, above)
    return QRectF(MARGIN_PX, scene.size_px[1] - foot - height, width, height)


def number(scene: Scene, value: float, form: str = "g") -> str:
    """A number with the decimal mark of the reader's language."""
    return f"{value:{form}}".replace(".", scene.text.decimal)


def legend_title(scene: Scene, layer: HeatLayer) -> str:
    """The class, and its scale where that has no line of its own."""
    low, high = layer.value_range
    if is_roomy(scene):
        return layer.label
    return f"{layer.label}  {number(scene, max(low, layer.threshold))} – {number(scene, high)}"


def grid_words(scene: Scene, layer: HeatLayer) -> str:
    """How coarse the heat is that is drawn so smoothly."""
    grid = " x ".join(str(size) for size in layer.values.shape if size > 1)
    return scene.text.heat_grid.format(grid=grid)


def top_px(scene: Scene, wide_px: float) -> float:
    """Pixels from the upper edge to where a line this wide fits below the top letter and between the corners."""
    step, free = line_height(), scene.size_px[0] / 2 - wide_px / 2 - 2 * MARGIN_PX
    beside = [corner_lines(scene, lines) for lines in (scene.corners.top_left, scene.corners.top_right)]
    top = MARGIN_PX + line_height(LETTER_POINT_SIZE)
    while True:
        rows = range(int((top - MARGIN_PX) / step), int((top - MARGIN_PX + step - 1) / step) + 1)
        met = [lines[row] for lines in beside for row in rows if row < len(lines)]
        if all(min(text_width(line), scene.size_px[0] * CORNER_SHARE) <= free for line in met):
            return top
        top += step / 2


def badge_foot_px(scene: Scene) -> float:
    """Height at which the badge stands: above the bottom right text, and in a narrow view above the bottom letter."""
    above_letter = MARGIN_PX + line_height(LETTER_POINT_SIZE) + 2 if scene.size_px[0] < NARROW_PX else 0.0
    return max(bottom_right_px(scene) + 4, above_letter)


def badge_room(scene: Scene) -> float:
    """The most that the badge may take of the width: the lower left text ends there."""
    return scene.size_px[0] * (1 - CORNER_SHARE) - 2 * MARGIN_PX


def badge_rect(scene: Scene, width: float) -> QRectF:
    """The truth badge's plate."""
    height = line_height() + 6
    bottom = scene.size_px[1] - badge_foot_px(scene)
    width = min(width, badge_room(scene))
    return QRectF(scene.size_px[0] - MARGIN_PX - width, bottom - height, width, height)


def no_scale_rect(scene: Scene) -> QRectF:
    """Where it is said that the scale is not known; empty where it is known, or nothing is written."""
    if scene.info.spacing_known or scene.plane is None or scene.level is TextLevel.NONE:
        return QRectF()
    wide = min(text_width(scene.text.no_scale) + 4, scene.size_px[0] - 2 * MARGIN_PX)
    return QRectF(
        scene.size_px[0] - MARGIN_PX - wide, scale_bottom(scene) - line_height(), wide, line_height()
    )


def scale_bottom(scene: Scene) -> float:
    """The foot of the scale: above the badge, else above the bottom right text."""
    if scene.badge is not None:
        return scene.size_px[1] - badge_foot_px(scene) - line_height() - 12
    return scene.size_px[1] - bottom_right_px(scene) - 8


def scale_rect(scene: Scene) -> QRectF:
    """Room for the scale: right, between the letter and the badge; may be too narrow beside a legend."""
    bottom = scale_bottom(scene)
    top = scene.size_px[1] - half_height(scene) - MARGIN_PX + 4
    width = scene.size_px[0] * 0.36
    if scene.heat:
        width = min(width, scene.size_px[0] - legend_rect(scene).right() - 2 * MARGIN_PX)
    return QRectF(scene.size_px[0] - MARGIN_PX - width, top, width, max(bottom - top, 1.0))
