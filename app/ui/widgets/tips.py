"""Tooltips that show what they are given: Qt takes a text with tags in it for a page, and fetches its pictures."""

from __future__ import annotations

from html import escape

from PySide6.QtGui import Qt


def tip(words: str) -> str:
    """The text of a tooltip that shows these words, tags and all."""
    if not Qt.mightBeRichText(words):
        return words
    return f"<qt>{escape(words).replace(chr(10), '<br>')}</qt>"
