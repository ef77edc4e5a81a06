"""How people, dates and places are written; what is missing is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.finding import Judgement, PlaceKind, RejectReason, Verdict
from app.domain.study import Patient
from app.support.i18n import use_language
from app.ui import words
from tests.support.ui import finding, study


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("DOE^JANE^ANN^Dr", "DOE, JANE ANN"),
        ("DOE", "DOE"),
        ("Yamada^Tarou=山田^太郎", "Yamada, Tarou"),
        ("", "NAME MISSING"),
        ("^^", "NAME MISSING"),
    ],
)
def test_person_names(name: str, shown: str) -> None:
    assert words.person(name) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("20260801", "2026-08-01"),
        ("1993.04.30", "1993-04-30"),
        ("2026", "2026"),
        ("", "date missing"),
        ("00000000", "date missing"),
    ],
)
def test_dates(value: str, shown: str) -> None:
    assert words.day(value) == shown


@pytest.mark.parametrize(
    ("born", "seen", "shown"),
    [
        ("19650801", "20260801", "61 y"),
        ("19650802", "20260801", "60 y"),
        ("", "20260801", ""),
        ("19650801", "", ""),
        ("20250601", "20260801", "14 mo"),
        ("20260720", "20260801", "12 d"),
        ("20270101", "20260801", ""),
        ("19651340", "20260801", ""),
    ],
)
def test_age_is_whole_years_at_the_study_or_nothing(born: str, seen: str, shown: str) -> None:
    assert words.age(Patient("1", "", "", born, ""), seen) == shown


def test_missing_identity_is_said() -> None:
    assert words.identity(study(name="", patient_id="")) == ("NAME MISSING", "ID MISSING  F  61 y")


def test_two_patients_without_an_id_are_not_taken_for_one() -> None:
    one, other = study(patient_id="").patient, study(patient_id="").patient
    assert not words.is_same_patient(one, replace(other, sex="F"))
    assert words.is_same_patient(one, one)


def test_score_and_threshold_stand_together() -> None:
    """RQ-12, RQ-14: a raw score is called a score."""
    assert words.score_words(finding(1, 0.931)) == "score 0.93 ≥ 0.50"
    assert words.score_words(finding(1, 0.2)) == "score 0.20 < 0.50"
    assert words.score_words(replace(finding(1), score=None)) == ""


def test_place_names_side_once_and_the_image() -> None:
    one = replace(finding(1), site="right upper lobe", side="right")
    assert words.place_words(one, "image 83") == "right upper lobe, image 83"
    assert words.place_words(replace(one, site="lung"), "image 83") == "right, lung, image 83"
    everywhere = replace(one, site="", side="", place=replace(one.place, kind=PlaceKind.STUDY))
    assert words.place_words(everywhere) == "whole study"


def test_a_rejection_is_shown_with_its_reason() -> None:
    rejected = Judgement(finding(1), Verdict.REJECTED, RejectReason.ARTEFACT)
    assert words.verdict_words(rejected) == "Rejected: Artefact or device"
    assert "Nodule 1" in words.verdict_words(Judgement(finding(1), Verdict.EDITED, label="Other"))


@pytest.mark.parametrize(
    ("written", "shown"),
    [("061Y", "61 y"), ("007M", "7 mo"), ("002W", "2 wk"), ("010D", "10 d"), ("61", ""), ("", "")],
)
def test_age_as_written_stands_where_the_birth_date_was_taken_away(written: str, shown: str) -> None:
    assert words.age(Patient("1", "", "", "", ""), "20260801", written) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [("161937.171", "16:19"), ("1619", "16:19"), ("16:19:37", "16:19"), ("16", ""), ("9900", ""), ("", "")],
)
def test_the_time_of_day_is_told_in_hours_and_minutes(value: str, shown: str) -> None:
    assert words.clock(value) == shown


def test_the_letter_of_sex_is_of_the_readers_language() -> None:
    assert "  F  " in words.identity(study())[1]
    use_language("ru")
    try:
        assert "  Ж  " in words.identity(study())[1]
    finally:
        use_language("en")
