"""What nobody foresaw is told in a sentence, and no view shows half a picture."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app.ui.studio import Studio
from app.ui.unexpected import Unexpected
from tests.support.hands import stack
from tests.support.ui import paths_in, write_ct
from tests.support.viewers2d import grey_of_image

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
NAME = "DOE^JANE"


@pytest.fixture
def studio(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    write_ct(tmp_path / "ct", slices=4)
    made = Studio.of(paths_in(tmp_path), size=(1300, 820))
    made.open_folder(tmp_path / "ct")
    made.wait_idle()
    yield made
    made.close()


@pytest.fixture
def caught(studio: Studio, tmp_path: Path) -> Iterator[Path]:
    """Whatever goes wrong is caught as `run_window` has it caught; gives the file."""
    file = tmp_path / "faults.log"
    unexpected = Unexpected(file, studio.window.messages.warn, lambda call: QTimer.singleShot(0, call))
    unexpected.begin()
    yield file
    unexpected.end()


def broken(*_: object) -> None:
    raise LookupError(f"no such thing for {NAME}")


def test_an_error_in_an_event_is_told_once_and_written_without_its_message(
    studio: Studio, caught: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(3):
        QTimer.singleShot(0, broken)
        studio.wait_idle()
    [told] = [one for one in studio.window.messages.said if "LookupError" in one]
    assert "what you did before is kept" in told
    assert "faults.log" in told
    assert caught.read_text(encoding="utf-8").count("LookupError") == 1
    everywhere = told + caught.read_text(encoding="utf-8") + "".join(capsys.readouterr())
    assert NAME not in everywhere


def test_an_error_in_a_thread_is_told_too(studio: Studio, caught: Path) -> None:
    told = len(studio.window.messages.said)
    unlucky = threading.Thread(target=broken)
    unlucky.start()
    unlucky.join()
    studio.wait_idle()
    assert len(studio.window.messages.said) >= told
    assert "LookupError" in caught.read_text(encoding="utf-8")


def test_ctrl_c_is_no_fault(studio: Studio, caught: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    passed: list[object] = []
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    hook = Unexpected(caught, passed.append, lambda call: call())
    monkeypatch.setattr(sys, "excepthook", lambda kind, *_: passed.append(kind))
    hook.begin()
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    hook.end()
    assert passed == [KeyboardInterrupt]
    assert not caught.exists()


@pytest.mark.parametrize("part", ["paint_ink", "_paint_file_planes", "scene"])
def test_a_view_that_cannot_be_painted_whole_is_blank_and_says_so(
    studio: Studio, caught: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    view = stack(studio).slices
    whole = grey_of_image(view.grab_picture())
    monkeypatch.setattr(view, part, broken)
    blank = grey_of_image(view.grab_picture())
    middle = np.s_[: blank.shape[0] // 4]
    assert whole[middle].max() > 0
    assert blank[middle].max() == 0  # neither picture nor half of what is written on it
    assert blank.max() > 100  # the sentence
    monkeypatch.undo()
    assert np.array_equal(grey_of_image(view.grab_picture()), whole)
