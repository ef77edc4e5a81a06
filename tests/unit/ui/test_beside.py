"""Over a picture of another study stands whether it is older, and by how much."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.support.i18n import use_language
from app.ui.beside import beside_words
from tests.support.ui import study

READ = replace(study("1.1"), date="20260801", time="120000")


@pytest.mark.parametrize(
    ("date", "time", "said"),
    [
        ("20250630", "090000", "PRIOR, 13 mo earlier"),
        ("20260720", "120000", "PRIOR, 12 days earlier"),
        ("20260801", "083000.5", "PRIOR, 3.5 h earlier"),
        ("20260801", "15:00:00", "LATER, by 3.0 h"),
        ("20260802", "", "LATER, by 1 day"),
        ("20230202", "", "PRIOR, 3.5 y earlier"),
        ("20260801", "", "OTHER STUDY"),
        ("20260801", "120000", "OTHER STUDY"),
        ("", "", "OTHER STUDY"),
        ("2026", "120000", "OTHER STUDY"),
    ],
)
def test_it_is_said_which_is_older_and_by_how_much(date: str, time: str, said: str) -> None:
    assert beside_words(replace(study("1.2"), date=date, time=time), READ) == said


def test_nothing_is_prior_of_somebody_elses_study() -> None:
    other = replace(study("1.2", name="ROE^ANN"), date="20250630", time="")
    assert beside_words(other, READ) == "OTHER STUDY"


def test_in_russian_the_word_fits_a_narrow_view() -> None:
    use_language("ru")
    try:
        assert beside_words(replace(study("1.2"), date="20250630"), READ) == "РАНЕЕ на 13 мес."
    finally:
        use_language("en")
