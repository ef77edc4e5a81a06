"""Which language is used, how numbers choose words, and how dates and numbers are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from app.settings.file import load_settings, save_settings
from app.settings.schema import Settings
from app.support import i18n, languages
from app.support.i18n import catalogue, fill, language_in_use, text, use_language
from app.support.languages import measured_digits, system_languages, useful_digits, wanted_language
from app.support.paths import resource_dir
from app.support.plurals import form_of
from app.ui import words
from app.ui.viewer_words import viewer_text
from viewers.viewer_text import ViewerText

STUDIES = "{count} {count:n|исследование|исследования|исследований}"


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "исследований"), (1, "исследование"), (2, "исследования"),
        (4, "исследования"), (5, "исследований"), (11, "исследований"),
        (12, "исследований"), (14, "исследований"), (21, "исследование"),
        (22, "исследования"), (25, "исследований"), (101, "исследование"),
        (111, "исследований"), (1004, "исследования"), (-1, "исследование"),
        (2.5, "исследования"), ("1,5", "исследования"), ("5", "исследований"),
        ("?", "исследований"), (float("nan"), "исследований"),
    ],
)  # fmt: skip
def test_russian_counts(count: object, said: str) -> None:
    assert fill(STUDIES, {"count": count}, "ru") == f"{count} {said}"


@pytest.mark.parametrize(("count", "said"), [(0, "studies"), (1, "study"), (2, "studies"), (21, "studies")])
def test_english_counts(count: int, said: str) -> None:
    assert fill("{count} {count:n|study|studies}", {"count": count}, "en") == f"{count} {said}"


def test_two_counts_in_one_sentence_and_a_fact_that_is_missing() -> None:
    sentence = "{a} {a:n|file|files}, {b} {b:n|study|studies}"
    assert fill(sentence, {"a": 1, "b": 3}, "en") == "1 file, 3 studies"
    assert fill(sentence, {"a": 1}, "en") == "1 file, ? studies"
    assert form_of(3, ["only"], "ru") == "only"


@pytest.mark.parametrize(
    ("environment", "first"),
    [
        ({"LANG": "ru_RU.UTF-8"}, "ru_RU.UTF-8"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "ru_RU"}, "ru_RU"),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "ru:en"}, "ru"),
        ({"LANG": "C.UTF-8", "LANGUAGE": "ru"}, "en"),
        ({"LC_ALL": "POSIX", "LANG": "ru_RU"}, "en"),
        ({"OVERREAD_LANGUAGE": "ru", "LANG": "de_DE"}, "ru"),
    ],
)
def test_what_the_system_says(environment: Mapping[str, str], first: str) -> None:
    assert system_languages(environment)[0] == first


@pytest.mark.parametrize(
    ("setting", "told", "used"),
    [
        ("system", ("ru_RU.UTF-8",), "ru"),
        ("system", ("de_DE", "ru"), "ru"),
        ("system", ("de-DE",), "en"),
        ("system", ("Russian_Russia",), "ru"),
        ("system", (), "en"),
        ("ru", ("en_GB",), "ru"),
        ("en", ("ru_RU",), "en"),
        ("xx", ("ru_RU",), "ru"),
        ("../../etc", ("en",), "en"),
    ],
)
def test_which_language_is_meant(
    monkeypatch: pytest.MonkeyPatch, setting: str, told: tuple[str, ...], used: str
) -> None:
    monkeypatch.setattr(languages, "languages", lambda: ("en", "ru"))
    assert wanted_language(setting, told) == used


@pytest.fixture
def russian(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A made-up folder of texts with a few Russian ones; everything else is English."""
    real = resource_dir() / "locale" / "en"
    there = tmp_path / "locale"
    (there / "ru").mkdir(parents=True)
    (there / "en").symlink_to(real, target_is_directory=True)
    (there / "ru" / "a.toml").write_text(
        '[language]\nname = "Русский"\n[format]\ndate = "{day}.{month}.{year}"\ndecimal = ","\n'
        '[viewer]\ninverted = "ИНВЕРСИЯ"\n[viewer.slab_modes]\nmean = "среднее"\n',
        encoding="utf-8",
    )
    monkeypatch.setattr(i18n, "resource_dir", lambda: tmp_path)
    monkeypatch.setattr(languages, "resource_dir", lambda: tmp_path)
    catalogue.cache_clear()
    before = language_in_use()
    yield
    use_language(before)
    catalogue.cache_clear()


@pytest.mark.usefixtures("russian")
def test_a_folder_of_texts_is_a_language() -> None:
    assert languages.languages() == ("en", "ru")
    assert languages.own_name("ru") == "Русский"
    use_language("ru")
    assert words.day("20260801") == "01.08.2026"
    assert words.number(3.14159) == "3,14"
    assert text("ui.sheet.close") == "Close (Esc)", "English where a word is missing"
    assert viewer_text().inverted == "ИНВЕРСИЯ"
    assert dict(viewer_text().slab_modes)["mean"] == "среднее"
    assert text("format.decimal", language="en") == "."


def test_views_say_the_same_in_english_without_the_app() -> None:
    assert viewer_text() == ViewerText()
    assert words.day("20260801") == "2026-08-01"
    assert words.seconds(12.34) == "12.3 s"


def test_any_name_can_be_kept(tmp_path: Path) -> None:
    """A sign beyond U+FFFF once made the whole file unreadable, so that settings failed closed."""
    for name in ("Anna 🩻", "a\x7fb", 'q"\\', "Жанна"):
        save_settings(tmp_path, Settings(reader_name=name))
        assert load_settings(tmp_path) == (Settings(reader_name=name), ())


def test_the_language_is_kept(tmp_path: Path) -> None:
    save_settings(tmp_path, Settings(language="ru"))
    assert load_settings(tmp_path)[0].language == "ru"
    assert Settings().language == "system"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1921.29, "1921"), (22.8446, "22.8"), (4.6875, "4.69"), (0.36324, "0.36"), (0.0, "0.00"),
        (0.077357, "0.077"), (0.0038, "0.0038"), (-901.25, "-901"), (-0.012, "-0.012"),
    ],
)  # fmt: skip
def test_a_number_has_the_digits_that_a_reader_can_use_and_a_small_volume_is_not_nought(
    value: float, shown: str
) -> None:
    assert useful_digits(value) == shown


def test_what_was_counted_has_no_decimals() -> None:
    assert measured_digits(17.0, "1") == "17"
    assert measured_digits(0.4915, "1") == "0.49"
    assert measured_digits(8.0, "mm") == "8.00"
