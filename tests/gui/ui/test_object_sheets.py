"""The sheets of what is no picture, by real clicks: reports, key objects, structure sets, maps and documents."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import Dataset
from pydicom.uid import generate_uid
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QTreeWidgetItem, QTreeWidgetItemIterator

from app.ui.object_cards import MARK
from app.ui.overlays.object import REFERENCE, ObjectSheet
from app.ui.studio import Studio
from app.ui.widgets.rows import KEY
from tests.support.cad_report import cad_report
from tests.support.dicom_files import ct_dataset
from tests.support.hands import stack
from tests.support.objects import SHAPE, oblique_ct, save, stack_affine
from tests.support.structure_sets import structure_set
from tests.support.ui import paths_in
from viewers.overlays import outline_legend

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
MADE_BY: dict[str, Any] = {
    "manufacturer": "Finder Ltd",
    "manufacturer_model_name": "Finder",
    "software_versions": "7.1",
    "device_serial_number": "1",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "study"


@pytest.fixture
def images(folder: Path) -> list[Dataset]:
    return oblique_ct(folder / "ct")


@pytest.fixture
def studio(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    made = Studio.of(paths_in(tmp_path / "home"), size=(1400, 860))
    yield made
    made.close()


def opened(studio: Studio, folder: Path) -> ObjectSheet:
    """Open the folder, and its only object by a double click."""
    studio.open_folder(folder)
    rows = studio.window.series.list
    place = next(n for n in range(rows.count()) if str(rows.item(n).data(KEY)).startswith(MARK))
    at = QPoint(rows.visualItemRect(rows.item(place)).center())
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseDClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert studio.wait_for(lambda: bool(studio.window.findChildren(ObjectSheet)), 20)
    [found] = studio.window.findChildren(ObjectSheet)
    return found


def items(sheet: ObjectSheet) -> list[QTreeWidgetItem]:
    walker, found = QTreeWidgetItemIterator(sheet.tree), []
    while walker.value() is not None:
        found.append(walker.value())
        walker += 1
    return found


def words(sheet: ObjectSheet) -> str:
    return "\n".join(f"{item.text(0)} {item.text(1)}" for item in items(sheet))


def ids() -> dict[str, Any]:
    return {
        "series_instance_uid": generate_uid(),
        "series_number": 91,
        "sop_instance_uid": generate_uid(),
        "instance_number": 1,
    }


def test_a_key_object_note_leads_to_its_images(studio: Studio, folder: Path, images: list[Dataset]) -> None:
    from highdicom.ko import KeyObjectSelection, KeyObjectSelectionDocument
    from pydicom.sr.codedict import codes

    content = KeyObjectSelection(codes.DCM.ForTeaching, [images[4], images[1]], description="Look here")
    note = KeyObjectSelectionDocument([images[4], images[1]], content, manufacturer="Finder Ltd", **ids())
    save(note, folder / "kos.dcm")
    sheet = opened(studio, folder)
    assert "For Teaching" in words(sheet)
    assert "Look here" in words(sheet)
    links = [item for item in items(sheet) if item.data(0, REFERENCE) is not None]
    assert len(links) == 2
    for link, image in zip(links, (images[4], images[1]), strict=True):
        sheet.tree.setCurrentItem(link)
        sheet.tree.setFocus()
        QTest.keyClick(sheet.tree, Qt.Key.Key_Return)
        studio.wait_idle()
        content_now = stack(studio)
        shown = content_now.subject.display_set.frames[content_now.slices.index]
        assert shown.ref.sop_instance_uid == image.SOPInstanceUID


def test_a_cad_report_shows_what_it_wants_shown(studio: Studio, folder: Path, images: list[Dataset]) -> None:
    report = cad_report(images[0])
    report.StudyInstanceUID = images[0].StudyInstanceUID
    save(report, folder / "cad.dcm")
    sheet = opened(studio, folder)
    assert "Shown mass" in words(sheet)
    assert "Silent mass" not in words(sheet)


def test_contours_of_a_structure_set_lie_on_their_slice_and_are_named(
    studio: Studio, folder: Path, images: list[Dataset]
) -> None:
    structure_set(folder / "rt.dcm", images[3], stack_affine(), 3, (1.6, 5.4, 2.6, 7.4))
    sheet = opened(studio, folder)
    assert "GTV lung" in words(sheet)
    assert [layer.title for layer in sheet._read.layers] == ["GTV lung"]
    sheet.dismiss()
    view = stack(studio).slices
    [layer] = view.outlines
    frames = stack(studio).subject.display_set.frames
    wanted = [n for n, frame in enumerate(frames) if frame.ref.sop_instance_uid == images[3].SOPInstanceUID]
    labelled = np.flatnonzero(layer.labels.any(axis=(1, 2))).tolist()
    assert labelled == wanted
    rows, columns = np.nonzero(layer.labels[wanted[0]])
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (2, 5, 3, 7)
    assert outline_legend.entries(view.scene()) == (((255, 0, 128), "GTV lung"),)


def test_a_parametric_map_is_drawn_with_its_unit(studio: Studio, folder: Path, images: list[Dataset]) -> None:
    from highdicom import VOILUTTransformation
    from highdicom.pm import ParametricMap, RealWorldValueMapping
    from pydicom.sr.codedict import codes

    values = np.zeros(SHAPE, dtype=np.float32)
    values[2, 3, 4] = 80.0
    mapping = RealWorldValueMapping(
        "map", "a made-up map", codes.UCUM.HounsfieldUnit, (0.0, 100.0), slope=0.5, intercept=10
    )
    made = ParametricMap(
        images, values, contains_recognizable_visual_features=False, real_world_value_mappings=[mapping],
        voi_lut_transformations=[VOILUTTransformation(1, 2)], **ids(), **MADE_BY,
    )  # fmt: skip
    save(made, folder / "map.dcm")
    sheet = opened(studio, folder)
    [layer] = sheet._read.layers
    assert "10 – 50 HU" in layer.title
    sheet.dismiss()
    [heat] = stack(studio).slices.heat
    assert heat.values[2, 3, 4] == pytest.approx(50.0)
    assert "HU" in heat.label


def document(folder: Path, **changes: object) -> None:
    import pypdfium2

    pdf, target = pypdfium2.PdfDocument.new(), io.BytesIO()
    pdf.new_page(200, 300)
    pdf.new_page(200, 100)
    pdf.save(target)
    told = {
        "SOPClassUID": "1.2.840.10008.5.1.4.1.1.104.1", "PixelData": None, "Rows": None, "Modality": "DOC",
        "StudyInstanceUID": "1.2.826.0.1.3680043.8.498.5501", "SeriesInstanceUID": "1.2.3.55",
    } | changes  # fmt: skip
    made = ct_dataset(**told)
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID
    made.DocumentTitle, made.MIMETypeOfEncapsulatedDocument = "A letter", "application/pdf"
    data = target.getvalue()
    made.EncapsulatedDocument, made.EncapsulatedDocumentLength = data + b"\0" * (len(data) % 2), len(data)
    save(made, folder / "letter.dcm")


def pictures(sheet: ObjectSheet) -> int:
    return sum(not each.pixmap().isNull() for each in sheet.findChildren(QLabel))


def test_the_pages_of_a_document_are_seen(studio: Studio, folder: Path, images: list[Dataset]) -> None:
    document(folder)
    sheet = opened(studio, folder)
    assert "A letter" in words(sheet)
    assert pictures(sheet) == 2
    assert not sheet.problem.isVisibleTo(sheet)


def test_a_document_of_another_patient_is_said_and_its_pages_are_not_drawn(
    studio: Studio, folder: Path, images: list[Dataset]
) -> None:
    import pydicom

    document(folder)
    studio.open_folder(folder)
    changed = pydicom.dcmread(folder / "letter.dcm")
    changed.PatientID, changed.PatientName = "OTHER", "OTHER^PATIENT"
    changed.save_as(folder / "letter.dcm")
    studio.act("view.reset")
    rows = studio.window.series.list
    place = next(n for n in range(rows.count()) if str(rows.item(n).data(KEY)).startswith(MARK))
    at = QPoint(rows.visualItemRect(rows.item(place)).center())
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseDClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert studio.wait_for(lambda: bool(studio.window.findChildren(ObjectSheet)), 20)
    [sheet] = studio.window.findChildren(ObjectSheet)
    assert "patient" in sheet.problem.text()
    assert pictures(sheet) == 0
