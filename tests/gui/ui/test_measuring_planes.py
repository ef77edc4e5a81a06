"""Measurements on planes cut from a volume, by real mouse: in the patient, written, found again, out and in as SR."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.domain.measurement import Measurement
from app.domain.reports import StructuredReport
from app.domain.volume import Space
from app.state.events import ViewportActivated
from app.state.model import Plane
from app.studies.objects.findings.ground import Ground
from app.studies.objects.measurements_in import measurements_in
from app.studies.objects.read import read_object
from app.ui.contents import PlaneContent
from app.ui.studio import Studio
from app.workflows.export import export_reading
from app.workflows.take_over import is_same
from tests.support.dicom_tools import iod_errors
from tests.support.hands import press, press_and_wait
from tests.support.hands import stack as stack_of
from tests.support.ui import paths_in, write_ct

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
LEFT = Qt.MouseButton.LeftButton
BALL = (16.0, 0.0, 30.0)  # LPS mm: radius 20 mm across, 8 mm along z


@pytest.fixture
def studio(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    write_ct(tmp_path / "ct")
    made = Studio.of(paths_in(tmp_path), size=(1300, 900))
    made.open_folder(tmp_path / "ct")
    made.wait_idle()
    press_and_wait(made, Qt.Key.Key_O)
    yield made
    made.close()


def plane(studio: Studio, kind: Plane) -> PlaneContent:
    found = next(
        (key, one)
        for key, one in studio.window.host.contents.items()
        if isinstance(one, PlaneContent) and one.plane is kind
    )
    studio.ctx.store.apply(ViewportActivated(found[0]))
    return found[1]


def drag(studio: Studio, content: PlaneContent, start: tuple[float, ...], end: tuple[float, ...]) -> None:
    view = content.planes
    ends = []
    for point in (start, end):
        at = view.px_of((point[0], point[1], point[2]))
        assert at is not None
        ends.append(QPoint(round(at[0]), round(at[1])))
    QTest.mousePress(view, LEFT, pos=ends[0])
    QTest.mouseMove(view, (ends[0] + ends[1]) / 2)
    QTest.mouseMove(view, ends[1])
    QTest.mouseRelease(view, LEFT, pos=ends[1])
    studio.spin()


def standing(studio: Studio) -> tuple[Measurement, ...]:
    reading = studio.state.reading.reading
    assert reading is not None
    return reading.measurements


def test_a_length_on_a_coronal_plane_lies_in_the_patient(studio: Studio) -> None:
    coronal = plane(studio, Plane.CORONAL)
    coronal.planes.jump_to(BALL)
    press(studio, Qt.Key.Key_L)
    drag(studio, coronal, (-30.0, 0.0, 10.0), (40.0, 0.0, 20.0))
    (made,) = standing(studio)
    assert made.on_plane
    assert (made.space, made.row_column) == (Space.PATIENT, ())
    assert made.frame.sop_instance_uid.endswith(".4")  # z = 15 of 5 mm steps from 0
    assert {round(point[1], 6) for point in made.points} == {0.0}
    assert made.quantities[0].value == pytest.approx(np.hypot(70, 10), abs=0.8)
    assert len(coronal.planes.shown_shapes()) == 1
    coronal.planes.jump_to((16.0, 30.0, 30.0))
    assert not coronal.planes.shown_shapes()
    panel = studio.window.measurements.list
    QTest.mouseClick(panel.viewport(), LEFT, pos=panel.visualItemRect(panel.item(0)).center())
    studio.wait_idle()
    assert coronal.planes.position is not None
    assert coronal.planes.position[1] == pytest.approx(0.0, abs=1e-6)
    assert len(coronal.planes.shown_shapes()) == 1
    press(studio, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert standing(studio) == ()
    press(studio, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert standing(studio) == (made,)


def test_a_region_on_a_sagittal_plane_has_the_values_of_the_volume(studio: Studio) -> None:
    """Within the ball all is 60 HU; a wide rectangle also holds the air around it, and nothing from outside."""
    sagittal = plane(studio, Plane.SAGITTAL)
    sagittal.planes.jump_to(BALL)
    press(studio, Qt.Key.Key_E, Qt.KeyboardModifier.AltModifier)
    drag(studio, sagittal, (16.0, -6.0, 26.0), (16.0, 6.0, 34.0))
    (inside,) = standing(studio)
    told = {one.key: one for one in inside.quantities}
    assert told["mean"].value == 60
    assert told["mean"].unit.meaning == "Hounsfield unit"
    assert told["area"].value == pytest.approx(12 * 8, rel=0.1)
    press(studio, Qt.Key.Key_Delete)
    drag(studio, sagittal, (16.0, -90.0, -25.0), (16.0, 90.0, 80.0))
    (wide,) = standing(studio)
    told = {one.key: one for one in wide.quantities}
    assert told["min"].value == -800
    assert told["max"].value == 60


def test_what_was_drawn_on_an_image_is_found_on_the_plane_that_it_lies_in(studio: Studio) -> None:
    axial = plane(studio, Plane.AXIAL)
    axial.planes.jump_to(BALL)
    press(studio, Qt.Key.Key_L)
    drag(studio, axial, (-20.0, 20.0, 30.0), (30.0, 20.0, 30.0))
    assert len(axial.planes.shown_shapes()) == 1
    press_and_wait(studio, Qt.Key.Key_O)
    stack = studio.window.host.active
    assert stack is not None
    slices = stack_of(studio).slices
    slices.show_index(6)
    studio.wait_idle()
    assert len(slices.shown_shapes()) == 1
    slices.show_index(2)
    studio.wait_idle()
    assert not slices.shown_shapes()


def test_out_and_in_as_a_report_in_the_patient(studio: Studio, tmp_path: Path) -> None:
    coronal = plane(studio, Plane.CORONAL)
    coronal.planes.jump_to(BALL)
    upper, lower = (0.0, 0.0, 40.0), (30.0, 0.0, 20.0)
    for key, modifier in (
        (Qt.Key.Key_L, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_D, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_E, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_E, Qt.KeyboardModifier.ShiftModifier),
        (Qt.Key.Key_E, Qt.KeyboardModifier.AltModifier),
    ):
        press(studio, key, modifier)
        drag(studio, coronal, upper, lower)
        upper, lower = (upper[0] - 11.0, 0.0, upper[2] + 3.0), (lower[0] + 9.0, 0.0, lower[2] - 4.0)
    sent = standing(studio)
    assert [one.tool for one in sent] == ["length", "bidirectional", "ellipse", "circle", "rectangle"]
    reading, study = studio.state.reading.reading, studio.state.workspace.open_study
    assert reading is not None
    assert study is not None
    done = export_reading(
        reading, study, ["measurements"], tmp_path / "out", paths=studio.ctx.paths, identified=True
    )
    (file,) = (each for each in done.files if each.suffix == ".dcm")
    assert iod_errors(file) == []
    report = read_object(file)
    assert isinstance(report, StructuredReport)
    found = measurements_in(report, Ground(study))
    assert found.left_out == 0
    back = {one.measurement_id: one for one, _ in found.measurements}
    for one in sent:
        assert is_same(back[one.measurement_id], one), one.tool
        assert np.allclose(back[one.measurement_id].outline, one.outline, atol=1e-3)


def test_half_a_measurement_does_not_go_along_to_another_plane(studio: Studio) -> None:
    """Its other end would lie on the next plane, and the length between the two on neither."""
    content = plane(studio, Plane.AXIAL)
    view = content.planes
    press(studio, Qt.Key.Key_L)
    one, other = QPoint(100, 100), QPoint(160, 120)
    QTest.mouseMove(view, one)
    QTest.mouseClick(view, LEFT, pos=one)
    assert view.draft is not None
    press_and_wait(studio, Qt.Key.Key_Down)
    assert view.draft is None
    QTest.mouseMove(view, other)
    QTest.mouseClick(view, LEFT, pos=other)
    studio.spin()
    reading = studio.state.reading.reading
    assert reading is not None
    assert not reading.measurements
