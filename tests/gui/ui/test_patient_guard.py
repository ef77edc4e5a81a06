"""Two patients on one screen are never overlooked, whatever the size of the views and the amount of text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.ui.flat import FlatContent
from app.ui.patients import mismatch_words
from app.ui.studio import Studio
from app.ui.words import is_same_patient
from tests.support.hands import press_and_wait as press
from tests.support.ui import paths_in, study, write_ct
from viewers.overlays import stamps
from viewers.types import Stamp, TextLevel

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def pair(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    """Doe is read in v1; Roe, who has the same ID, hangs beside in v2."""
    write_ct(tmp_path / "doe", name="DOE^JANE")
    other = write_ct(tmp_path / "roe", name="DOE^RICHARD", uid="1.2.826.0.1.3680043.10.2")
    made = Studio.of(paths_in(tmp_path), size=(1300, 820))
    made.open_folder(tmp_path / "doe")
    made.open_folder(tmp_path / "roe")
    press(made, Qt.Key.Key_2, CONTROL)
    made.window.desk.hang_in("v2", other.study_instance_uid, "")
    made.wait_idle()
    yield made
    made.close()


def stamps_of(studio: Studio, viewport_id: str) -> tuple[Stamp, ...]:
    content = studio.window.host.contents[viewport_id]
    assert isinstance(content, FlatContent)
    return content.view.stamps


def test_two_patients_with_one_id_ohif_5318(pair: Studio) -> None:
    banner = pair.window.header.mismatch
    assert banner.isVisible()
    assert "DOE, JANE" in banner.text()
    assert "DOE, RICHARD" in banner.text()
    assert "same ID" in banner.text()
    assert stamps_of(pair, "v2") == (Stamp("ANOTHER PATIENT: DOE, RICHARD", grave=True),)
    assert stamps_of(pair, "v1") == ()
    assert pair.window.host.frames["v2"].property("stranger") is True
    assert pair.window.host.frames["v1"].property("stranger") is not True


def test_the_stamp_goes_when_the_reader_turns_to_that_patient(pair: Studio) -> None:
    other = pair.state.workspace.studies[-1]
    pair.window.desk.open_study(other.study_instance_uid)
    pair.wait_idle()
    assert not pair.window.header.mismatch.isVisible()
    assert all(stamps_of(pair, key) == () for key in pair.window.host.contents)


def test_it_stays_without_text_in_a_peek_and_in_the_smallest_view(pair: Studio) -> None:
    content = pair.window.host.contents["v2"]
    assert isinstance(content, FlatContent)
    view = content.view
    for width, height, level in (
        (600, 600, TextLevel.NONE),
        (200, 160, TextLevel.ALL),
        (64, 64, TextLevel.ALL),
    ):
        view.set_text_level(level)
        view.resize(width, height)
        (place,) = stamps.places(view.scene())
        assert place.left() >= 0
        assert place.right() <= width
        view.peek(True)
        bare = view.grab_picture()
        view.set_stamps(())
        assert bare != view.grab_picture()
        view.set_stamps((Stamp("ANOTHER PATIENT", grave=True),))
        view.peek(False)


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({}, True),
        ({"name": "doe^jane^^"}, True),
        ({"birth_date": ""}, True),
        ({"birth_date": "19650302"}, False),
        ({"sex": "M"}, False),
        ({"name": "DOE^JOAN"}, False),
        ({"issuer": "elsewhere"}, False),
        ({"patient_id": "8"}, False),
    ],
)
def test_who_is_the_same_patient(change: dict[str, str], same: bool) -> None:
    one = study().patient
    other = replace(one, **change)
    assert is_same_patient(one, other) is same


def test_three_studies_of_one_patient_raise_nothing() -> None:
    assert mismatch_words((study("1.2"), study("1.3"), study("1.4"))) == ""
