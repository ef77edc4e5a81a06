"""Shown text: keys in `resources/locale/<language>/*.toml`, English where a language has no word yet.

A fact that is counted may choose a word: `{count} {count:n|study|studies}`. After `n` stand the forms in the order of
`plurals.FORMS`: two in English, three in Russian (one, few, many).
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from app.domain.errors import OverreadError
from app.support.paths import resource_dir
from app.support.plurals import form_of
from app.support.shown_text import apart, without_controls

FALLBACK_LANGUAGE = "en"
PLURAL = "n|"
_chosen = [FALLBACK_LANGUAGE]  # of the process: one window, one reader, one language


@cache
def catalogue(language: str) -> dict[str, str]:
    """All texts of one language: nested TOML tables become dotted keys."""
    texts: dict[str, str] = {}
    for file in sorted((resource_dir() / "locale" / language).glob("*.toml")):
        _flatten("", tomllib.loads(file.read_text(encoding="utf-8")), texts)
    return texts


def use_language(language: str) -> None:
    """Texts are of this language from now on; what was said before stays as it is."""
    _chosen[0] = language


def language_in_use() -> str:
    """The language that texts are in."""
    return _chosen[0]


def text(key: str, *, language: str = "", **facts: object) -> str:
    """The sentence of a key with its facts filled in; an unknown key shows itself rather than nothing."""
    return _fill(key, facts, language)


def text_with(key: str, facts: Mapping[str, object], *, language: str = "") -> str:
    """`text` for facts that lie in a mapping."""
    return _fill(key, facts, language)


def explain(error: OverreadError, *, language: str = "") -> str:
    """The plain sentence of an error."""
    return _fill(error.key, error.facts, language)


def template(key: str, language: str = "") -> str:
    """The sentence of a key with its gaps still open, for whoever fills them later; '' where there is none."""
    return catalogue(language or _chosen[0]).get(key) or catalogue(FALLBACK_LANGUAGE).get(key, "")


def fill(sentence: str, facts: Mapping[str, object], language: str) -> str:
    """A sentence with its facts; what is missing shows as `?`."""
    return _Filling(language).vformat(sentence, (), _Facts(facts))


def _fill(key: str, facts: Mapping[str, object], language: str) -> str:
    language = language or _chosen[0]
    sentence = catalogue(language).get(key)
    if sentence is None:
        sentence, language = catalogue(FALLBACK_LANGUAGE).get(key), FALLBACK_LANGUAGE
    if sentence is None:
        return f"{key} {dict(facts)}" if facts else key
    return fill(sentence, facts, language)


class _Filling(string.Formatter):
    def __init__(self, language: str) -> None:
        self._language = language

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec.startswith(PLURAL):
            return form_of(value, format_spec.removeprefix(PLURAL).split("|"), self._language)
        if isinstance(
            value, str
        ):  # of a file, perhaps: it neither steers a terminal nor turns the sentence round
            value = apart(without_controls(value))
        return str(super().format_field(value, format_spec))


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
