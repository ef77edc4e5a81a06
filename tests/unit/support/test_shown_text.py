"""What files call a patient, as it may stand on a screen: nobody is turned into somebody else by a control sign."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QTextDocument

from app.support.i18n import fill
from app.support.shown_text import LONGEST, apart, shown, without_controls
from app.ui import words
from app.ui.widgets.rows import Row, item_of
from app.ui.widgets.tips import tip
from tests.support.ui import study

SOUND = [
    "DOE^JANE", "Иванова^Анна", "山田^太郎", "שלום^דוד", "محمد^أحمد", "Nguyễn^Thị", "e\u0301e\u0301",
    "می\u200cخواهم", "👩\u200d👩\u200d👧", "O'Neill <b> & {x} %s", "",
]  # fmt: skip


@pytest.mark.parametrize("name", SOUND)
def test_every_script_stays_as_it_is(name: str) -> None:
    assert shown(name) == name
    assert without_controls(name) == name


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ("\u202eEVIL", "\ufffdEVIL"),
        ("A\x1b[31mB\x07", "A\ufffd[31mB\ufffd"),
        ("12\n34", "12\ufffd34"),
        ("12\u202834", "12\ufffd34"),
        ("12\x0034\t5", "12\ufffd34\ufffd5"),
        ("a\udcffb", "a\ufffdb"),
        ("\u200b1\ufeff2", "\ufffd1\ufffd2"),
        ("\u200e\u200f ", ""),
        ("Z" + "\u0351" * 40, "Z" + "\u0351" * 4),
        ("Ж" * 5000, "Ж" * (LONGEST - 1) + "…"),
    ],
)
def test_what_has_no_place_in_a_line_is_marked(given: str, seen: str) -> None:
    assert shown(given) == seen


def test_lines_of_a_longer_text_stay_lines() -> None:
    assert without_controls("a\x1b\nb") == "a\ufffd\nb"


def test_a_name_from_right_to_left_does_not_turn_the_date_beside_it() -> None:
    said = fill("{name} {day}", {"name": "محمد", "day": "1965-03-01"}, "en")
    assert said == "\u2068محمد\u2069 1965-03-01"
    assert apart("Иванова 1965") == "Иванова 1965"


def test_a_fact_never_steers_the_terminal_nor_overrides_a_direction() -> None:
    said = fill("'{file}' is gone.", {"file": "a\x1b]0;x\x07\u202e.dcm"}, "en")
    assert said == "'a\ufffd]0;x\ufffd\ufffd.dcm' is gone."
    assert fill("{n} {n:n|study|studies}", {"n": 2}, "en") == "2 studies"


def test_the_window_marks_a_forged_name_and_a_broken_number() -> None:
    name, details = words.identity(study(name="\u202eEOD^ENAJ", patient_id="12\n34"))
    assert name == "\ufffdEOD, ENAJ"
    assert details.startswith("ID 12\ufffd34")
    assert words.identity(study(name="\u200e^\u200f", patient_id="\u200e"))[0] == words.person("")
    one, other = study(name="A\x01B").patient, study(name="A\x02B").patient
    assert not words.is_same_patient(one, other)


@pytest.mark.usefixtures("qapp")
def test_a_tooltip_shows_tags_and_fetches_nothing() -> None:
    said = tip("DOE <img src='file:///etc/hostname'>\nID 7")
    page = QTextDocument()
    page.setHtml(said)
    assert page.toPlainText() == "DOE <img src='file:///etc/hostname'>\nID 7"
    assert tip("score 0.3 < 0.5\nR&D") == "score 0.3 < 0.5\nR&D"
    item = item_of(Row("key", ("<b>DOE</b>, JANE", "ID <s>7</s>")))
    page.setHtml(item.toolTip())
    assert page.toPlainText() == "<b>DOE</b>, JANE\nID <s>7</s>"
