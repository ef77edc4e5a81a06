"""What a translation must have in common with English, as a list of faults in words."""

from __future__ import annotations

import string
from collections.abc import Mapping

from app.support.i18n import PLURAL
from app.support.plurals import forms_of


def gaps(sentence: str) -> set[str]:
    """Names of the facts that a sentence asks for."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def faults(language: str, texts: Mapping[str, str], english: Mapping[str, str]) -> list[str]:
    """Keys that are missing or too many, gaps that differ, and words that lack a form for some numbers."""
    told = [f"'{key}' is missing" for key in english if key not in texts]
    told += [f"'{key}' is not in English" for key in texts if key not in english]
    for key, sentence in texts.items():
        if key in english and gaps(sentence) != gaps(english[key]):
            told.append(f"'{key}' fills {sorted(gaps(sentence))}, English {sorted(gaps(english[key]))}")
        for _, name, how, _ in string.Formatter().parse(sentence):
            if name and how and how.startswith(PLURAL) and how.count("|") != len(forms_of(language)):
                told.append(f"'{key}' needs the forms {', '.join(forms_of(language))} of '{name}'")
        if not sentence.strip():
            told.append(f"'{key}' is empty")
    return told
