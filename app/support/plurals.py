"""Which form of a word goes with a number, by the plural rules of the Unicode CLDR."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation

# The order of the forms in a text, for each language that has texts.
FORMS: Mapping[str, tuple[str, ...]] = {"en": ("one", "other"), "ru": ("one", "few", "many")}


def _english(count: Decimal) -> int:
    return 0 if count == 1 else 1


def _russian(count: Decimal) -> int:
    """1, 21, 31: one; 2 to 4, 22 to 24, and fractions: few; 0, 5 to 20, 25: many."""
    if count != count.to_integral_value():
        return 1
    tens, units = int(count) % 100, int(count) % 10
    if units == 1 and tens != 11:
        return 0
    return 1 if 2 <= units <= 4 and not 12 <= tens <= 14 else 2


_RULES: Mapping[str, Callable[[Decimal], int]] = {"en": _english, "ru": _russian}


def forms_of(language: str) -> tuple[str, ...]:
    """Names of the forms that a language's texts give; a language without a rule has English's."""
    return FORMS.get(language, FORMS["en"])


def form_of(count: object, forms: Sequence[str], language: str) -> str:
    """The word that goes with a count; the last form where it is no number, or has more forms than were given."""
    try:
        number = Decimal(str(count).replace(",", "."))
    except InvalidOperation:
        return forms[-1]
    if not number.is_finite():
        return forms[-1]
    return forms[min(_RULES.get(language, _english)(abs(number)), len(forms) - 1)]
