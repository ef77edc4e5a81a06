"""Correcting a mask by real keys and strokes: brush, eraser, ball, range, pieces, undo, other windows, a killed one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.analysis.map_files import MapArray, read_map, write_map
from app.domain.finding import MapRef
from app.domain.masks import Segmentation
from app.ui.flat import FlatContent
from app.ui.live_mask import LiveMask
from app.ui.panels.masks import LOCKED, NAME, SHOWN, VOLUME
from app.ui.studio import Studio
from app.workflows.export import export_reading
from app.workflows.showing import show_anew
from tests.support.hands import press_and_wait as press
from tests.support.ui import ball_finding, ct_result, paths_in, with_result, write_ct
from viewers.masks.bricks import Box
from viewers.mpr_view import MprView
from viewers.painted_view import PaintedView

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LEFT, PLAIN = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
VOXEL_ML = 2 * 2 * 5 / 1000


@pytest.fixture
def studio(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    write_ct(tmp_path / "ct")
    made = Studio.of(paths_in(tmp_path), size=(1500, 900))
    made.open_folder(tmp_path / "ct")
    yield made
    made.close()


def view(studio: Studio, number: int = 0) -> PaintedView:
    content = list(studio.window.host.contents.values())[number]
    assert isinstance(content, FlatContent)
    assert isinstance(content.view, PaintedView)
    return content.view


def live(studio: Studio) -> LiveMask:
    found = studio.window.desk.masks.live
    assert found is not None
    return found


def mask(studio: Studio) -> Segmentation:
    reading = studio.state.reading.reading
    assert reading is not None
    return reading.segmentations[-1]


def count(studio: Studio, number: int = 1) -> int:
    return live(studio).book.segment(number).count


def at(where: PaintedView, index: tuple[float, float, float]) -> QPoint:
    """Where a voxel of the series is on the screen."""
    x, y = where.px_of((-64 + 2 * index[2], -64 + 2 * index[1], 5 * index[0])) or (0.0, 0.0)
    return QPoint(round(x), round(y))


def stroke(studio: Studio, where: PaintedView, *points: QPoint) -> None:
    QTest.mouseMove(where, points[0])
    QTest.mousePress(where, LEFT, PLAIN, points[0])
    for point in points[1:]:
        QTest.mouseMove(where, point)
        studio.spin()
    QTest.mouseRelease(where, LEFT, PLAIN, points[-1])
    studio.wait_idle()


def begun(studio: Studio) -> PaintedView:
    press(studio, Qt.Key.Key_B)
    assert studio.state.workspace.masks.is_on
    assert studio.window.masks.isVisible()
    return view(studio)


def test_a_disc_paints_what_lies_within_its_radius_on_the_image_shown(studio: Studio) -> None:
    here = begun(studio)
    stroke(studio, here, at(here, (5, 20, 20)))
    painted = np.argwhere(live(studio).book.segment(1).read(Box((0, 0, 0), (12, 64, 64))))
    assert set(painted[:, 0]) == {5}
    away = np.hypot(*(2.0 * (painted[:, 1:] - 20)).T)
    assert away.max() <= 5.5  # the pointer is set to whole pixels of the screen
    assert len(painted) == pytest.approx(21, abs=4)  # pi 5^2 mm2 in pixels of 4 mm2
    assert studio.state.deeds[-1].words == "brush: Mask 1"


def test_the_left_button_scrolls_no_window_while_it_paints_and_does_again_afterwards(studio: Studio) -> None:
    here = begun(studio)
    window = here.state.window
    stroke(studio, here, at(here, (5, 20, 20)), at(here, (5, 40, 20)))
    assert here.state.window == window
    press(studio, Qt.Key.Key_Return)
    assert not studio.window.masks.isVisible()
    assert studio.state.workspace.tool == "window"
    before = count(studio)
    stroke(studio, here, at(here, (5, 20, 20)), at(here, (5, 40, 30)))
    assert count(studio) == before
    assert here.state.window != window


def test_undo_redo_esc_and_the_eraser(studio: Studio) -> None:
    here = begun(studio)
    stroke(studio, here, at(here, (5, 20, 20)), at(here, (5, 20, 40)))
    whole = count(studio)
    press(studio, Qt.Key.Key_E)
    stroke(studio, here, at(here, (5, 20, 30)))
    after = count(studio)
    assert 0 < after < whole
    press(studio, Qt.Key.Key_Z, CONTROL)
    assert count(studio) == whole
    press(studio, Qt.Key.Key_Y, CONTROL)
    assert count(studio) == after
    QTest.mousePress(here, LEFT, PLAIN, at(here, (5, 20, 22)))
    QTest.mouseMove(here, at(here, (5, 20, 24)))
    studio.spin()
    assert count(studio) < after
    press(studio, Qt.Key.Key_Escape)
    QTest.mouseRelease(here, LEFT, PLAIN, at(here, (5, 20, 24)))
    studio.wait_idle()
    assert count(studio) == after
    assert studio.state.workspace.masks.is_on  # Esc took the stroke back and nothing else


def test_a_ball_goes_through_slices_and_a_range_of_values_holds_it(studio: Studio) -> None:
    """The bright ball of the series is 60 HU in -800 HU."""
    here = begun(studio)
    press(studio, Qt.Key.Key_S)
    for _ in range(4):
        press(studio, Qt.Key.Key_BracketRight)
    assert studio.state.workspace.masks.radius_mm == 12.0
    panel = studio.window.masks
    press(studio, Qt.Key.Key_T)
    for spin, words in ((panel.low, "0"), (panel.high, "100")):
        spin.setFocus()
        spin.selectAll()
        QTest.keyClicks(spin, words)
        QTest.keyClick(spin, Qt.Key.Key_Tab)
    studio.wait_idle()
    assert studio.state.workspace.masks.band == (0.0, 100.0)
    here.setFocus()
    stroke(studio, here, at(here, (5, 24, 40)))
    painted = np.argwhere(live(studio).book.segment(1).read(Box((0, 0, 0), (12, 64, 64))))
    assert set(painted[:, 0].tolist()) == {5, 6, 7}  # as many as the bright ball has
    ball = (painted[:, 1] - 32) ** 2 + (painted[:, 2] - 40) ** 2 + (6 * (painted[:, 0] - 6)) ** 2
    assert (ball < 100).all()
    assert "0 to 100 HU" in (here.masks.words if here.masks else "")


def test_segments_are_added_walked_named_hidden_and_locked(studio: Studio) -> None:
    here = begun(studio)
    stroke(studio, here, at(here, (5, 20, 20)))
    press(studio, Qt.Key.Key_A)
    assert studio.state.workspace.masks.number == 2
    stroke(studio, here, at(here, (5, 40, 20)))
    press(studio, Qt.Key.Key_Q)
    assert studio.state.workspace.masks.number == 1
    press(studio, Qt.Key.Key_K)
    before = count(studio)
    stroke(studio, here, at(here, (5, 50, 50)))
    assert count(studio) == before
    assert "locked" in studio.window.messages.said[-1]
    press(studio, Qt.Key.Key_W)
    stroke(studio, here, at(here, (5, 20, 20)))
    assert count(studio) == before  # a locked neighbour keeps its voxels
    press(studio, Qt.Key.Key_H)
    assert not (live(studio).book.labels == 2).any()
    table = studio.window.masks.table
    name = table.item(1, NAME)
    assert name is not None
    name.setText("Aorta")
    studio.wait_idle()
    assert [one.label for one in mask(studio).segments] == ["Segment 1", "Aorta"]
    shown, locked, volume = (table.item(1, column) for column in (SHOWN, LOCKED, VOLUME))
    assert shown is not None
    assert locked is not None
    assert volume is not None
    assert shown.checkState() is Qt.CheckState.Unchecked
    assert locked.checkState() is Qt.CheckState.Unchecked
    assert float(volume.text()) == pytest.approx(count(studio, 2) * VOXEL_ML, abs=0.01)


def test_pieces_and_filling(studio: Studio) -> None:
    here = begun(studio)
    stroke(studio, here, at(here, (5, 20, 20)), at(here, (5, 20, 36)))
    whole = count(studio)
    stroke(studio, here, at(here, (5, 50, 50)))
    press(studio, Qt.Key.Key_L)
    assert count(studio) == whole
    for _ in range(4):
        press(studio, Qt.Key.Key_Down)
    stroke(studio, here, at(here, (9, 20, 20)), at(here, (9, 20, 36)))
    twice = count(studio)
    press(studio, Qt.Key.Key_F)
    assert count(studio) == pytest.approx(2.5 * twice, rel=0.1)
    assert studio.state.deeds[-1].words == "filled between slices: Mask 1"
    stroke(studio, here, at(here, (9, 50, 50)))
    press(studio, Qt.Key.Key_D)
    QTest.mouseClick(here, LEFT, PLAIN, at(here, (9, 50, 50)))
    studio.wait_idle()
    assert count(studio) == pytest.approx(21, abs=4)
    press(studio, Qt.Key.Key_F)
    assert "Nothing to fill" in studio.window.messages.said[-1]


def test_other_planes_show_it_and_paint_too_where_lines_lie_under_the_brush(studio: Studio) -> None:
    press(studio, Qt.Key.Key_O)
    begun(studio)
    coronal = view(studio, 1)
    assert isinstance(coronal, MprView)
    cross = coronal.cross_point
    assert cross is not None
    middle = coronal.px_of(cross)
    assert middle is not None
    stroke(
        studio,
        coronal,
        QPoint(round(middle[0]), round(middle[1])),
        QPoint(round(middle[0]) + 40, round(middle[1])),
    )
    assert coronal.cross_point == cross  # the crosshair's line was not grabbed
    painted = np.argwhere(live(studio).book.segment(1).read(Box((0, 0, 0), (12, 64, 64))))
    assert len(set(painted[:, 1])) == 1
    assert len(painted) > 20
    assert all(view(studio, n).masks is coronal.masks for n in range(3))


def test_another_window_finds_everything(studio: Studio, tmp_path: Path) -> None:
    here = begun(studio)
    stroke(studio, here, at(here, (5, 20, 20)), at(here, (5, 20, 40)))
    labels = live(studio).book.labels.copy()
    again = Studio.of(paths_in(tmp_path), size=(1300, 820))
    again.open_folder(tmp_path / "ct")
    again.wait_idle()
    assert np.array_equal(live(again).book.labels, labels)
    assert not again.state.workspace.masks.is_on
    assert view(again).masks is not None
    again.close()


def test_a_damaged_change_is_said_and_nothing_half_is_shown(studio: Studio, tmp_path: Path) -> None:
    here = begun(studio)
    stroke(studio, here, at(here, (5, 20, 20)))
    for file in (tmp_path / "data" / "masks").iterdir():
        file.write_bytes(b"broken")
    again = Studio.of(paths_in(tmp_path), size=(1300, 820))
    again.open_folder(tmp_path / "ct")
    again.wait_idle()
    assert again.window.desk.masks.live is None
    assert "damaged" in again.window.messages.said[-1]
    assert view(again).masks is None
    again.close()


KILLED = """
import os, signal, sys, time
from pathlib import Path
from PySide6.QtCore import Qt
from tests.gui.ui import test_masks as hands
from app.ui.studio import Studio
from tests.support.ui import paths_in
from PySide6.QtTest import QTest
folder = Path(sys.argv[1])
studio = Studio.of(paths_in(folder), size=(1300, 820))
studio.open_folder(folder / "ct")
here = hands.begun(studio)
hands.stroke(studio, here, hands.at(here, (5, 20, 20)))
print("ended", hands.count(studio), flush=True)
QTest.mousePress(here, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, hands.at(here, (5, 40, 20)))
print("begun", hands.count(studio), flush=True)
end = time.monotonic() + 1.6
while time.monotonic() < end:
    studio.spin()
    time.sleep(0.02)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(os.name == "nt", reason="kill -9 is a word of POSIX")
def test_a_window_that_is_killed_in_the_middle_of_a_stroke_loses_less_than_two_seconds(
    tmp_path: Path,
) -> None:
    write_ct(tmp_path / "ct")
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)],
        cwd=Path(__file__).resolve().parents[3],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    drawn = [int(line.split()[1]) for line in done.stdout.splitlines() if line.startswith("begun")]
    again = Studio.of(paths_in(tmp_path), size=(1300, 820))
    again.open_folder(tmp_path / "ct")
    again.wait_idle()
    assert [count(again)] == drawn
    again.close()


def with_regions(studio: Studio, tmp_path: Path) -> np.typing.NDArray[np.uint8]:
    """A model has drawn two regions on a grid of its own: half the rows and columns, every slice, 1 mm aside."""
    study = studio.state.workspace.open_study
    assert study is not None
    values = np.zeros((12, 32, 32), dtype=np.uint8)
    values[4:8, 8:16, 18:24], values[5, 20, 4] = 1, 2
    affine = np.array([[0.0, 0, 4, -63], [0, 4, 0, -63], [5, 0, 0, 0], [0, 0, 0, 1]])
    write_map(tmp_path / "data" / "results" / "r1" / "regions.npz", MapArray(values, affine))
    ref = MapRef("regions", "labels", "regions.npz", "regions", labels=((1, "lesion"), (2, "speck")))
    with_result(studio.ctx, replace(ct_result(study, ball_finding()), maps=(ref,)))
    show_anew(studio.ctx)
    studio.wait_idle()
    return values


def test_a_models_mask_is_corrected_as_a_copy_and_its_own_stays(studio: Studio, tmp_path: Path) -> None:
    values = with_regions(studio, tmp_path)
    here = begun(studio)
    ((key, words),) = studio.window.masks.sources()
    assert words == "made-up-model 1.0.0: regions"
    studio.window.masks.copy_asked.emit(key)
    studio.wait_idle()
    assert [one.label for one in mask(studio).segments] == ["lesion", "speck"]
    source = mask(studio).head.source
    assert source is not None
    assert (source.result_id, source.package_name, source.package_version) == ("r1", "made-up-model", "1.0.0")
    assert "Edited copy of made-up-model" in studio.window.masks.origin.text()
    assert count(studio, 1) == 4 * 4 * np.count_nonzero(
        values[4] == 1
    )  # four voxels stand for one of the model's
    assert count(studio, 2) == 4
    press(studio, Qt.Key.Key_E)
    stroke(studio, here, at(here, (5, 20, 40)))
    assert count(studio, 1) < 4 * 4 * 48
    kept = read_map(tmp_path / "data" / "results" / "r1", "regions.npz")
    assert np.array_equal(kept.values, values)
    reading = studio.state.reading.reading
    assert reading is not None
    assert reading.results[0].findings == (ball_finding(),)
    press(studio, Qt.Key.Key_Z, CONTROL)
    press(studio, Qt.Key.Key_Z, CONTROL)
    assert [one.head.title for one in studio.state.reading.reading.segmentations] == ["Mask 1"]  # type: ignore[union-attr]  # checked above


def test_a_withheld_result_cannot_be_copied(studio: Studio, tmp_path: Path) -> None:
    with_regions(studio, tmp_path)
    studio.ctx.settings = replace(studio.ctx.settings, display_policy="read_first")
    show_anew(studio.ctx)
    studio.wait_idle()
    begun(studio)
    assert studio.window.masks.sources() == []


def test_several_masks_of_a_series_are_chosen_from(studio: Studio) -> None:
    here = begun(studio)
    stroke(studio, here, at(here, (5, 20, 20)))
    choice = studio.window.masks.choice
    assert [choice.itemText(row) for row in range(choice.count())] == ["Mask 1", "New mask ..."]
    pick(studio, 1)
    assert (choice.currentText(), mask(studio).head.title) == ("Mask 2", "Mask 2")
    assert count(studio) == 0
    stroke(studio, here, at(here, (5, 40, 40)), at(here, (5, 40, 50)))
    second = count(studio)
    pick(studio, 0)
    assert 0 < count(studio) != second
    press(studio, Qt.Key.Key_Return)
    assert here.masks is not None
    assert here.masks.book is live(studio).book  # the one that was turned to stays on the picture
    press(studio, Qt.Key.Key_B)
    assert choice.currentText() == "Mask 1"


def pick(studio: Studio, row: int) -> None:
    """By the keyboard, as a reader without a mouse does."""
    choice = studio.window.masks.choice
    choice.setFocus()
    step = Qt.Key.Key_Down if row > choice.currentIndex() else Qt.Key.Key_Up
    while choice.currentIndex() != row:
        QTest.keyClick(choice, step)
    studio.wait_idle()
    view(studio).setFocus()


@pytest.fixture
def gapped(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    """Slices 6 and 7 of twelve are missing."""
    write_ct(tmp_path / "ct")
    for number in (6, 7):
        (tmp_path / "ct" / f"{number:03d}.dcm").unlink()
    made = Studio.of(paths_in(tmp_path), size=(1500, 900))
    made.open_folder(tmp_path / "ct")
    yield made
    made.close()


def test_slices_that_are_missing_shift_nothing(gapped: Studio, tmp_path: Path) -> None:
    """A stroke on the slice behind the gap lies there in mm, on the picture, and in the file that leaves."""
    here = begun(gapped)
    press(gapped, Qt.Key.Key_End)
    press(gapped, Qt.Key.Key_Up)
    press(gapped, Qt.Key.Key_Up)  # z = 45 mm, the ninth of the files that are there less two
    x, y = here.px_of((-64 + 40.0, -64 + 60.0, 45.0)) or (0.0, 0.0)
    stroke(gapped, here, QPoint(round(x), round(y)))
    found = live(gapped).book
    index = np.argwhere(found.segment(1).read(Box((0, 0, 0), found.shape)))
    places = index @ found.affine[:3, :3].T + found.affine[:3, 3]
    assert np.abs(places - (-24.0, -4.0, 45.0)).max(axis=0) == pytest.approx((5.0, 5.0, 0.0), abs=1.6)
    reading = gapped.state.reading.reading
    study = gapped.state.workspace.open_study
    assert reading is not None
    report = export_reading(
        reading, study, ["seg"], tmp_path / "out", identified=True, paths=gapped.ctx.paths
    )
    (file,) = (one for one in report.files if one.suffix == ".dcm")
    heights = [
        frame.PlanePositionSequence[0].ImagePositionPatient[2]
        for frame in dcmread(file).PerFrameFunctionalGroupsSequence
    ]
    assert heights == [45.0]
