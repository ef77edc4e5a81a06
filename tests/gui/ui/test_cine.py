"""Cine by real keys on a multi-frame run: at the file's own rate, faster, back and forth, and stopped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, XRayAngiographicImageStorage
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.ui.contents import StackContent
from app.ui.studio import Studio
from tests.support.hands import press, stack
from tests.support.ui import paths_in

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def write_run(folder: Path, frames: int = 30) -> None:
    folder.mkdir()
    run = Dataset()
    run.SOPClassUID, run.SOPInstanceUID = XRayAngiographicImageStorage, "2.25.5.3"
    run.StudyInstanceUID, run.SeriesInstanceUID = "2.25.5.1", "2.25.5.2"
    run.PatientName, run.PatientID, run.Modality = "RUN^A", "1", "XA"
    run.FrameTime, run.NumberOfFrames = "40", frames
    run.Rows = run.Columns = 32
    run.SamplesPerPixel, run.PhotometricInterpretation, run.PixelRepresentation = 1, "MONOCHROME2", 0
    run.BitsAllocated = run.BitsStored = 8
    run.HighBit = 7
    run.PixelData = np.arange(frames, dtype=np.uint8).repeat(32 * 32).tobytes()
    run.file_meta = FileMetaDataset()
    run.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    run.save_as(folder / "run.dcm", enforce_file_format=True)


@pytest.fixture
def studio(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    write_run(tmp_path / "run")
    made = Studio.of(paths_in(tmp_path), size=(1000, 700))
    made.open_folder(tmp_path / "run")
    made.wait_idle()
    yield made
    made.close()


def test_it_plays_at_the_rate_of_the_file_and_stops(studio: Studio) -> None:
    content = stack(studio)
    press(studio, Qt.Key.Key_Home)
    press(studio, Qt.Key.Key_C)
    assert "playing 25/s as the file says, loop" in content.view.corners.bottom_left[1]
    QTest.qWait(400)
    assert 4 <= content.slices.index <= 14
    press(studio, Qt.Key.Key_C)
    here = content.slices.index
    QTest.qWait(120)
    assert content.slices.index == here
    assert not any("playing" in line for line in content.view.corners.bottom_left)


def test_faster_and_back_and_forth(studio: Studio) -> None:
    content = stack(studio)
    press(studio, Qt.Key.Key_C)
    press(studio, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    press(studio, Qt.Key.Key_C, Qt.KeyboardModifier.ShiftModifier)
    assert "playing 31.2/s, back and forth" in content.view.corners.bottom_left[1]
    press(studio, Qt.Key.Key_C)


def test_leaving_the_study_while_it_plays_is_harmless(studio: Studio) -> None:
    press(studio, Qt.Key.Key_C)
    press(studio, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    studio.window.desk.open_study("2.25.5.1")
    QTest.qWait(120)
    assert not any("playing" in line for line in stack(studio).view.corners.bottom_left)


def test_a_part_of_the_run_plays_and_is_named(studio: Studio) -> None:
    content = stack(studio)
    content.slices.show_index(5)
    press(studio, Qt.Key.Key_Home, Qt.KeyboardModifier.AltModifier)
    content.slices.show_index(12)
    press(studio, Qt.Key.Key_End, Qt.KeyboardModifier.AltModifier)
    assert "plays images 6 to 13" in content.view.corners.bottom_left[1]
    press(studio, Qt.Key.Key_C)
    seen: set[int] = set()
    content.slices.index_changed.connect(seen.add)
    QTest.qWait(900)
    press(studio, Qt.Key.Key_C)
    assert seen
    assert min(seen) >= 5
    assert max(seen) <= 12
    content.slices.show_index(12)
    press(studio, Qt.Key.Key_End, Qt.KeyboardModifier.AltModifier)
    assert "plays images 6 to 30" in content.view.corners.bottom_left[1]


def test_all_stacks_play_from_one_instant_and_stop_together(studio: Studio) -> None:
    press(studio, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    hung = studio.state.workspace.arrangement.viewports[0].hung
    assert hung is not None
    studio.window.desk.hang_in("v2", hung.study_instance_uid, hung.display_set_id)
    studio.wait_idle()
    both = [one for one in studio.window.host.contents.values() if isinstance(one, StackContent)]
    assert len(both) == 2
    for one in both:
        one.slices.show_index(0)
    keys = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier
    press(studio, Qt.Key.Key_C, keys)
    QTest.qWait(400)
    press(studio, Qt.Key.Key_C, keys)
    here = [one.slices.index for one in both]
    assert min(here) > 2
    assert abs(here[0] - here[1]) <= 1
    QTest.qWait(120)
    assert [one.slices.index for one in both] == here
