"""The one truth badge of a view: what this picture is not."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from viewers.overlays import words
from viewers.overlays.layout import badge_rect
from viewers.scene import Scene
from viewers.types import BadgeLevel

# The sign says the level to whoever cannot tell the colours: will improve, is final, is a note.
_LOOKS = {
    BadgeLevel.PASSING: (words.WARNING, "…"),
    BadgeLevel.FINAL: (words.FINAL, "!"),
    BadgeLevel.NOTE: (words.CALM, "i"),
}


def place(scene: Scene) -> QRectF | None:
    """Where the badge is, for clicks; None where there is none."""
    if scene.badge is None:
        return None
    return badge_rect(scene, words.text_width(_words(scene)) + 18)


def paint(painter: QPainter, scene: Scene) -> None:
    """Draw the badge, at every level of text."""
    rect = place(scene)
    if rect is not None and scene.badge is not None:
        painter.setFont(words.font())
        words.draw_plate(painter, rect, _words(scene), _LOOKS[scene.badge.level][0])


def _words(scene: Scene) -> str:
    return f"{_LOOKS[scene.badge.level][1]}  {scene.badge.text}" if scene.badge else ""
