"""3D in the window: a click moves the planes, a mask that is drawn stands there, keys cut and give back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.ui.contents import PlaneContent
from app.ui.solid import VolumeContent
from app.ui.studio import Studio
from tests.gui.ui.test_masks import stroke, view
from tests.support.hands import press_and_wait as press
from tests.support.ui import paths_in, write_ct
from viewers.volume_clip import Crop
from viewers.volume_view import VolumeView

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
BOTH = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
BALL = (-64 + 80.0, -64 + 64.0, 75.0)  # of write_ct with 30 slices


@pytest.fixture
def studio(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    write_ct(tmp_path / "ct", slices=30)
    made = Studio.of(paths_in(tmp_path), size=(1500, 900))
    made.open_folder(tmp_path / "ct")
    press(made, Qt.Key.Key_O)
    yield made
    made.close()


def solid(studio: Studio) -> VolumeView:
    found = [one for one in studio.window.host.contents.values() if isinstance(one, VolumeContent)]
    return found[0].volume_view


def test_a_click_in_3d_brings_the_planes_there(studio: Studio) -> None:
    """On the middle of the bright ball, seen from the front: 20 mm before its middle, at the same height and side."""
    there = solid(studio)
    there.set_preset("ct_soft")
    studio.wait_idle()
    x, y = there.px_of(BALL)
    QTest.mouseClick(there, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))
    studio.wait_idle()
    planes = [one for one in studio.window.host.contents.values() if isinstance(one, PlaneContent)]
    assert len(planes) == 3
    for plane in planes:
        assert plane.planes.cross_point is not None
        np.testing.assert_allclose(plane.planes.cross_point, (BALL[0], BALL[1] - 20, BALL[2]), atol=3.5)


def test_a_mask_stands_in_3d_while_it_is_drawn_and_goes_with_undo(studio: Studio) -> None:
    press(studio, Qt.Key.Key_B)
    press(studio, Qt.Key.Key_S)
    here, there = view(studio), solid(studio)
    middle = QPoint(here.width() // 2, here.height() // 2)
    with studio_waits(studio, there):
        stroke(studio, here, middle, QPoint(middle.x() - 60, middle.y()))
    (surface,) = there.surfaces
    ends = surface.points.min(axis=0), surface.points.max(axis=0)
    # Midway between two slices of 5 mm a ball of 5 mm is 8.7 mm wide in both; voxels are 2 mm.
    assert ends[1][1] - ends[0][1] == pytest.approx(8.7, abs=1.6)
    first = len(surface.triangles)
    with studio_waits(studio, there):
        stroke(studio, here, QPoint(middle.x(), middle.y() + 40))
    assert len(there.surfaces[0].triangles) > first
    press(studio, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    press(studio, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    wait_until(studio, lambda: there.surfaces == ())


def test_keys_crop_cut_and_give_back(studio: Studio) -> None:
    there = solid(studio)
    press(studio, Qt.Key.Key_X, BOTH)
    assert there.is_cropping
    there.set_crop(Crop().moved(0, is_high=True, to=0.5))
    press(studio, Qt.Key.Key_C, BOTH)
    assert there.cut is not None
    assert len(there.spaces()) == 2
    press(studio, Qt.Key.Key_C, BOTH)
    assert there.cut is None
    press(studio, Qt.Key.Key_0, BOTH)
    assert there.spaces() == ()


class studio_waits:  # noqa: N801 - reads as a sentence where it is used
    """Until every surface that is wanted is the true one."""

    def __init__(self, studio: Studio, there: VolumeView) -> None:
        self._studio, self._told = studio, []  # type: ignore[var-annotated]  # filled by a signal
        there.surfaces_made.connect(lambda: self._told.append(True))

    def __enter__(self) -> None:
        self._told.clear()

    def __exit__(self, *_: object) -> None:
        wait_until(self._studio, lambda: bool(self._told))
        self._studio.wait_idle()


def wait_until(studio: Studio, holds: object) -> None:
    import time

    assert callable(holds)
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        studio.spin()
        time.sleep(0.01)
