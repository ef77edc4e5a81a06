"""The underlined letters of menus: Alt with such a letter opens the menu, unless an action has that key already.

A key is a place on the keyboard: under a Russian layout Alt with the key of A is Alt+Ф, and still Alt+A for shortcuts.
A letter whose place is taken gives way to another of the title, and where there is none the menu has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

# The same key under the Latin and the Russian layout of a PC (QWERTY, ЙЦУКЕН).
PLACES = dict(zip("ЁЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ", "`QWERTYUIOP[]ASDFGHJKL;'ZXCVBNM,.", strict=True))
_ALT = "Alt+"


def taken(keys: Iterable[str]) -> frozenset[str]:
    """The signs that stand beside Alt alone in these key sequences, as Qt writes them."""
    beside = (key.removeprefix(_ALT) for key in keys if key.startswith(_ALT))
    return frozenset(sign for sign in beside if len(sign) == 1)


def with_letters(titles: Mapping[str, str], used: frozenset[str]) -> dict[str, str]:
    """Titles with `&` before a letter of their own. titles: with the wished one marked so; wishes come first."""
    wished = {menu_id: title.find("&") for menu_id, title in titles.items()}
    plain = {menu_id: title.replace("&", "") for menu_id, title in titles.items()}
    given: dict[str, str] = {}
    places: dict[str, int] = {}
    for menu_id in sorted(titles, key=lambda one: not _is_free(plain[one][wished[one] :], used, given)):
        order = [wished[menu_id], *range(len(plain[menu_id]))]
        for at in (at for at in order if at >= 0 and _is_free(plain[menu_id][at:], used, given)):
            places[menu_id] = at
            given[plain[menu_id][at].upper()] = menu_id
            break
    return {menu_id: _marked(plain[menu_id], places.get(menu_id)) for menu_id in titles}


def _marked(title: str, at: int | None) -> str:
    return title if at is None else f"{title[:at]}&{title[at:]}"


def _is_free(rest: str, used: frozenset[str], given: Mapping[str, str]) -> bool:
    """Whether the first of these letters is nobody's."""
    letter = rest[:1].upper()
    return letter.isalpha() and letter not in given and not {letter, PLACES.get(letter, letter)} & used
