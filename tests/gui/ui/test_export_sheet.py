"""RQ-60, RQ-61 in the window: what is ticked leaves without identity, and no ultrasound image before its look."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset, dcmread
from pydicom.uid import (
    UID,
    SecondaryCaptureImageStorage,
    UltrasoundImageStorage,
    UltrasoundMultiFrameImageStorage,
)
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

import app.export.formats
from app.domain.study import Study
from app.findings.events import Exported, event_of
from app.findings.look_events import PixelsLooked, last_looks
from app.settings.file import save_settings
from app.settings.schema import Settings
from app.ui.overlays.export import ExportSheet
from app.ui.studio import Studio
from app.workflows.showing import commit
from tests.support.burned import burned
from tests.support.dicom_files import ct_dataset, write
from tests.support.hands import keep, press, press_and_wait
from tests.support.ui import ball_finding, ct_result, paths_in, with_result, write_ct

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
CTRL = Qt.KeyboardModifier.ControlModifier
NAMES = (b"CANARY", b"Canary", b"KX-778899", b"19650101", b"20260105")


def ultrasound(folder: Path, numbers: tuple[int, ...] = (1, 5)) -> None:
    """Images of one made-up ultrasound study, each with words burned in (ground: speckle in a sector)."""
    for place, number in enumerate(numbers, start=1):
        pixels = burned(number).picture
        data = ct_dataset(
            Modality="US",
            SOPClassUID=UltrasoundImageStorage,
            PatientName="CANARY^JANE",
            PatientID="KX-778899",
            InstanceNumber=place,
            ImageType=["ORIGINAL", "PRIMARY"],
            ImagePositionPatient=None,
            ImageOrientationPatient=None,
            FrameOfReferenceUID=None,
            RescaleSlope=None,
            RescaleIntercept=None,
            WindowCenter=None,
            WindowWidth=None,
            SliceThickness=None,
        )
        data.file_meta.MediaStorageSOPClassUID = UltrasoundImageStorage
        data.Rows, data.Columns = pixels.shape
        data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 8, 8, 7, 0
        data.PixelData = pixels.tobytes() + b"\0" * (pixels.size % 2)
        write(data, folder / f"{place}.dcm")


def opened(folder: Path) -> Studio:
    paths = paths_in(folder / "home")
    save_settings(paths.settings, Settings(reader_name="Ada"))
    studio = Studio.of(paths, size=(1300, 860))
    studio.open_folder(folder / "in")
    studio.wait_idle()
    return studio


@pytest.fixture
def studio(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    ultrasound(tmp_path / "in")
    made = opened(tmp_path)
    press(made, Qt.Key.Key_K)  # a key image: the study has something to say
    yield made
    made.close()


def sheet_of(studio: Studio, folder: Path, *formats: str) -> ExportSheet:
    """Ctrl+E, with these formats ticked by clicks and the folder typed."""
    press(studio, Qt.Key.Key_E, CTRL)
    sheet = next(iter(studio.window.findChildren(ExportSheet)))
    assert sheet.isVisible()
    for name, box in sheet.choice.boxes.items():
        if box.isChecked() != (name in formats):
            box.setFocus()
            QTest.keyClick(box, Qt.Key.Key_Space)
        assert box.isChecked() == (name in formats)
    sheet.choice.folder.setFocus()
    sheet.choice.folder.selectAll()
    QTest.keyClicks(sheet.choice.folder, str(folder))
    return sheet


def click(studio: Studio, button: QPushButton) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    studio.wait_idle()


def begin(studio: Studio, sheet: ExportSheet) -> None:
    """Export is clicked; until the first image is shown, or until the files are written."""
    click(studio, sheet.choice.go)
    assert studio.wait_for(lambda: sheet.looks.isVisible() or sheet.choice.go.isEnabled(), 60)
    studio.wait_idle()


def images(folder: Path) -> list[Dataset]:
    return [dcmread(file) for file in sorted(folder.rglob("image_*.dcm"))]


def test_every_exporter_has_a_tick_box(studio: Studio, tmp_path: Path) -> None:
    """The list comes from the folder of formats; identity is off until it is asked for, with a warning."""
    sheet = sheet_of(studio, tmp_path / "out", "csv")
    files = {file.stem for file in Path(app.export.formats.__path__[0]).glob("*.py")} - {"__init__"}
    assert set(sheet.choice.boxes) == files
    keep(studio, "export_choice")
    assert not sheet.choice.identified.isChecked()
    assert not sheet.choice.warning.isVisible()
    sheet.choice.identified.setFocus()
    QTest.keyClick(sheet.choice.identified, Qt.Key.Key_Space)
    assert sheet.choice.warning.isVisible()
    assert "name the patient" in sheet.choice.warning.text()


def test_rq61_nothing_leaves_until_every_image_was_looked_at(studio: Studio, tmp_path: Path) -> None:
    out = tmp_path / "out"
    sheet = sheet_of(studio, out, "images", "key_images")
    begin(studio, sheet)
    assert sheet.looks.isVisible()
    assert not out.exists()
    assert "Image 1 of 2" in sheet.looks.head.text()
    assert "modality" in sheet.looks.reason.text()
    assert not sheet.looks.go.isVisible()
    keep(studio, "export_look")
    shown = sheet.looks.view.pixmap().toImage()
    amber = [
        shown.pixelColor(x, y)
        for x in range(0, shown.width(), 2)
        for y in range(0, shown.height(), 2)
        if (colour := shown.pixelColor(x, y)).red() > 200 and colour.blue() < 60
    ]
    assert amber, "the box of the detector is drawn"
    press_and_wait(studio, Qt.Key.Key_Y)
    assert "Image 2 of 2" in sheet.looks.head.text()
    assert not sheet.looks.go.isVisible()
    assert not out.exists()
    press_and_wait(studio, Qt.Key.Key_N)
    assert not out.exists(), "answers alone export nothing"
    assert sheet.looks.go.isVisible()
    assert "No identity in the pixels: 1. Left out: 1." in sheet.looks.reason.text()
    press_and_wait(studio, Qt.Key.Key_Return)
    assert str(out) in sheet.said.text()
    assert "1 objects of the study stay here" in sheet.said.text()
    keep(studio, "export_done")
    (made,) = images(out)
    np.testing.assert_array_equal(made.pixel_array, burned(1).picture)
    assert made.BurnedInAnnotation == "NO"
    written = [file for file in out.rglob("*") if file.is_file()]
    assert len(written) == 3
    assert not [(file, name) for file in written for name in NAMES if name in file.read_bytes()]
    (told,) = studio.ctx.journal.entries_of("Exported")
    event = event_of(told.event_type, told.payload)
    assert isinstance(event, Exported)
    assert (event.identified, event.reader) == (False, "Ada")


def test_rq61_there_is_no_way_round_the_look(studio: Studio, tmp_path: Path) -> None:
    """Not by the export without the sheet, by Esc, by a held key, by another key, or by a look at other bytes."""
    from app.ui.running import Leaving

    out = tmp_path / "out"
    studio.window.desk.running.export(out, Leaving(("images",)))
    studio.wait_idle()
    assert not out.exists() or not list(out.iterdir())
    sheet = sheet_of(studio, out, "images")
    begin(studio, sheet)
    held = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Y, Qt.KeyboardModifier.NoModifier, "y", autorep=True)
    QApplication.sendEvent(sheet, held)
    for which in (Qt.Key.Key_Return, Qt.Key.Key_Space):
        press_and_wait(studio, which)
    assert "Image 1 of 2" in sheet.looks.head.text()
    press(studio, Qt.Key.Key_Escape)
    assert sheet.choice.isVisible()
    press(studio, Qt.Key.Key_Escape)
    assert not sheet.isVisible()
    sheet = sheet_of(studio, out, "images")
    begin(studio, sheet)
    press_and_wait(studio, Qt.Key.Key_Y)
    press_and_wait(studio, Qt.Key.Key_Y)
    source = tmp_path / "in" / "1.dcm"
    data = dcmread(source)
    data.PixelData = (
        burned(1, seed=4).picture.tobytes()[: len(data.PixelData)].ljust(len(data.PixelData), b"\0")
    )
    data.save_as(source)
    press_and_wait(studio, Qt.Key.Key_Return)
    assert not images(out), "other pixels have come since the look"
    assert "person's look" in sheet.said.text()


def test_rq61_one_back_answers_again(studio: Studio, tmp_path: Path) -> None:
    sheet = sheet_of(studio, tmp_path / "out", "images", "key_images")
    begin(studio, sheet)
    press_and_wait(studio, Qt.Key.Key_Y)
    click(studio, sheet.looks.clean)
    press_and_wait(studio, Qt.Key.Key_Backspace)
    assert "Image 2 of 2" in sheet.looks.head.text()
    press_and_wait(studio, Qt.Key.Key_Backspace)
    assert "Image 1 of 2" in sheet.looks.head.text()
    click(studio, sheet.looks.out)
    click(studio, sheet.looks.out)
    click(studio, sheet.looks.go)
    assert not images(tmp_path / "out")
    assert list((tmp_path / "out").rglob("key_images_*.dcm"))


def test_rq61_what_cannot_be_shown_is_left_out_and_said(tmp_path: Path, qapp: QApplication) -> None:
    """Pixels that do not decode, and a file that is gone."""
    ultrasound(tmp_path / "in", (1, 5, 9))
    studio = opened(tmp_path)
    press(studio, Qt.Key.Key_K)
    (tmp_path / "in" / "3.dcm").unlink()
    broken = tmp_path / "in" / "2.dcm"
    data = dcmread(broken)
    data.PixelData = data.PixelData[:100]
    data.save_as(broken)
    sheet = sheet_of(studio, tmp_path / "out", "images")
    begin(studio, sheet)
    assert "Image 1 of 1" in sheet.looks.head.text()
    press_and_wait(studio, Qt.Key.Key_Y)
    assert "2 files could not be looked at and stay here: 2.dcm, 3.dcm" in sheet.looks.said.text()
    press_and_wait(studio, Qt.Key.Key_Return)
    assert len(images(tmp_path / "out")) == 1
    studio.close()


def loop_in(folder: Path, count: int, letters: tuple[int, ...]) -> Path:
    """One ultrasound loop; frames of these numbers (from 0) have letters, the others are black."""
    ultrasound(folder, (1,))
    file = folder / "1.dcm"
    data = dcmread(file)
    written = burned(1).picture
    data.SOPClassUID = data.file_meta.MediaStorageSOPClassUID = UltrasoundMultiFrameImageStorage
    data.NumberOfFrames = count
    frames = [written if number in letters else written * 0 for number in range(count)]
    data.PixelData = b"".join(frame.tobytes() for frame in frames)
    data.save_as(file)
    return file


def test_rq61_frames_with_letters_come_first_and_none_of_them_can_be_skipped(
    tmp_path: Path, qapp: QApplication
) -> None:
    loop_in(tmp_path / "in", 12, (3, 8))
    studio = opened(tmp_path)
    press(studio, Qt.Key.Key_K)
    sheet = sheet_of(studio, tmp_path / "out", "images")
    begin(studio, sheet)
    walk = sheet.looks.walk
    assert walk.isVisible()
    assert walk.here == 3, "the first frame with letters is shown first"
    assert "Frame 4 of 12. Seen in full: 1 of 12." in walk.said.text()
    assert "letters on 4, 9" in walk.said.text()
    keep(studio, "export_look_frames")
    press_and_wait(studio, Qt.Key.Key_C)
    assert walk.seen == {3}, "small pictures are no look"
    keep(studio, "export_look_sheet")
    press_and_wait(studio, Qt.Key.Key_Right)
    press_and_wait(studio, Qt.Key.Key_End)
    press_and_wait(studio, Qt.Key.Key_T)
    assert (walk.here, walk.seen) == (3, {3, 4, 11})
    pressed = 0
    while not sheet.looks.go.isVisible():
        press_and_wait(studio, Qt.Key.Key_Y)
        pressed += 1
        assert pressed < 10
    assert walk.seen == {0, 3, 4, 7, 8, 11}
    assert pressed == 4, "three frames that nobody may skip, and the answer"
    (entry,) = studio.ctx.journal.entries_of("PixelsLooked")
    event = event_of(entry.event_type, entry.payload)
    assert isinstance(event, PixelsLooked)
    assert (event.frames, event.frames_seen, event.frames_with_letters) == (12, 6, 2)
    assert (event.decided, event.reader, event.reason) == ("clean", "Ada", "looks.reason.modality")
    assert event.study_instance_uid == studio.state.workspace.open_study_uid
    press_and_wait(studio, Qt.Key.Key_Return)
    assert len(images(tmp_path / "out")) == 1
    assert len(studio.ctx.journal.entries_of("PixelsLooked")) == 1, "it is not told twice"
    assert studio.ctx.journal.verify().is_whole
    studio.close()


def test_rq61_every_answer_is_in_the_journal_the_one_that_was_taken_back_too(
    studio: Studio, tmp_path: Path
) -> None:
    sheet = sheet_of(studio, tmp_path / "out", "images")
    begin(studio, sheet)
    press_and_wait(studio, Qt.Key.Key_Y)
    press_and_wait(studio, Qt.Key.Key_Backspace)
    press_and_wait(studio, Qt.Key.Key_N)
    events = [event_of(one.event_type, one.payload) for one in studio.ctx.journal.entries_of("PixelsLooked")]
    assert [one.decided for one in events if isinstance(one, PixelsLooked)] == ["clean", "leave_out"]
    (last,) = last_looks(events).values()
    assert last.decided == "leave_out"
    told = "".join(entry.payload for entry in studio.ctx.journal.entries_of("PixelsLooked"))
    assert not [name for name in NAMES if name.decode() in told]


def test_rq61_a_tall_image_is_seen_to_its_end_before_it_leaves(tmp_path: Path, qapp: QApplication) -> None:
    ultrasound(tmp_path / "in", (1,))
    file = tmp_path / "in" / "1.dcm"
    data = dcmread(file)
    pixels = np.tile(burned(1).picture, (8, 1))
    data.Rows, data.Columns = pixels.shape
    data.PixelData = pixels.tobytes()
    data.save_as(file)
    studio = opened(tmp_path)
    press(studio, Qt.Key.Key_K)
    sheet = sheet_of(studio, tmp_path / "out", "images")
    begin(studio, sheet)
    press_and_wait(studio, Qt.Key.Key_Y)
    assert not sheet.looks.go.isVisible()
    assert "more of this image below" in sheet.looks.said.text()
    presses = 0
    while not sheet.looks.go.isVisible() and presses < 20:
        press_and_wait(studio, Qt.Key.Key_Y)
        presses += 1
    assert sheet.looks.go.isVisible()
    studio.close()


def test_rq17_a_withheld_result_leaves_in_no_format(tmp_path: Path, qapp: QApplication) -> None:
    """Read first: with every format ticked nothing of the model is in any file, and its capture stays."""
    made: Study = write_ct(tmp_path / "in", slices=6)
    paths = paths_in(tmp_path / "home")
    save_settings(paths.settings, Settings(reader_name="Ada", display_policy="read_first"))
    capture = dcmread(tmp_path / "in" / "000.dcm")
    capture.SOPClassUID = capture.file_meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    capture.SOPInstanceUID = capture.file_meta.MediaStorageSOPInstanceUID = UID("1.2.826.0.1.3680043.10.1.77")
    capture.SeriesInstanceUID, capture.Modality = "1.2.826.0.1.3680043.10.1.78", "OT"
    capture.SeriesDescription = "Qzxv AI capture"
    capture.save_as(tmp_path / "in" / "capture.dcm")
    studio = Studio.of(paths, size=(1300, 860))
    with_result(studio.ctx, ct_result(made, ball_finding(slices=6)))
    studio.open_folder(tmp_path / "in")
    studio.wait_idle()
    press(studio, Qt.Key.Key_K)
    assert studio.state.reading.reading is not None
    assert not studio.state.reading.reading.judgements
    press(studio, Qt.Key.Key_E, CTRL)
    sheet = next(iter(studio.window.findChildren(ExportSheet)))
    press(studio, Qt.Key.Key_Escape)
    sheet = sheet_of(studio, tmp_path / "out", *sheet.choice.boxes)
    begin(studio, sheet)
    assert not sheet.looks.isVisible(), (sheet.looks.head.text(), sheet.looks.reason.text())
    assert len(images(tmp_path / "out")) == 6, sheet.said.text()
    files = [file for file in (tmp_path / "out").rglob("*") if file.is_file()]
    model = ct_result(made).package.name.encode()
    assert not [file for file in files if model in file.read_bytes() or b"Qzxv" in file.read_bytes()]
    press(studio, Qt.Key.Key_Escape)
    commit(studio.ctx)
    studio.spin()
    sheet = sheet_of(studio, tmp_path / "later", "csv")
    begin(studio, sheet)
    (table,) = (tmp_path / "later").rglob("*.csv")
    assert model in table.read_bytes(), "the search above would have found it"
    studio.close()


def test_identity_leaves_only_when_it_was_ticked_and_the_journal_says_so(
    studio: Studio, tmp_path: Path
) -> None:
    sheet = sheet_of(studio, tmp_path / "out", "images")
    sheet.choice.identified.setFocus()
    QTest.keyClick(sheet.choice.identified, Qt.Key.Key_Space)
    begin(studio, sheet)
    assert [str(one.PatientName) for one in images(tmp_path / "out")] == ["CANARY^JANE"] * 2
    (told,) = studio.ctx.journal.entries_of("Exported")
    event = event_of(told.event_type, told.payload)
    assert isinstance(event, Exported)
    assert event.identified
    press(studio, Qt.Key.Key_Escape)
    sheet = sheet_of(studio, tmp_path / "again", "key_images")
    assert not sheet.choice.identified.isChecked(), "it is off again at each opening"
