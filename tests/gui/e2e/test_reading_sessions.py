"""Whole readings by real keys and mouse: chest CT with prior, radiograph, cine, multi-frame file, mammogram.

Each runs off screen, and once more on an X server. With OVERREAD_PICTURES set to a folder the screens are kept there.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.domain.finding import Verdict
from app.findings.events import ResultArrived
from app.state.model import Layout, Plane
from app.ui.contents import StackContent
from app.ui.flat import FlatContent
from app.ui.studio import Studio
from app.workflows.judge import reread
from tests.support.hands import keep, press, press_and_wait, stack
from tests.support.mammograms import FOUR
from tests.support.mammograms import write as write_films
from tests.support.real_display import real_display
from tests.support.shared import shared_dir
from tests.support.ui import ball_finding, ct_result, finding, paths_in, write_ct
from tests.support.viewers2d import grey_of_image

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

ROOT = Path(__file__).resolve().parents[3]
INSIDE = "OVERREAD_READING_SESSION"  # set in the child that runs on the X server
NOW, BEFORE = "1.2.826.0.1.3680043.10.1", "1.2.826.0.1.3680043.10.7"
LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def studio(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    made = Studio.of(paths_in(tmp_path / "home"), size=(1400, 860))
    yield made
    made.close()


def drag(content: FlatContent, start: QPoint, end: QPoint, button: Qt.MouseButton = LEFT) -> None:
    view = content.view
    QTest.mousePress(view, button, pos=start)
    for step in range(1, 5):
        QTest.mouseMove(view, start + (end - start) * step / 4)
    QTest.mouseRelease(view, button, pos=end)


def wheel(content: FlatContent, notches: int) -> None:
    at = QPointF(content.view.rect().center())
    turn = QWheelEvent(
        at,
        QPointF(content.view.mapToGlobal(at.toPoint())),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(content.view, turn)


def middle(content: FlatContent) -> QPoint:
    return QPoint(content.view.width() // 2, content.view.height() // 2)


def mean_grey(content: FlatContent) -> float:
    return float(grey_of_image(content.view.grab_picture()).mean())


def stacks(studio: Studio) -> list[StackContent]:
    shown = (
        studio.window.host.contents.get(v.viewport_id) for v in studio.state.workspace.arrangement.viewports
    )
    return [one for one in shown if isinstance(one, StackContent)]


def test_a_chest_ct_beside_its_prior(studio: Studio, tmp_path: Path) -> None:
    made = write_ct(tmp_path / "in" / "now", 12, uid=NOW)
    write_ct(tmp_path / "in" / "before", 12, uid=BEFORE)
    for file in (tmp_path / "in" / "before").iterdir():
        image = pydicom.dcmread(file)
        image.StudyDate = "20250801"
        image.save_as(file)
    studio.ctx.journal.append(ResultArrived(ct_result(made, ball_finding(1), finding(2, 0.7)), "tester"))
    studio.open_folder(tmp_path / "in")
    studio.window.desk.open_study(f"{NOW}.1")
    studio.wait_idle()
    reread(studio.ctx)
    studio.wait_idle()
    now, before = stacks(studio)
    assert before.view.corners.top_right[0] == "PRIOR, 12 mo earlier"
    start = now.slices.index, before.slices.index
    wheel(now, -1)
    studio.wait_idle()
    assert (now.slices.index, before.slices.index) == (start[0] + 1, start[1] + 1)
    scales = now.state.scale, before.state.scale
    press(studio, Qt.Key.Key_Plus)
    assert now.state.scale / scales[0] == pytest.approx(before.state.scale / scales[1])
    drag(now, middle(now), middle(now) + QPoint(30, 20), MIDDLE)
    assert now.state.pan_px == pytest.approx(before.state.pan_px)
    press(studio, Qt.Key.Key_Y, SHIFT)
    press(studio, Qt.Key.Key_Plus)
    assert now.state.scale > before.state.scale * 1.01
    press(studio, Qt.Key.Key_Y, SHIFT)
    press(studio, Qt.Key.Key_Equal)
    assert (now.state.fitted, before.state.fitted) == (True, True)
    window = now.state.window
    drag(now, middle(now), middle(now) + QPoint(60, -40))
    assert now.state.window != window
    press(studio, Qt.Key.Key_2)
    assert (now.state.window.center, now.state.window.width) != (window.center, window.width)
    press_and_wait(studio, Qt.Key.Key_N)
    assert now.slices.shown_index == 6, "the finding lies on image 7"
    keep(studio, "ct-with-prior")
    press(studio, Qt.Key.Key_Return)
    press_and_wait(studio, Qt.Key.Key_N)
    press(studio, Qt.Key.Key_Backspace)
    press(studio, Qt.Key.Key_1)
    assert [one.verdict for one in studio.findings()] == [Verdict.ACCEPTED, Verdict.REJECTED]
    press_and_wait(studio, Qt.Key.Key_O)
    planes = [v.hung.plane for v in studio.state.workspace.arrangement.viewports if v.hung]
    assert {Plane.AXIAL, Plane.CORONAL, Plane.SAGITTAL} <= set(planes)
    keep(studio, "ct-planes")
    assert studio.ctx.journal.verify().is_whole


def test_a_radiograph(studio: Studio) -> None:
    studio.open_folder(Path(str(get_testdata_file("RG1_UNCR.dcm"))))
    studio.wait_idle()
    film = stack(studio)
    before = mean_grey(film)
    press(studio, Qt.Key.Key_I)
    inverted = mean_grey(film)
    assert inverted != pytest.approx(before, abs=2)
    press(studio, Qt.Key.Key_I)
    assert mean_grey(film) == pytest.approx(before, abs=0.5)
    press(studio, Qt.Key.Key_H)
    keep(studio, "radiograph-flipped")
    press(studio, Qt.Key.Key_H)
    scale = film.state.scale
    press(studio, Qt.Key.Key_Plus)
    assert film.state.scale > scale
    pan = film.state.pan_px
    drag(film, middle(film), middle(film) + QPoint(50, 30), MIDDLE)
    assert film.state.pan_px != pan
    press(studio, Qt.Key.Key_Equal)
    press(studio, Qt.Key.Key_L)
    drag(film, middle(film) - QPoint(80, 0), middle(film) + QPoint(80, 0))
    studio.wait_idle()
    reading = studio.state.reading.reading
    assert reading is not None
    (length,) = reading.measurements
    assert length.quantities[0].value > 0
    keep(studio, "radiograph-length")


def test_a_cine_ultrasound(studio: Studio) -> None:
    studio.open_folder(Path(str(get_testdata_file("examples_ybr_color.dcm"))))
    studio.wait_idle()
    run = stack(studio)
    assert run.slices.layer_count == 30
    press(studio, Qt.Key.Key_Home)
    press(studio, Qt.Key.Key_C)
    assert studio.wait_for(lambda: run.slices.index >= 3, 5)
    keep(studio, "cine")
    press(studio, Qt.Key.Key_C)
    here = run.slices.index
    QTest.qWait(150)
    assert run.slices.index == here
    press(studio, Qt.Key.Key_End)
    assert run.slices.index == 29


def test_an_enhanced_multi_frame_file(studio: Studio) -> None:
    studio.open_folder(shared_dir("data", "dicom_breadth", "fo-dicom", "MOVEKNEE.dcm"))
    studio.wait_idle()
    knee = stack(studio)
    assert knee.slices.layer_count == 19
    assert "step" not in knee.view.corners.bottom_left[0], (
        "one place at many times has no distance between images"
    )
    first = grey_of_image(knee.view.grab_picture())
    press_and_wait(studio, Qt.Key.Key_End)
    assert np.abs(grey_of_image(knee.view.grab_picture()) - first).mean() > 0.5, "the knee moves"
    press(studio, Qt.Key.Key_K)
    press_and_wait(studio, Qt.Key.Key_Home)
    press_and_wait(studio, Qt.Key.Key_K, SHIFT)
    assert knee.slices.shown_index == 18, "the key image keeps its frame"
    press(studio, Qt.Key.Key_2, CTRL)
    assert studio.state.workspace.arrangement.layout is Layout.SIDE_BY_SIDE
    keep(studio, "multi-frame")


def test_a_mammogram_with_a_walk_and_a_prior(studio: Studio, tmp_path: Path) -> None:
    older = tuple(replace(film, study="2", date="20240801", reach=0.4) for film in FOUR)
    write_films(tmp_path / "mg" / "old", older)
    write_films(tmp_path / "mg", FOUR)
    studio.open_folder(tmp_path / "mg")
    newest = next(s for s in studio.state.workspace.studies if s.date == "20260801")
    studio.open_study(newest.study_instance_uid)
    studio.wait_idle()
    assert len(studio.window.host.contents) == 4
    assert not studio.state.workspace.ink.shown, "AI marks wait until they are asked for"
    film = stack(studio)
    assert film.state.fitted
    keep(studio, "mammogram")
    press(studio, Qt.Key.Key_J)
    assert film.state.scale == pytest.approx(1 / (0.098 * film.view.devicePixelRatioF()), rel=1e-3)
    keep(studio, "mammogram-walk")
    press(studio, Qt.Key.Key_Equal)
    press(studio, Qt.Key.Key_L)
    drag(film, middle(film), middle(film) + QPoint(60, 20))
    studio.wait_idle()
    reading = studio.state.reading.reading
    assert reading is not None
    assert len(reading.measurements) == 1
    press(studio, Qt.Key.Key_W)
    window = film.state.window
    drag(film, middle(film) + QPoint(-60, 60), middle(film) + QPoint(-20, 70))
    assert film.state.window != window
    press_and_wait(studio, Qt.Key.Key_Period)
    shown = {one.subject.study.date for one in studio.window.host.contents.values()}
    assert shown == {"20260801", "20240801"}
    scales = {
        one.state.scale for one in studio.window.host.contents.values() if isinstance(one, StackContent)
    }
    assert len(scales) == 1
    keep(studio, "mammogram-prior")


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X11 is asked of Linux only")
@pytest.mark.skipif(INSIDE in os.environ, reason="this is the run on the X server")
def test_the_same_readings_on_an_x_server(tmp_path: Path) -> None:
    (tmp_path / "screen").mkdir()
    with real_display(tmp_path / "screen") as screen:
        environment = {**os.environ, INSIDE: "1", "DISPLAY": screen.display, "QT_QPA_PLATFORM": "xcb"}
        environment.pop("OVERREAD_PICTURES", None)
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", __file__]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280, check=False
        )
    assert done.returncode == 0, done.stdout[-3000:]
    assert "5 passed" in done.stdout
