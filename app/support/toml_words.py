"""Strings and lists of strings as TOML writes them."""

from __future__ import annotations

import json


def quoted(value: object) -> str:
    """A string, a list or tuple of strings, a whole number or a truth value, readable by `tomllib`.

    JSON writes the same, but for DEL, which TOML wants escaped, and signs beyond U+FFFF, whose halves TOML refuses.
    """
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
