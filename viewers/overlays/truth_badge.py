"""The one truth badge of a view: what this picture is not."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from viewers.overlays import words
from viewers.overlays.layout import badge_rect, badge_room
from viewers.scene import Scene
from viewers.types import BadgeLevel

FRAME_PX = 18.0  # of the plate, beside its words
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
    return badge_rect(scene, words.text_width(_words(scene)) + FRAME_PX)


def paint(painter: QPainter, scene: Scene) -> None:
    """Draw the badge, at every level of text."""
    rect = place(scene)
    if rect is not None and scene.badge is not None:
        painter.setFont(words.font())
        words.draw_plate(painter, rect, _words(scene), _LOOKS[scene.badge.level][0])


def _words(scene: Scene) -> str:
    """All of it where there is room; else the brief words, which say more than the beginning of the long ones."""
    badge = scene.badge
    if badge is None:
        return ""
    sign = _LOOKS[badge.level][1]
    whole = f"{sign}  {badge.text}"
    fits = words.text_width(whole) + FRAME_PX <= badge_room(scene)
    return whole if fits or not badge.brief else f"{sign}  {badge.brief}"
