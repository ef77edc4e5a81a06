"""Why a run did not apply or failed, in words of a language."""

from __future__ import annotations

from collections.abc import Iterable

from app.support.i18n import template
from app.support.languages import fact_words
from app.support.titles import package_text, slug


def reason_words(key: str, facts: Iterable[tuple[str, str]], language: str) -> str:
    """The sentence of a reason; '' where there is none. Names of attributes and shipped sentences are translated."""
    if not key:
        return ""
    told = [(name, _fact(name, fact, language)) for name, fact in facts]
    return fact_words(key, told, language)


def _fact(name: str, fact: str, language: str) -> str:
    if name == "what":
        return template(f"model.what.{slug(fact)}", language) or fact
    return package_text(fact, language) if name == "reason" else fact
