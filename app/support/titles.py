"""Titles of data files (hanging protocols, window presets, key profiles) in the reader's language.

The files bear English titles of their own; a language may have another under `name.<kind>.<slug of the title>`. What a
reader wrote himself is shown as he wrote it.
"""

from __future__ import annotations

import re

from app.support.i18n import FALLBACK_LANGUAGE, catalogue, language_in_use, template

_NO_WORD = re.compile(r"[^a-z0-9]+")


def slug(title: str) -> str:
    """A title as a key: "Soft tissue" is soft_tissue."""
    return _NO_WORD.sub("_", title.lower()).strip("_")


def title_words(kind: str, title: str) -> str:
    """The title in the reader's language, or as it stands."""
    return template(f"name.{kind}.{slug(title)}") or title


def package_words(words: str, language: str = "") -> str:
    """What a shipped model package says, in the reader's or the named language; another's words as they stand."""
    language = language or language_in_use()
    if language == FALLBACK_LANGUAGE:
        return words
    return catalogue(language).get(f"package_words.{slug(words)}", words)


def package_text(words: str, language: str = "") -> str:
    """The same for a text in which sentences of shipped packages stand, one or several."""
    language = language or language_in_use()
    if language == FALLBACK_LANGUAGE:
        return words
    theirs = catalogue(language)
    for key, said in catalogue(FALLBACK_LANGUAGE).items():
        if key.startswith("package_words.") and said.endswith(".") and said in words:
            words = words.replace(said, theirs.get(key, said))
    return words


def as_kept(prefix: str, shown: str) -> str:
    """English words of a text of ours that stands on the screen, for files that another language may read."""
    return _turned(prefix, shown, language_in_use(), FALLBACK_LANGUAGE)


def as_shown(prefix: str, kept: str) -> str:
    """The reader's words for what `as_kept` gave; words of another origin as they stand."""
    return _turned(prefix, kept, FALLBACK_LANGUAGE, language_in_use())


def _turned(prefix: str, words: str, known: str, wanted: str) -> str:
    for key, said in catalogue(known).items():
        if said == words and key.startswith(f"{prefix}."):
            return template(key, wanted)
    return words
