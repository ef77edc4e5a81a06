"""Words of files as they may stand on a screen or a terminal: one line, in the order they are read, of bounded length.

A file may hold whatever bytes its maker liked. A line break in a patient's number would hide half of it, an escape
sequence would steer the terminal, and a direction override would turn one name into another. What does no such thing
stays as it is; what is compared, recorded or exported is always the file's own word.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 200  # signs; a person's name has at most 64 in each of its groups (PS3.5 6.2)
MARK = "\ufffd"
_HARMLESS = frozenset("\u200c\u200d\u200e\u200f\u061c\u00ad")  # joiners and marks that scripts need
_VISIBLE_FORMAT = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u08e2")  # signs of numbers
_MOST_ACCENTS = 4  # on one letter, more than any script puts there
_ODD = re.compile(r"[^\x20-\x7e]")
_RIGHT_TO_LEFT = {"R", "AL", "AN"}


def shown(words: str, longest: int = LONGEST) -> str:
    """One line of at most `longest` signs; what has no place in a line of text shows as U+FFFD. '' if none is seen."""
    if _ODD.search(words) is not None:
        words = _cleaned(words)
    return words if len(words) <= longest else f"{words[: longest - 1]}…"


def without_controls(words: str) -> str:
    """The same for a text that may have several lines and any length."""
    if _ODD.search(words) is None:
        return words
    return "\n".join(_cleaned(line) for line in words.split("\n"))


def apart(words: str) -> str:
    """Words that go from right to left, fenced off: the numbers beside them keep their order."""
    if words.isascii() or not any(unicodedata.bidirectional(sign) in _RIGHT_TO_LEFT for sign in words):
        return words
    return f"\u2068{words}\u2069"


def _cleaned(words: str) -> str:
    made: list[str] = []
    accents, is_seen = 0, False
    for sign in words:
        kind = unicodedata.category(sign)
        accents = accents + 1 if kind in ("Mn", "Me") else 0
        if accents > _MOST_ACCENTS:
            continue
        if sign in _HARMLESS:
            made.append(sign)
            continue
        is_lost = kind in ("Cc", "Cs", "Zl", "Zp") or (kind == "Cf" and sign not in _VISIBLE_FORMAT)
        is_seen = is_seen or not sign.isspace()
        made.append(MARK if is_lost else sign)
    return "".join(made) if is_seen else ""
