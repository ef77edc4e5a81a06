"""Keys and mouse of the reader's own: kept, handed on, checked."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import SettingRefusedError
from app.settings.keymap import load_keymap, profiles
from app.settings.own_keys import (
    OwnKeys,
    as_toml,
    clash,
    is_forbidden,
    keymap_folder,
    keymap_in_force,
    load_own,
    read,
    save_own,
    with_own,
)
from app.ui.mouse import mouse_of
from viewers.mouse_profiles import Button, Modifier

STANDARD = load_keymap(keymap_folder(), "standard")
OWN = OwnKeys(
    "standard",
    {"view.invert": ("Shift+I", "F8"), "mark.toggle": ()},
    {"reject": {"reject.cancel": ("0",)}},
    {"left": "scroll", "ctrl+right": "", "shift+middle": "length"},
    {"shift": "zoom"},
)


def test_all_profiles_are_there() -> None:
    assert set(profiles(keymap_folder())) == {
        "standard",
        "classic_pacs",
        "mitk",
        "one_button",
        "slicer",
        "weasis",
    }
    assert profiles(keymap_folder())[0] == "standard"


def test_what_is_saved_is_loaded_and_in_force(tmp_path: Path) -> None:
    save_own(tmp_path, OWN)
    assert load_own(tmp_path, "standard") == (OWN, False)
    keymap = keymap_in_force(tmp_path, "standard")
    assert keymap.keys_of("view.invert") == ("Shift+I", "F8")
    assert keymap.keys_of("mark.toggle") == ()
    assert keymap.keys_of("reject.cancel", "reject") == ("0",)
    assert keymap.keys_of("view.rotate") == STANDARD.keys_of("view.rotate")
    assert load_own(tmp_path, "slicer") == (OwnKeys("slicer"), False), "each profile has its own changes"
    save_own(tmp_path, OwnKeys("standard"))
    assert list(tmp_path.iterdir()) == [], "nothing differs: no file"


def test_the_mouse_follows(tmp_path: Path) -> None:
    mouse = mouse_of(with_own(STANDARD, OWN))
    assert mouse.tool_for(Button.LEFT, Modifier.PLAIN, "window") == "scroll"
    assert mouse.tool_for(Button.RIGHT, Modifier.CTRL, "window") == ""
    assert mouse.tool_for(Button.MIDDLE, Modifier.SHIFT, "window") == "length"
    assert mouse.tool_for(Button.MIDDLE, Modifier.PLAIN, "window") == "pan"
    assert mouse.wheel_for(Modifier.SHIFT) == "zoom"
    odd = OwnKeys("standard", drags={"left": "explode", "seven+left": "pan"}, wheel={"plain": "quit"})
    assert mouse_of(with_own(STANDARD, odd)) == mouse_of(STANDARD)


KEYS = st.lists(st.text(max_size=8), max_size=3).map(tuple)


@given(keys=st.dictionaries(st.text(max_size=12), KEYS, max_size=4), drag=st.text(max_size=9))
def test_every_file_reads_back(
    tmp_path_factory: pytest.TempPathFactory, keys: dict[str, tuple[str, ...]], drag: str
) -> None:
    own = OwnKeys("slicer", keys, {"reject": keys} if keys else {}, {drag: drag}, {})
    file = tmp_path_factory.mktemp("keys") / "a.toml"
    file.write_text(as_toml(own), encoding="utf-8")
    assert read(file) == own


@pytest.mark.parametrize(
    "content",
    ["[", "keys = 3", "[keys]\na = 3", '[keys]\na = [1]', 'base = "../../x"', "base = 3", "mode = 1", "[other]\na = 1",
     "[drags]\nleft = 1", "\x00"],
)  # fmt: skip
def test_a_file_that_is_none_is_refused_and_the_profile_holds(tmp_path: Path, content: str) -> None:
    file = tmp_path / "keys-standard.toml"
    file.write_text(content)
    with pytest.raises(SettingRefusedError):
        read(file)
    assert load_own(tmp_path, "standard") == (OwnKeys("standard"), True)
    assert keymap_in_force(tmp_path, "standard") == STANDARD


def test_a_shipped_profile_can_be_imported_as_a_file() -> None:
    for profile in profiles(keymap_folder()):
        assert read(keymap_folder() / f"{profile}.toml").base == "standard"


def test_clashes_are_those_of_the_same_mode() -> None:
    modes = {"view.invert": "", "mark.toggle": "", "reject.fp_known": "reject", "view.preset_3": ""}
    assert clash(STANDARD, "view.invert", "K", modes) == "mark.toggle"
    assert clash(STANDARD, "view.invert", "I", modes) == ""
    assert clash(STANDARD, "view.invert", "3", modes) == "view.preset_3"
    assert clash(STANDARD, "mark.toggle", "F9", modes) == ""


def test_no_slip_of_a_letter_judges_or_quits() -> None:
    assert is_forbidden("finding.reject", "D")
    assert is_forbidden("file.quit", "7")
    assert not is_forbidden("finding.reject", "Ctrl+D")
    assert not is_forbidden("view.invert", "D")
