"""Which languages there are, which one is meant, and how it writes dates and numbers."""

from __future__ import annotations

import locale
import math
import os
import re
from collections.abc import Iterable, Mapping, Sequence

from app.support.i18n import FALLBACK_LANGUAGE, catalogue, text, text_with
from app.support.paths import resource_dir

SYSTEM = "system"
VARIABLE = "OVERREAD_LANGUAGE"  # goes before what the system says
_BY_NAME = {"russian": "ru", "english": "en"}  # Windows names its languages
_DECIMAL = re.compile(r"-?\d+\.\d+")


def languages() -> tuple[str, ...]:
    """Ids of all languages that have texts, English first."""
    found = sorted(one.name for one in (resource_dir() / "locale").iterdir() if any(one.glob("*.toml")))
    return tuple(sorted(found, key=lambda name: name != FALLBACK_LANGUAGE))


def own_name(language: str) -> str:
    """What its speakers call it; its id where its texts do not say."""
    return catalogue(language).get("language.name", language)


def wanted_language(setting: str, told: Sequence[str] | None = None) -> str:
    """The language to use: the one set, or the first of the system's that has texts, or English."""
    known = languages()
    if setting in known:
        return setting
    wishes = system_languages() if told is None else told
    return next((one for one in map(_id_of, wishes) if one in known), FALLBACK_LANGUAGE)


def system_languages(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """What the system is set to, the first wish first: by the rules of gettext, then as the C library says."""
    if environment.get(VARIABLE):
        return (environment[VARIABLE],)
    told = next((v for n in ("LC_ALL", "LC_MESSAGES", "LANG") if (v := environment.get(n, ""))), "")
    if _id_of(told) in {"c", "posix"}:  # whoever asks for plain text wants no translation
        return (FALLBACK_LANGUAGE,)
    several = environment.get("LANGUAGE", "").split(":") if told else []
    of_library = (locale.getlocale()[0] or "") if not told else ""
    return tuple(one for one in (*several, told, of_library) if one)


def date_words(year: str, month: str, day: str) -> str:
    """A date as the language writes it."""
    return text("format.date", year=year, month=month, day=day)


def number_words(value: float, decimals: int) -> str:
    """A number with so many decimals and the language's own mark before them."""
    return decimal_words(f"{value:.{decimals}f}")


def useful_digits(value: float) -> str:
    """A measured number with as many digits as a reader can use: 1921, 22.8, 0.36, 0.0038; a point before decimals."""
    if abs(value) >= 100:
        return f"{value:.0f}"
    if 0.00005 <= abs(value) < 0.095:  # a spot of 0.0038 mL has a volume: "0.00" would say it has none
        return f"{value:.{1 - math.floor(math.log10(abs(value)))}f}"
    return f"{value:.{1 if abs(value) >= 10 else 2}f}"


def measured_digits(value: float, unit: str) -> str:
    """The same of a quantity in a unit of UCUM: things that were counted have no decimals."""
    is_count = unit in {"1", "{pixels}"} and float(value).is_integer()
    return f"{value:.0f}" if is_count else useful_digits(value)


def decimal_words(number: str, language: str = "") -> str:
    """A number as Python writes it, with the language's own mark before its decimals."""
    return number.replace(".", text("format.decimal", language=language))


def fact_words(key: str, facts: Iterable[tuple[str, object]], language: str = "") -> str:
    """A text with facts that came along as pairs; a fact that is a number gets the language's decimal mark."""
    return text_with(key, {name: _written(value, language) for name, value in facts}, language=language)


def _written(value: object, language: str) -> object:
    is_decimal = isinstance(value, str) and _DECIMAL.fullmatch(value)
    return decimal_words(str(value), language) if is_decimal else value


def _id_of(told: str) -> str:
    name = told.partition(".")[0].partition("_")[0].partition("-")[0].lower()
    return _BY_NAME.get(name, name)
