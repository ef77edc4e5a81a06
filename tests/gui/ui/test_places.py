"""Real drops on the window: files, folders, archives, addresses; and the question for a password."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.ui.overlays.secret import SecretSheet
from app.ui.studio import Studio
from tests.support import places
from tests.support.ui import paths_in

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def studio(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    made = Studio.of(paths_in(tmp_path / "home"), size=(1200, 760))
    yield made
    made.close()


def drop(target: QWidget, urls: Sequence[str], words: str = "") -> bool:
    """As the platform does it: enter first, and drop only where somebody took that."""
    mime = QMimeData()
    if urls:
        mime.setUrls([QUrl(url) if "://" in url else QUrl.fromLocalFile(url) for url in urls])
    if words:
        mime.setText(words)
    middle = target.rect().center()
    how = (Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(QPoint(middle), *how)
    enter.ignore()  # as the platform sends it: nobody has taken it yet
    QApplication.sendEvent(target, enter)
    if not enter.isAccepted():
        return False
    QApplication.sendEvent(target, QDropEvent(QPointF(middle), *how))
    return True


def listed(studio: Studio) -> int:
    return len(studio.state.workspace.studies)


@pytest.mark.parametrize("kind", ["folder", "file", "zip", "tar", "files"])
def test_what_is_dropped_opens(studio: Studio, tmp_path: Path, kind: str) -> None:
    files = places.made_study(tmp_path / "in")
    dropped = {
        "folder": [str(tmp_path / "in")],
        "file": [str(files[0])],
        "files": [str(file) for file in files],
        "zip": [str(places.zip_of(tmp_path / "in", tmp_path / "a.zip"))],
        "tar": [str(places.tar_of(tmp_path / "in", tmp_path / "a.tar.gz"))],
    }[kind]
    assert drop(studio.window, dropped)
    studio.wait_idle()
    assert listed(studio) == (1 if kind == "file" else 2)
    assert studio.state.workspace.open_study_uid == places.STUDY
    assert studio.display_sets()


def test_a_drop_on_a_picture_reaches_the_window(studio: Studio, tmp_path: Path) -> None:
    places.made_study(tmp_path / "in")
    middle = studio.window.childAt(studio.window.host.geometry().center())
    assert middle is not None
    assert drop(middle, [str(tmp_path / "in")])
    studio.wait_idle()
    assert listed(studio) == 2


def test_an_address_that_nobody_knows_is_one_sentence(studio: Studio) -> None:
    assert drop(studio.window, [], "dicomweb:nowhere/1.2.3")
    studio.wait_idle()
    assert listed(studio) == 0
    assert "nowhere" in studio.said[-1]


def test_words_and_other_addresses_are_not_taken(studio: Studio) -> None:
    assert not drop(studio.window, [], "hello there")
    assert not drop(studio.window, ["mailto://somebody"])


def sheet_of(studio: Studio) -> SecretSheet:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        studio.spin()
        for sheet in studio.window.findChildren(SecretSheet):
            if sheet.isVisible():
                return sheet
    raise AssertionError("nobody asked for a password")


def test_a_locked_archive_asks_and_the_window_goes_on(studio: Studio, tmp_path: Path) -> None:
    places.made_study(tmp_path / "in")
    archive = places.locked_zip_of(tmp_path / "in", tmp_path / "locked.zip", "abc")
    assert drop(studio.window, [str(archive)])
    QTest.keyClicks(sheet_of(studio).field, "wrong")
    QTest.keyClick(sheet_of(studio).field, Qt.Key.Key_Return)
    sheet = sheet_of(studio)
    assert sheet.field.text() == ""
    studio.act("layout.four")  # nothing is blocked meanwhile
    QTest.keyClicks(sheet.field, "abc")
    QTest.keyClick(sheet.field, Qt.Key.Key_Return)
    studio.wait_idle()
    assert listed(studio) == 2


def test_no_answer_is_one_sentence(studio: Studio, tmp_path: Path) -> None:
    places.made_study(tmp_path / "in")
    archive = places.locked_zip_of(tmp_path / "in", tmp_path / "locked.zip")
    assert drop(studio.window, [str(archive)])
    QTest.keyClick(sheet_of(studio).field, Qt.Key.Key_Escape)
    studio.wait_idle()
    assert listed(studio) == 0
    assert "locked.zip" in studio.said[-1]


def test_closing_the_window_answers_the_question(tmp_path: Path, qapp: QApplication) -> None:
    places.made_study(tmp_path / "in")
    archive = places.locked_zip_of(tmp_path / "in", tmp_path / "locked.zip")
    studio = Studio.of(paths_in(tmp_path / "home"), size=(900, 600))
    drop(studio.window, [str(archive)])
    sheet_of(studio)
    begun = time.monotonic()
    studio.close()
    assert time.monotonic() - begun < 5
