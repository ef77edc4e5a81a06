"""Reference lines on the screen: on stacks of the same frame of reference only, and they move with the scroll."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.state.events import Hanged, ViewportActivated
from app.state.model import Layout, Plane
from app.ui.contents import PlaneContent, StackContent
from app.ui.studio import Studio
from tests.support.dicom_files import write_stack
from tests.support.hands import press_and_wait
from tests.support.ui import paths_in

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
SIZE = 64


def write_two(folder: Path, sagittal_frame: str) -> None:
    """Axial slices 4 mm apart from z = 0, sagittal ones 4 mm apart from x = 0; pixels of 1 mm."""
    same = {
        "Rows": SIZE,
        "Columns": SIZE,
        "PixelSpacing": [1, 1],
        "PixelData": np.zeros((SIZE, SIZE), "<i2").tobytes(),
    }
    write_stack(
        folder / "a", [(0, 0, 4.0 * n) for n in range(12)], SeriesInstanceUID="1.2.1", SeriesNumber=1,
        FrameOfReferenceUID="1.2.9", ImageOrientationPatient=[1, 0, 0, 0, 1, 0], **same,
    )  # fmt: skip
    paths = write_stack(
        folder / "b", [(4.0 * n, 0, 60) for n in range(12)], SeriesInstanceUID="1.2.2", SeriesNumber=2,
        FrameOfReferenceUID=sagittal_frame, ImageOrientationPatient=[0, 1, 0, 0, 0, -1], **same,
    )  # fmt: skip
    import pydicom

    for number, path in enumerate(paths):
        dataset = pydicom.dcmread(path)
        dataset.SOPInstanceUID = f"1.2.2.{number}"
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        dataset.save_as(path)


@pytest.fixture
def studio(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    made = Studio.of(paths_in(tmp_path), size=(1200, 700))
    yield made
    made.close()


def hang_both(studio: Studio) -> tuple[StackContent, StackContent]:
    studio.hang("1.2.1", Layout.SIDE_BY_SIDE)
    first, second = (view.viewport_id for view in studio.state.workspace.arrangement.viewports[:2])
    studio.ctx.store.apply(ViewportActivated(second))
    studio.hang("1.2.2", Layout.SIDE_BY_SIDE)
    studio.wait_idle()
    axial, sagittal = studio.window.host.contents[first], studio.window.host.contents[second]
    assert isinstance(axial, StackContent)
    assert isinstance(sagittal, StackContent)
    return axial, sagittal


def x_of(sagittal: StackContent) -> float:
    return float(sagittal.slices.affine_at(sagittal.slices.frame_index)[0, 3])


def test_the_active_image_is_a_line_on_the_other_stack_and_follows_the_keys(
    studio: Studio, tmp_path: Path
) -> None:
    write_two(tmp_path / "in", "1.2.9")
    studio.open_folder(tmp_path / "in")
    axial, sagittal = hang_both(studio)
    assert sagittal.slices._reference is None  # the active one has none
    x = x_of(sagittal)
    assert axial.slices._reference is not None
    assert {end[0] for end in axial.slices._reference} == {x}
    press_and_wait(studio, Qt.Key.Key_Down)
    assert {end[0] for end in axial.slices._reference} == {x_of(sagittal)}
    assert x_of(sagittal) != x
    studio.window.grab().save(str(tmp_path / "lines.png"))
    place = axial.slices.px_of((x_of(sagittal), 32.0, 0.0))
    assert place is not None
    image = axial.slices.grab().toImage()
    near = [image.pixelColor(round(place[0]) + dx, y) for dx in (-1, 0, 1) for y in range(150, 250)]
    assert any(pixel.blue() > 150 and pixel.red() < 200 for pixel in near)


def test_another_frame_of_reference_has_no_line(studio: Studio, tmp_path: Path) -> None:
    write_two(tmp_path / "in", "1.2.8")
    studio.open_folder(tmp_path / "in")
    axial, sagittal = hang_both(studio)
    assert axial.slices._reference is None
    assert sagittal.slices._reference is None


def test_alt_y_takes_the_lines_away_and_brings_them_back(studio: Studio, tmp_path: Path) -> None:
    write_two(tmp_path / "in", "1.2.9")
    studio.open_folder(tmp_path / "in")
    axial, _sagittal = hang_both(studio)
    assert axial.slices._reference is not None
    press_and_wait(studio, Qt.Key.Key_Y, Qt.KeyboardModifier.AltModifier)
    assert axial.slices._reference is None
    press_and_wait(studio, Qt.Key.Key_Y, Qt.KeyboardModifier.AltModifier)
    assert axial.slices._reference is not None


def test_a_plane_that_leads_is_a_line_on_a_stack_and_follows_its_crosshair(
    studio: Studio, tmp_path: Path
) -> None:
    write_two(tmp_path / "in", "1.2.9")
    studio.open_folder(tmp_path / "in")
    hang_both(studio)
    first, second = (view.viewport_id for view in studio.state.workspace.arrangement.viewports[:2])
    axial_hung = studio.state.workspace.arrangement.viewports[0].hung
    assert axial_hung is not None
    studio.ctx.store.apply(Hanged(first, replace(axial_hung, plane=Plane.CORONAL), "coronal"))
    studio.ctx.store.apply(ViewportActivated(first))
    studio.wait_idle()
    host = studio.window.host
    plane, sagittal = host.contents[first], host.contents[second]
    assert isinstance(plane, PlaneContent)
    assert isinstance(sagittal, StackContent)
    for y in (20.0, 31.0):
        plane.planes.jump_to((20.0, y, 24.0))
        line = sagittal.slices._reference
        assert line is not None
        assert [round(end[1], 6) for end in line] == [y, y]
        assert sorted(end[2] for end in line) == pytest.approx([60 - 63.5, 60.5])
