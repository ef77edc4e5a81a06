"""Paths as words that a database takes, and back: a name on disk is bytes, and not all bytes are UTF-8.

Discs and archives of former days name folders in KOI8-R or CP1251. Python keeps such a byte as half a sign, which no
UTF-8 text may hold. Here it stands as a mark that Unicode keeps free for programs, and four digits.
"""

from __future__ import annotations

import re
from pathlib import Path

_MARK = "\ufdd0"
_ODD = re.compile(f"[\ud800-\udfff{_MARK}]")
_TOLD = re.compile(f"{_MARK}([0-9a-f]{{4}})")


def words_of(path: Path) -> str:
    """The path itself where it is sound Unicode; else words that no other path has."""
    return _ODD.sub(lambda found: f"{_MARK}{ord(found[0]):04x}", str(path))


def path_of(words: str) -> Path:
    """The path of `words_of`."""
    return Path(_TOLD.sub(lambda found: chr(int(found[1], 16)), words))


def is_sound(path: Path) -> bool:
    """Whether the path can be written into a text file as it is."""
    return _ODD.search(str(path)) is None
