"""Window presets of `resources/window_presets.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any

from app.support.paths import resource_dir
from app.support.titles import title_words
from viewers.types import WindowLevel


@cache
def _table() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads((resource_dir() / "window_presets.toml").read_text(encoding="utf-8"))


def preset_names(modality: str) -> tuple[str, ...]:
    """Names of the presets of keys 1 to 9 for a modality."""
    return tuple(
        title_words("preset", str(row["name"])) for row in _table().get(modality, _table()["relative"])
    )


def preset(modality: str, number: int, own: WindowLevel) -> WindowLevel | None:
    """Preset 1 to 9 of a modality; where it has none, one relative to the picture's own window."""
    table = _table()
    rows = table.get(modality, table["relative"])
    if not 1 <= number <= len(rows):
        return None
    row = rows[number - 1]
    if "share" in row:
        return WindowLevel(own.center, own.width * float(row["share"]))
    return WindowLevel(float(row["center"]), float(row["width"]))


def named_window(modality: str, words: str) -> WindowLevel | None:
    """The preset of that name of a modality, or "centre,width"; None for words that are neither."""
    center, comma, width = words.partition(",")
    if comma:
        return WindowLevel(float(center), float(width))
    rows = (row for row in _table().get(modality, []) if str(row["name"]) == words)
    row = next(rows, None)
    return WindowLevel(float(row["center"]), float(row["width"])) if row else None
