"""What cannot be opened is said in one sentence; the window lives on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.ui.studio import Studio
from tests.support.ui import paths_in, write_ct

# Qt says so of every window that has a smallest size, where there is no screen.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def studio(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    made = Studio.of(paths_in(tmp_path / "home"), size=(1200, 800))
    yield made
    made.close()


def sentence_of(studio: Studio) -> str:
    assert studio.window.messages.isVisible()
    words = studio.said[-1]
    assert "{" not in words
    assert "Traceback" not in words
    assert words.endswith(".")
    return words


def test_empty_folder(studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    studio.open_folder(tmp_path / "empty")
    assert "empty" in sentence_of(studio)


def test_text_that_calls_itself_dicom(studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "text.dcm").write_text("not DICOM at all", encoding="utf-8")
    studio.open_folder(tmp_path / "x")
    assert "text.dcm" in sentence_of(studio)


def test_zero_bytes_beside_a_good_series(studio: Studio, tmp_path: Path) -> None:
    write_ct(tmp_path / "ct")
    (tmp_path / "ct" / "zero.dcm").write_bytes(b"")
    studio.open_folder(tmp_path / "ct")
    assert "zero.dcm" in sentence_of(studio)
    assert studio.window.series.list.count() == 1


def test_truncated_pixels_are_said_in_the_view_and_the_rest_is_shown(studio: Studio, tmp_path: Path) -> None:
    write_ct(tmp_path / "ct")
    file = tmp_path / "ct" / "005.dcm"
    file.write_bytes(file.read_bytes()[:-2000])
    studio.open_folder(tmp_path / "ct")
    assert "005.dcm" in studio.window.host.failures[0]
    studio.act("view.image_next")
    studio.wait_idle()
    assert studio.window.host.failures == ()


def test_planes_of_a_series_with_a_broken_slice_are_refused_in_words(studio: Studio, tmp_path: Path) -> None:
    write_ct(tmp_path / "ct")
    file = tmp_path / "ct" / "003.dcm"
    file.write_bytes(file.read_bytes()[:-2000])
    studio.open_folder(tmp_path / "ct")
    studio.act("layout.planes")
    studio.wait_idle()
    assert studio.window.host.failures
    assert all("003.dcm" in words for words in studio.window.host.failures)


def test_planes_of_a_single_image_are_refused_and_nothing_changes(studio: Studio, tmp_path: Path) -> None:
    write_ct(tmp_path / "ct", slices=1)
    studio.open_folder(tmp_path / "ct")
    before = studio.state.workspace.arrangement
    studio.act("layout.planes")
    assert "Axial 5.0" in sentence_of(studio)
    assert studio.state.workspace.arrangement == before


def test_a_path_that_is_gone(studio: Studio, tmp_path: Path) -> None:
    studio.open_folder(tmp_path / "nowhere")
    assert "nowhere" in sentence_of(studio)


def test_a_journal_that_cannot_be_opened_refuses_verdicts_but_not_pictures(
    studio: Studio, tmp_path: Path
) -> None:
    studio.ctx.paths.journal_file.mkdir(parents=True)  # a folder where the file should be
    write_ct(tmp_path / "ct")
    studio.open_folder(tmp_path / "ct")
    assert "journal" in sentence_of(studio)
    assert not studio.window.host.failures


def test_two_patients_under_one_study_number_can_be_looked_at_but_not_judged(
    studio: Studio, tmp_path: Path
) -> None:
    write_ct(tmp_path / "both" / "a")
    write_ct(tmp_path / "both" / "b", name="ROE^RICHARD")
    for file in (tmp_path / "both" / "b").iterdir():
        content = file.read_bytes()
        file.write_bytes(content.replace(b"1.2.826.0.1.3680043.10.1.2", b"1.2.826.0.1.3680043.10.1.5"))
    studio.open_folder(tmp_path / "both")
    listed = studio.window.worklist.list
    assert listed.count() == 2
    assert studio.window.series.warning.isVisible()
    seen = set()
    for row in range(2):
        listed.itemClicked.emit(listed.item(row))
        studio.wait_idle()
        seen.add(studio.window.header.patient.text())
        assert studio.window.host.failures == ()
    assert seen == {"DOE, JANE", "ROE, RICHARD"}
    assert "share this study number" in sentence_of(studio)
    assert studio.state.reading.reading is None
