"""Every action has words and a place, every key calls one action, every profile names actions that exist."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from PySide6.QtGui import QKeySequence

from app.actions.registry import MENUS, MODES, Action, all_actions
from app.settings.keymap import Keymap, load_keymap, profiles
from app.support.i18n import catalogue
from app.support.paths import resource_dir
from viewers.mouse_profiles import PROFILES

FOLDER = resource_dir() / "keymaps"
ACTIONS = all_actions()
KEYMAPS = [load_keymap(FOLDER, name) for name in profiles(FOLDER)]
# Actions that a reader calls from a menu or the palette only.
WITHOUT_KEY = {"help.about"}


@pytest.mark.parametrize("declared", ACTIONS.values(), ids=list(ACTIONS))
def test_action_has_words_menu_and_exactly_one_way_to_run(declared: Action) -> None:
    assert declared.text_key in catalogue("en")
    assert declared.menu in MENUS
    assert declared.mode in MODES
    assert (declared.run is None) != (declared.hold is None)
    assert re.fullmatch(r"[a-z]+\.[a-z0-9_]+", declared.action_id)


def test_no_words_without_an_action() -> None:
    keys = {key.removeprefix("action.") for key in catalogue("en") if key.startswith("action.")}
    assert keys == set(ACTIONS)


@pytest.mark.parametrize("keymap", KEYMAPS, ids=lambda keymap: keymap.profile_id)
class TestEveryProfile:
    def test_names_only_actions_that_exist(self, keymap: Keymap) -> None:
        named = set(keymap.keys) | {name for mode in keymap.modes.values() for name in mode}
        assert named <= set(ACTIONS)

    def test_has_keys_for_every_action(self, keymap: Keymap) -> None:
        unreached = {
            name
            for name, one in ACTIONS.items()
            if not keymap.keys_of(name, one.mode) and name not in WITHOUT_KEY
        }
        assert unreached == set()

    @pytest.mark.parametrize("mode", MODES)
    def test_no_key_calls_two_actions_in_one_mode(self, keymap: Keymap, mode: str) -> None:
        keys = [
            key
            for name, one in ACTIONS.items()
            if one.mode in ("", mode)
            for key in keymap.keys_of(name, mode)
        ]
        assert [key for key, count in Counter(keys).items() if count > 1] == []

    def test_every_key_is_one_that_qt_knows(self, keymap: Keymap) -> None:
        tables = (keymap.keys, *keymap.modes.values())
        for key in {key for table in tables for keys in table.values() for key in keys}:
            assert QKeySequence(key).toString() == key, key

    def test_goes_with_a_mouse_profile_that_exists(self, keymap: Keymap) -> None:
        assert keymap.mouse in PROFILES

    def test_keys_of_a_mode_belong_to_actions_of_that_mode(self, keymap: Keymap) -> None:
        assert set(keymap.modes) <= set(MODES)
        for mode, table in keymap.modes.items():
            assert {ACTIONS[name].mode for name in table} == {mode}


def test_no_plain_letter_rejects_or_quits() -> None:
    for keymap in KEYMAPS:
        for name in ("finding.reject", "file.quit", "finding.accept"):
            assert not [key for key in keymap.keys_of(name) if re.fullmatch("[A-Z0-9]", key)]
