"""Shown text: keys in `resources/locale/<language>/*.toml`, English where a language has no word yet."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from app.domain.errors import OverreadError
from app.support.paths import resource_dir

FALLBACK_LANGUAGE = "en"


@cache
def catalogue(language: str) -> dict[str, str]:
    """All texts of one language: nested TOML tables become dotted keys."""
    texts: dict[str, str] = {}
    for file in sorted((resource_dir() / "locale" / language).glob("*.toml")):
        _flatten("", tomllib.loads(file.read_text(encoding="utf-8")), texts)
    return texts


def text(key: str, *, language: str = FALLBACK_LANGUAGE, **facts: object) -> str:
    """The sentence of a key with its facts filled in; an unknown key shows itself rather than nothing."""
    return _fill(key, facts, language)


def text_with(key: str, facts: Mapping[str, object], *, language: str = FALLBACK_LANGUAGE) -> str:
    """`text` for facts that lie in a mapping."""
    return _fill(key, facts, language)


def explain(error: OverreadError, *, language: str = FALLBACK_LANGUAGE) -> str:
    """The plain sentence of an error."""
    return _fill(error.key, error.facts, language)


def _fill(key: str, facts: Mapping[str, object], language: str) -> str:
    template = catalogue(language).get(key) or catalogue(FALLBACK_LANGUAGE).get(key)
    if template is None:
        return f"{key} {dict(facts)}" if facts else key
    return template.format_map(_Facts(facts))


class _Facts(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return "?"


def _flatten(prefix: str, table: dict[str, Any], into: dict[str, str]) -> None:
    for name, value in table.items():
        key = f"{prefix}.{name}" if prefix else name
        if isinstance(value, dict):
            _flatten(key, value, into)
        else:
            into[key] = str(value)
