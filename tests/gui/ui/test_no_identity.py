"""RQ-63, the part that is built: no name in titles, logs and what is kept of the screen. Copies are not encrypted."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.ui.studio import Studio
from tests.support.hands import press_and_wait
from tests.support.ui import paths_in, write_ct

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
CANARY = "CANARYNAME"


def test_no_name_in_titles_logs_and_session(
    tmp_path: Path, qapp: QApplication, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    write_ct(tmp_path / "ct", name=f"{CANARY}^JANE")
    file = tmp_path / "ct" / "003.dcm"
    file.write_bytes(file.read_bytes()[:1200])  # something goes wrong, too
    studio = Studio.of(paths_in(tmp_path / "home"), size=(1200, 800))
    studio.open_folder(tmp_path / "ct")
    studio.wait_idle()
    assert CANARY.title() in studio.window.header.patient.text().title(), "it is open, and shown"
    press_and_wait(studio, Qt.Key.Key_O)
    titles = [widget.windowTitle() for widget in QApplication.topLevelWidgets()]
    studio.close()
    assert not any(CANARY in title.upper() for title in titles)
    assert CANARY not in caplog.text.upper()
    kept = [one for one in (tmp_path / "home" / "d", tmp_path / "home" / "data") if one.exists()]
    for one in (file for folder in kept for file in folder.rglob("*") if file.is_file()):
        assert CANARY.encode() not in one.read_bytes().upper(), one.name
