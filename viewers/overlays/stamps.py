"""What an image is, in a word that stays at every size and text level: a key image, another patient's, enhanced."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from viewers.overlays import words
from viewers.overlays.layout import top_px
from viewers.scene import Scene
from viewers.types import Stamp

_GAP_PX = 4.0
_PAD_PX = 18.0


def paint(painter: QPainter, scene: Scene, *, bare: bool) -> None:
    """Draw them below the top letter, the grave ones first; bare leaves those alone."""
    painter.setFont(words.font(bold=True))
    for rect, stamp in zip(places(scene), _in_order(scene), strict=True):
        if stamp.grave or not bare:
            words.draw_plate(painter, rect, stamp.text, words.FINAL if stamp.grave else words.CALM)


def places(scene: Scene) -> tuple[QRectF, ...]:
    """A plate each, from top to bottom, never wider than the view."""
    width, height = scene.size_px[0], words.line_height() + 4
    top, made = _start_px(scene), []
    for stamp in _in_order(scene):
        wide = min(words.text_width(stamp.text, bold=True) + _PAD_PX, width - 2 * words.MARGIN_PX)
        made.append(QRectF(width / 2 - wide / 2, top, wide, height))
        top += height + _GAP_PX
    return tuple(made)


def foot_px(scene: Scene) -> float:
    """Where there is room again below them."""
    return places(scene)[-1].bottom() + _GAP_PX if scene.stamps else _start_px(scene)


def _start_px(scene: Scene) -> float:
    return top_px(scene, scene.size_px[0]) + words.line_height() + 6


def _in_order(scene: Scene) -> tuple[Stamp, ...]:
    return tuple(sorted(scene.stamps, key=lambda stamp: not stamp.grave))
