"""Every language has the same keys and the same gaps, and a form of each counted word for each kind of number."""

from __future__ import annotations

import json
import re
import tomllib

import pytest

from app.support.i18n import _flatten, catalogue
from app.support.languages import languages
from app.support.paths import resource_dir
from app.support.titles import slug
from tests.support.languages import faults
from viewers.volume_presets import PRESETS


@pytest.mark.parametrize("language", languages())
def test_a_language_is_whole(language: str) -> None:
    told = faults(language, catalogue(language), catalogue("en"))
    assert not told, f"{language}: {len(told)} faults\n" + "\n".join(told)


def test_english_and_russian_are_there() -> None:
    assert set(languages()) >= {"en", "ru"}
    assert len(catalogue("ru")) == len(catalogue("en")) > 1500


def test_no_key_stands_in_two_files() -> None:
    for language in languages():
        seen: dict[str, str] = {}
        twice = []
        for file in sorted((resource_dir() / "locale" / language).glob("*.toml")):
            told: dict[str, str] = {}
            _flatten("", tomllib.loads(file.read_text(encoding="utf-8")), told)
            twice += [f"{key}: {seen[key]}, {file.name}" for key in told if key in seen]
            seen |= dict.fromkeys(told, file.name)
        assert not twice, f"{language}: {twice}"


def test_russian_sentences_are_russian() -> None:
    """Three words of small letters in a row that no quotation mark encloses are a sentence left in English."""
    english = re.compile(r"\b[a-z]{2,} [a-z]{2,} [a-z]{2,}\b")
    left = {
        key
        for key, words in catalogue("ru").items()
        if english.search(re.sub(r"'[^']*'|«[^»]*»|--\w+ [A-Z]+|frame of reference|\{[^}]*\}", "", words))
    }
    assert not left


def package_sentences() -> set[str]:
    """What the shipped packages say of themselves and of findings."""
    found: set[str] = set()
    for file in (resource_dir() / "models").glob("*/configs/metadata.json"):
        told = json.loads(file.read_text(encoding="utf-8"))["viewer"]
        found |= set(told["regulatory"]["not_for"])
        found |= {one["reason"]["en"] for one in told.get("requirements", ())}
        for one in (*told.get("maps", ()), *told.get("outputs", ())):
            found |= {
                *one.get("names", {}).values(),
                one["label"]["en"],
                one.get("finding_site") or one["label"]["en"],
            }
    return found


def test_words_of_shipped_packages_can_be_translated() -> None:
    known = {
        key.removeprefix("package_words.") for key in catalogue("en") if key.startswith("package_words.")
    }
    missing = sorted(words for words in package_sentences() if slug(words) not in known)
    assert not missing, "add to resources/locale/*/package_words.toml:\n" + "\n".join(missing)


def test_colourings_of_3d_can_be_translated() -> None:
    english = catalogue("en")
    assert {one.preset_id: one.title for one in PRESETS} == {
        key.removeprefix("volume_view.titles."): words
        for key, words in english.items()
        if key.startswith("volume_view.titles.")
    }


def shipped_titles() -> list[tuple[str, str]]:
    """(kind, title) of every data file that a reader sees by its title."""
    found = []
    for file in (resource_dir() / "hanging_protocols").glob("*.json"):
        told = json.loads(file.read_text(encoding="utf-8"))
        found.append(("protocol", told["title"]))
        found += [("stage", stage["title"]) for stage in told["stages"]]
    presets = tomllib.loads((resource_dir() / "window_presets.toml").read_text(encoding="utf-8"))
    found += [("preset", row["name"]) for rows in presets.values() for row in rows]
    for file in (resource_dir() / "keymaps").glob("*.toml"):
        found.append(("keymap", tomllib.loads(file.read_text(encoding="utf-8"))["title"]))
    return found


def test_titles_of_shipped_data_can_be_translated() -> None:
    english = catalogue("en")
    missing = [
        f"name.{kind}.{slug(title)} = {title!r}"
        for kind, title in shipped_titles()
        if english.get(f"name.{kind}.{slug(title)}") != title
    ]
    assert not missing, "add to resources/locale/en/names.toml:\n" + "\n".join(sorted(set(missing)))
    known = {f"name.{kind}.{slug(title)}" for kind, title in shipped_titles()}
    assert {key for key in english if key.startswith("name.")} == known, "titles that no file bears"


def test_faults_are_found() -> None:
    english = {"a": "{count} {count:n|study|studies}", "b": "Save", "c": "{name} is gone", "d": "x"}
    russian = {"a": "{count} {count:n|исследование|исследований}", "c": "{nme} нет", "d": " ", "e": "y"}
    told = "\n".join(faults("ru", russian, english))
    assert "'b' is missing" in told
    assert "'e' is not in English" in told
    assert "'c' fills ['nme'], English ['name']" in told
    assert "'a' needs the forms one, few, many of 'count'" in told
    assert "'d' is empty" in told
