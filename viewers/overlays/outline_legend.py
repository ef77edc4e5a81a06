"""Which colour is which region: one line for each that is drawn, as many as there is room for."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from viewers.overlays import color_bar, stamps, words
from viewers.overlays.layout import CORNER_SHARE, LOW_PX, corner_lines
from viewers.overlays.words import LETTER_POINT_SIZE, MARGIN_PX
from viewers.scene import Color, Scene
from viewers.types import TextLevel

_SWATCH_PX = 10.0
_GAP_PX = 6.0
_MOST = 12
_MOST_LOW = 4  # in a low view more would hide the picture
Lines = tuple[tuple[Color | None, str], ...]


def entries(scene: Scene) -> tuple[tuple[Color, str], ...]:
    """Colour and name of each region that has both, in the order of the layers; the same pair once.

    A colour that stands for several names tells none of them: it has no line.
    """
    found = [
        (layer.colors[label], name)
        for layer in scene.outlines
        for label, name in layer.names.items()
        if name and label in layer.colors
    ]
    pairs = tuple(dict.fromkeys(found))
    meant = Counter(color for color, _ in pairs)
    return tuple((color, name) for color, name in pairs if meant[color] == 1)


def rect(scene: Scene) -> QRectF:
    """Left, between the upper corner's text and the left letter; empty where there is no room for a line."""
    step = words.line_height()
    top = MARGIN_PX + step * len(corner_lines(scene, scene.corners.top_left)) + _GAP_PX
    if any(plate.left() < MARGIN_PX + scene.size_px[0] * CORNER_SHARE for plate in stamps.places(scene)):
        top = max(top, stamps.foot_px(scene))
    room = scene.size_px[1] / 2 - words.line_height(LETTER_POINT_SIZE) / 2 - _GAP_PX - top
    named, rows = len(entries(scene)), int(room / step)
    most = _MOST if scene.size_px[1] >= LOW_PX else _MOST_LOW
    rows = min(named, most, rows) if rows > 1 or named == 1 else 0  # "and 8 more" alone tells nothing
    width, aside = scene.size_px[0] * CORNER_SHARE, 0.0
    if color_bar.place(scene) is not None:  # it stands there too, with its numbers
        aside = color_bar.WIDTH_PX + words.text_width("-1000.5") + 2 * _GAP_PX
    return QRectF(MARGIN_PX + aside, top, max(width - aside, 0.0), step * max(rows, 0))


def drawn_rect(scene: Scene) -> QRectF:
    """What is darkened behind it: as wide as its longest line; empty where nothing is drawn."""
    return _backing(*_laid_out(scene))


def paint(painter: QPainter, scene: Scene) -> None:
    """Draw it; where there is no room for all, those that this picture shows come first, and the rest are counted."""
    room, lines = _laid_out(scene)
    if not lines:
        return
    painter.setFont(words.font())
    words.draw_backing(painter, _backing(room, lines))
    step = words.line_height()
    for number, (color, text) in enumerate(lines):
        line = QRectF(room.left(), room.top() + number * step, room.width(), step)
        if color is not None:
            swatch = QRectF(line.left(), line.center().y() - _SWATCH_PX / 2, _SWATCH_PX, _SWATCH_PX)
            painter.fillRect(swatch.adjusted(-1, -1, 1, 1), words.SHADE)
            painter.fillRect(swatch, QColor(*color))
        words.draw(painter, line.adjusted(_SWATCH_PX + _GAP_PX, 0, 0, 0), Qt.AlignmentFlag.AlignLeft, text)


def _laid_out(scene: Scene) -> tuple[QRectF, Lines]:
    """Its room, and the colour and name of each line; no lines where nothing is drawn."""
    room, named = rect(scene), entries(scene)
    if scene.level is TextLevel.NONE or room.isEmpty():
        return room, ()
    rows = round(room.height() / words.line_height())
    if len(named) <= rows:
        return room, named
    drawn = scene.drawn or frozenset()
    shown_first = sorted(named, key=lambda entry: entry[0] not in drawn)
    more = scene.text.more_regions.format(count=len(named) - rows + 1)
    return room, (*shown_first[: rows - 1], (None, more))


def _backing(room: QRectF, lines: Lines) -> QRectF:
    if not lines:
        return QRectF()
    widest = max(words.text_width(text) for _, text in lines) + _SWATCH_PX + _GAP_PX
    return QRectF(room.left() - 4, room.top(), min(widest, room.width()) + 8, room.height())
