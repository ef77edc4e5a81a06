"""Settings survive a round trip and bad files; key profiles inherit; modes take keys for themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.settings.file import FILE_NAME, load_settings, save_settings
from app.settings.keymap import load_keymap, profiles
from app.settings.schema import Settings
from app.support.paths import resource_dir

KEYMAPS = resource_dir() / "keymaps"


def test_settings_come_back_as_saved(tmp_path: Path) -> None:
    given = Settings(
        reader_name='Dr. Ö "quoted" \\ name', key_profile="slicer", extra_model_folders=("/a b", "C:\\models")
    )
    save_settings(tmp_path / "new", given)
    assert load_settings(tmp_path / "new") == (given, ())


def test_no_file_gives_the_defaults(tmp_path: Path) -> None:
    assert load_settings(tmp_path) == (Settings(), ())


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"reader_name = ", b"key_profile = 3\nunknown = 1\n"])
def test_a_broken_file_gives_defaults_and_never_fails(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    settings, refused = load_settings(tmp_path)
    assert settings.key_profile == "standard"
    assert bool(refused) == bool(content)


def test_one_bad_entry_leaves_the_others(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('reader_name = "A"\nkey_profile = ["x"]\n', encoding="utf-8")
    settings, refused = load_settings(tmp_path)
    assert settings.reader_name == "A"
    assert refused == ("key_profile",)


def test_a_failed_save_leaves_the_old_file(tmp_path: Path) -> None:
    save_settings(tmp_path, Settings(reader_name="A"))
    (tmp_path / "blocked").write_text("", encoding="utf-8")
    with pytest.raises(FileExistsError):
        save_settings(tmp_path / "blocked", Settings(reader_name="B"))
    assert load_settings(tmp_path)[0].reader_name == "A"


def test_standard_comes_first_and_classic_pacs_changes_only_what_it_names() -> None:
    assert profiles(KEYMAPS)[0] == "standard"
    standard, classic = load_keymap(KEYMAPS, "standard"), load_keymap(KEYMAPS, "classic_pacs")
    assert classic.mouse == "classic_pacs"
    assert classic.keys_of("view.image_next") == ("Down", "Right")
    assert classic.keys_of("finding.accept") == standard.keys_of("finding.accept") == ("Return", "Enter")


def test_an_unknown_profile_is_standard() -> None:
    assert load_keymap(KEYMAPS, "nobody").profile_id == "standard"


def test_a_mode_takes_its_keys_from_all_others() -> None:
    keymap = load_keymap(KEYMAPS, "standard")
    assert keymap.keys_of("view.preset_1") == ("1",)
    assert keymap.keys_of("view.preset_1", "reject") == ()
    assert keymap.keys_of("reject.fp_anatomy", "reject") == ("1",)
    assert keymap.keys_of("view.preset_default", "reject") == ("0",)
