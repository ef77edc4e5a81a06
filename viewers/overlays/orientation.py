"""Orientation letters at the four edges; another colour and a word when the picture is flipped or turned."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from viewers.overlays import words
from viewers.overlays.layout import top_px
from viewers.overlays.words import LETTER_POINT_SIZE
from viewers.scene import Scene
from viewers.types import TextLevel


def paint(painter: QPainter, scene: Scene) -> None:
    """Draw the letters, and say in words what was done to the picture."""
    changed = change_words(scene)
    if scene.level is not TextLevel.NONE:
        painter.setFont(words.font(LETTER_POINT_SIZE, bold=True))
        for rect, letters in zip(edges(scene), scene.letters, strict=True):
            words.draw(
                painter,
                rect,
                Qt.AlignmentFlag.AlignCenter,
                letters,
                words.WARNING if changed else words.LIGHT,
            )
    if changed:
        painter.setFont(words.font(bold=True))
        top = top_px(scene, words.text_width(changed, bold=True))
        rect = QRectF(0, top, scene.size_px[0], words.line_height())
        words.draw(painter, rect, Qt.AlignmentFlag.AlignHCenter, changed, words.WARNING)


def change_words(scene: Scene) -> str:
    """Flipped, turned, inverted: empty for a picture as it was stored."""
    state, said = scene.state, []
    if state.flip_horizontal != state.flip_vertical:
        said.append(scene.text.flipped)
    turn = 90 * state.quarter_turns + (180 if state.flip_horizontal and state.flip_vertical else 0)
    if state.flip_vertical and not state.flip_horizontal:
        turn += 180  # top to bottom is left to right and half a turn
    if turn % 360:
        said.append(scene.text.rotated.format(degrees=turn % 360))
    if state.invert:
        said.append(scene.text.inverted)
    return "  ".join(said)


def edges(scene: Scene) -> tuple[QRectF, QRectF, QRectF, QRectF]:
    """Where the letters go: left, right, top, bottom."""
    width, height = scene.size_px
    step = words.line_height(LETTER_POINT_SIZE)
    margin = words.MARGIN_PX
    wide = max(words.text_width(letters, LETTER_POINT_SIZE, bold=True) for letters in scene.letters[2:]) + 6
    middle = height / 2 - step / 2
    longest = max(words.text_width(letters, LETTER_POINT_SIZE, bold=True) for letters in scene.letters[:2])
    side = longest + 6
    return (
        QRectF(margin, middle, side, step),
        QRectF(width - margin - side, middle, side, step),
        QRectF(width / 2 - wide / 2, margin, wide, step),
        QRectF(width / 2 - wide / 2, height - margin - step, wide, step),
    )
