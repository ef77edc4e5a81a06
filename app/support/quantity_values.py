"""Whole numbers that stand for a word, such as the letters of density: the word beside the number."""

from __future__ import annotations

from app.support.i18n import template


def value_word(key: str, value: float, language: str = "") -> str:
    """The word that a quantity's value stands for, from `quantity_value.<key>.<value>`; '' where it is a number."""
    return template(f"quantity_value.{key}.{value:.0f}", language) if value == int(value) else ""
