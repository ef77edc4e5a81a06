"""A comparison in words: the rows of its table and one sentence, the same in the window and on the terminal."""

from __future__ import annotations

from app.domain.comparison import Comparison, Pair, SetMark
from app.support.i18n import text
from app.support.languages import number_words

COLUMNS = ("left", "right", "how", "dice", "distance")


def cells(pair: Pair) -> tuple[str, str, str, str, str]:
    """One row in words, as table and window show it."""

    def name(mark: SetMark | None) -> str:
        return mark.label if mark else "–"

    how = text(f"compare.how.{pair.how.value}") if pair.how else ""
    if pair.how is None:
        how = text("compare.missed") if pair.right is None else text("compare.extra")
    dice = "" if pair.dice is None else number_words(pair.dice, 3)
    away = "" if pair.distance_mm is None else _mm(pair.distance_mm)
    return name(pair.left), name(pair.right), how, dice, away


def summary(found: Comparison) -> str:
    """Counts and means in one sentence."""
    dice = "–" if found.mean_dice is None else number_words(found.mean_dice, 3)
    away = "–" if found.mean_distance_mm is None else _mm(found.mean_distance_mm)
    return text(
        "compare.summary",
        matched=len(found.matched),
        missed=len(found.missed),
        extra=len(found.extra),
        dice=dice,
        distance=away,
    )


def _mm(value: float) -> str:
    return f"{number_words(value, 1)} {text('unit.mm')}"
