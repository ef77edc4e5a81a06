"""Where the words of a finding go: beside its box, over no other text, and never over another finding's words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSizeF

from viewers.overlays import (
    color_bar,
    corner_text,
    orientation,
    outline_legend,
    scale_bar,
    stamps,
    truth_badge,
    words,
)
from viewers.overlays.layout import legend_rect
from viewers.scene import Scene
from viewers.types import TextLevel

_GAP_PX = 6.0
_TEXT_WEIGHT = 100.0  # what was found may lie under words where there is no other room; other words may not
_STEPS = (
    1,
    -1,
    2,
    -2,
    3,
    -3,
    4,
    -4,
    5,
    -5,
)  # lines away from the box's own height, where all beside it is taken


def taken(scene: Scene) -> list[QRectF]:
    """What is written on the picture already: corners, letters, scale, badge, stamps and legends."""
    rects = [*corner_text.blocks(scene), outline_legend.drawn_rect(scene)]
    if scene.level is not TextLevel.NONE:
        rects += [*orientation.edges(scene), scale_bar.words_rect(scene)]
    if scene.heat:
        rects.append(legend_rect(scene))
    rects += [one for one in (truth_badge.place(scene), color_bar.place(scene)) if one is not None]
    return [rect for rect in (*rects, *stamps.places(scene)) if not rect.isEmpty()]


def place(scene: Scene, shape: QRectF, size: QSizeF, others: Sequence[QRectF]) -> QRectF:
    """The first place beside `shape` (screen pixels) that is inside the view and meets neither it nor `others`.

    Where every place meets something, the one that covers least of it, `others` before all: words are never left out.
    """
    best, least = QRectF(), math.inf
    for wanted in _beside(shape, size):
        rect = _inside(scene, wanted)
        written = sum(_common(rect, other) for other in others if rect.intersects(other))
        hidden = _common(rect, shape) + _TEXT_WEIGHT * written
        if not hidden:
            return rect
        if hidden < least:
            best, least = rect, hidden
    return best


def _beside(shape: QRectF, size: QSizeF) -> list[QRectF]:
    """Right of the upper edge first, as readers know it; then left, the lower edge, above, below, within."""
    wide, high = size.width(), size.height()
    right, left = shape.right() + _GAP_PX, shape.left() - _GAP_PX - wide
    top, foot = shape.top() - 2, shape.bottom() - high + 2
    middle = shape.center().y() - high / 2
    corners = [
        *((x, y) for y in (top, foot, middle) for x in (right, left)),
        *(
            (x, y)
            for y in (shape.top() - high - 2, shape.bottom() + 2)
            for x in (shape.left(), shape.right() - wide)
        ),
        *((shape.left() + 4, y) for y in (shape.top() + 2, foot - 4)),
        *((x, y + step * high) for step in _STEPS for y in (foot, top) for x in (right, left)),
    ]
    return [QRectF(x, y, wide, high) for x, y in corners]


def _inside(scene: Scene, rect: QRectF) -> QRectF:
    """Moved into the view; a place that had to move far lies on its own box and is still a place."""
    width, height = scene.size_px
    x = min(max(rect.left(), words.MARGIN_PX), max(width - words.MARGIN_PX - rect.width(), words.MARGIN_PX))
    y = min(max(rect.top(), 0.0), max(height - rect.height(), 0.0))
    return QRectF(x, y, rect.width(), rect.height())


def _common(one: QRectF, other: QRectF) -> float:
    met = one.intersected(other)
    return met.width() * met.height()
