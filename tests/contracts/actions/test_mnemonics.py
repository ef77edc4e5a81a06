"""Alt with the underlined letter of a menu opens that menu, and calls no action, in any profile and language."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.actions.registry import MENUS
from app.settings.keymap import Keymap, load_keymap, profiles
from app.support.i18n import catalogue
from app.support.languages import languages
from app.support.paths import resource_dir
from app.ui.mnemonics import PLACES, taken, with_letters

FOLDER = resource_dir() / "keymaps"
LETTER = re.compile(r"&(\w)")
# Weasis has Alt with F, R and L for the picture, and the other letters of these are taken too: F10 leads to the menus.
WITHOUT = {("weasis", "en", "file"), ("weasis", "en", "layout"), ("weasis", "ru", "view")}


def keys_of(keymap: Keymap) -> list[str]:
    """Every key of a profile, at all times and in every mode."""
    tables = (keymap.keys, *keymap.modes.values())
    return [key for table in tables for keys in table.values() for key in keys]


def titles(language: str) -> dict[str, str]:
    return {menu: catalogue(language)[f"ui.menu.{menu}"] for menu in MENUS}


def letters(shown: dict[str, str]) -> dict[str, str]:
    found = {menu: LETTER.search(title) for menu, title in shown.items()}
    return {menu: match[1].upper() for menu, match in found.items() if match}


@pytest.mark.parametrize("profile", profiles(FOLDER))
@pytest.mark.parametrize("language", languages())
def test_no_menu_shares_its_key_with_an_action_or_another_menu(language: str, profile: str) -> None:
    used = taken(keys_of(load_keymap(FOLDER, profile)))
    shown = letters(with_letters(titles(language), used))
    assert len(set(shown.values())) == len(shown), shown
    assert not {menu for menu, letter in shown.items() if {letter, PLACES.get(letter, letter)} & used}
    assert {(profile, language, menu) for menu in set(MENUS) - set(shown)} <= WITHOUT


@pytest.mark.parametrize("language", languages())
def test_the_letters_that_texts_wish_for_are_had_in_the_standard_profile(language: str) -> None:
    used = taken(keys_of(load_keymap(FOLDER, "standard")))
    assert with_letters(titles(language), used) == titles(language)


def test_a_key_is_a_place() -> None:
    """Ф lies where A does, И where B does, Ю where the full stop does."""
    assert (PLACES["Ф"], PLACES["И"], PLACES["Ю"], PLACES["Ё"]) == ("A", "B", ".", "`")
    assert with_letters({"file": "&Файл"}, frozenset("A")) == {"file": "Ф&айл"}
    assert with_letters({"ai": "И&И"}, frozenset("B")) == {"ai": "ИИ"}


@given(st.sets(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ")), st.sampled_from(languages()))
def test_whatever_keys_a_reader_chooses_there_is_no_clash(used: set[str], language: str) -> None:
    shown = with_letters(titles(language), frozenset(used))
    assert {menu: title.replace("&", "") for menu, title in shown.items()} == {
        menu: title.replace("&", "") for menu, title in titles(language).items()
    }
    assert not {letter for letter in letters(shown).values() if {letter, PLACES.get(letter, letter)} & used}


@pytest.mark.parametrize("language", languages())
def test_nothing_else_underlines_a_letter(language: str) -> None:
    """Buttons and actions have none: an ampersand in a text would make one unseen."""
    marked = {key for key, words in catalogue(language).items() if LETTER.search(words)}
    assert marked == {f"ui.menu.{menu}" for menu in MENUS}
