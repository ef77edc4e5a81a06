"""A window that is killed comes back as it was; zones in windows of their own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.state.model import Layout, Plane
from app.ui.contents import PlaneContent
from app.ui.looking import look_of, put_look
from app.ui.solid import VolumeContent
from app.ui.studio import Studio
from app.workflows.session import left_behind, load
from tests.support.hands import press, press_and_wait, stack
from tests.support.ui import paths_in, write_ct
from viewers.geometry import rotation
from viewers.slabs import Slab, SlabMode
from viewers.volume_camera import turned

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
ROOT = Path(__file__).resolve().parents[3]
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier

# A reader's window: opens a folder, arranges it by keys, then waits to be killed.
READER = """
import sys, time
from pathlib import Path
from PySide6.QtCore import Qt
from app.ui.studio import Studio
from tests.support.hands import press, press_and_wait
from tests.support.ui import paths_in

def main():
    home, data = Path(sys.argv[1]), Path(sys.argv[2])
    studio = Studio.of(paths_in(home), (1300, 900))
    studio.open_folder(data)
    press(studio, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    for _ in range(3):
        press_and_wait(studio, Qt.Key.Key_Down)
    press(studio, Qt.Key.Key_H)
    press(studio, Qt.Key.Key_Plus)
    studio.set_window(50, 350)
    press(studio, Qt.Key.Key_Z)
    begun = time.monotonic()
    print("arranged", flush=True)
    while True:
        studio.spin()
        time.sleep(0.02)

if __name__ == "__main__":
    main()
"""


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """A home whose window was killed, two seconds after the last key."""
    write_ct(tmp_path / "ct")
    script = tmp_path / "reader.py"
    script.write_text(READER)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, str(script), str(tmp_path / "home"), str(tmp_path / "ct")],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, cwd=ROOT,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        assert process.stdout.readline().strip() == b"arranged"
        time.sleep(2.0)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(20)
        process.stdout.close()
    return tmp_path / "home"


def started(home: Path) -> Iterator[Studio]:
    made = Studio.of(paths_in(home), (1300, 900))
    made.wait_idle()
    made.wait_for(lambda: not made.window.desk.session.is_restoring, 20)
    yield made
    made.close()


def test_after_a_kill_the_next_start_brings_all_back_and_says_so(killed: Path) -> None:
    for studio in started(killed):
        assert any("ended unexpectedly" in said and "Made-up chest" in said for said in studio.said), (
            studio.said
        )
        workspace = studio.state.workspace
        assert workspace.arrangement.layout is Layout.SIDE_BY_SIDE
        assert workspace.tool == "zoom"
        content = stack(studio)
        assert content.slices.index == 8, "the middle one, and three on"
        assert content.state.flip_horizontal
        assert not content.state.fitted
        assert (content.state.window.center, content.state.window.width) == (50, 350)
        assert left_behind(paths_in(killed).data) == ()
    for again in started(killed):
        assert not again.state.workspace.open_study_uid, "closed on purpose, nothing comes back"


def test_a_second_kill_before_all_is_back_loses_nothing_of_it(killed: Path) -> None:
    (before,) = [load(file) for file in left_behind(killed / "data")]
    studio = Studio.of(paths_in(killed), (1300, 900))
    (file,) = (killed / "data" / "sessions").iterdir()  # what a kill now would leave
    there = load(file)
    studio.close()
    assert before is not None
    assert there == replace(before, tries=before.tries + 1)


def test_a_study_that_is_gone_meanwhile_is_one_sentence(killed: Path, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "ct")
    for studio in started(killed):
        assert not studio.state.workspace.open_study_uid
        [said] = [said for said in studio.said if "ended unexpectedly" in said]
        assert "no longer where it was" in said


def test_a_damaged_file_is_one_sentence(killed: Path) -> None:
    for file in left_behind(paths_in(killed).data):
        file.write_text("{")
    for studio in started(killed):
        assert any("could not be read" in said for said in studio.said)


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    write_ct(tmp_path / "ct")
    made = Studio.of(paths_in(tmp_path / "home"), (1300, 900))
    made.open_folder(tmp_path / "ct")
    yield made
    made.close()


def test_the_file_is_never_more_than_two_seconds_behind(studio: Studio, tmp_path: Path) -> None:
    press_and_wait(studio, Qt.Key.Key_Down)
    wanted = stack(studio).slices.index
    folder = paths_in(tmp_path / "home").data / "sessions"

    def is_kept() -> bool:
        found = [load(file) for file in folder.glob("*.json")]
        return any(one and one.looks and one.looks["v1"].index == wanted for one in found)

    begun = time.monotonic()
    assert studio.wait_for(is_kept, 2.5)
    assert time.monotonic() - begun < 2.5


def test_planes_come_back_at_their_point(studio: Studio) -> None:
    press_and_wait(studio, Qt.Key.Key_O)
    content = next(
        one
        for one in studio.window.host.contents.values()
        if isinstance(one, PlaneContent) and one.plane is Plane.AXIAL
    )
    content.planes.jump_to((4.0, 6.0, 35.0))
    look = look_of(content)
    assert look is not None
    content.planes.jump_to((0.0, 0.0, 10.0))
    assert put_look(content, look)
    assert content.planes.position == pytest.approx((4.0, 6.0, 35.0))


def test_slabs_turned_planes_and_3d_come_back_as_they_were(studio: Studio) -> None:
    press_and_wait(studio, Qt.Key.Key_O)
    contents = studio.window.host.contents.values()
    axial = next(one for one in contents if isinstance(one, PlaneContent) and one.plane is Plane.AXIAL)
    solid = next(one for one in contents if isinstance(one, VolumeContent))
    axial.planes.set_slab(Slab(SlabMode.MINIP, 15.0))
    axial.planes.set_basis(rotation(np.array([0.0, 0.0, 1.0]), 0.3) @ axial.planes.basis)
    axial.planes.show_state(replace(axial.state, colors="viridis", edges=True))
    solid.set_preset("ct_lung")
    solid.volume_view.set_pose(turned(solid.volume_view.pose, 30, 10))
    before = look_of(axial), look_of(solid)
    assert before[0] is not None
    assert before[1] is not None
    studio.act("view.reset")
    axial.planes.set_slab(Slab())
    axial.planes.show_state(replace(axial.state, colors="", edges=False))
    solid.set_preset("ct_bone")
    solid.volume_view.look_from("L")
    assert look_of(axial) != before[0]
    assert put_look(axial, before[0])
    assert put_look(solid, before[1])
    assert look_of(axial) == before[0]
    assert look_of(solid) == before[1]


def test_images_in_a_window_of_their_own_obey_keys_and_come_back(studio: Studio) -> None:
    window, zones = studio.window, studio.window.desk.zones
    press(studio, Qt.Key.Key_F11, SHIFT)
    outer = zones.torn["images"]
    assert outer.isVisible()
    assert outer.isAncestorOf(window.host)
    assert "not for primary diagnosis" in outer.windowTitle()
    assert window.left.isVisible(), "lists stay where they were"
    outer.activateWindow()
    view = stack(studio).view
    view.setFocus()
    studio.spin()
    before = stack(studio).slices.index
    QTest.keyClick(view, Qt.Key.Key_Down)
    studio.wait_idle()
    assert stack(studio).slices.index == before + 1, "keys hold in the other window"
    assert set(zones.told()) == {"images"}
    outer.close()
    studio.spin()
    assert not zones.torn
    assert window.isAncestorOf(window.host)
    assert [window.zones.widget(n) for n in range(3)] == [window.left, window.middle, window.right]


def test_all_zones_together_with_one_key(studio: Studio) -> None:
    window, zones = studio.window, studio.window.desk.zones
    for zone in ("lists", "images", "findings"):
        studio.act(f"window.{zone}")
    assert set(zones.torn) == {"lists", "images", "findings"}
    window.activateWindow()
    press(studio, Qt.Key.Key_F)
    assert not zones.torn["lists"].isVisible()
    window.activateWindow()
    press(studio, Qt.Key.Key_F)
    assert zones.torn["lists"].isVisible()
    press(studio, Qt.Key.Key_F11, CTRL | SHIFT)
    assert not zones.torn
    assert [window.zones.widget(n) for n in range(3)] == [window.left, window.middle, window.right]
    assert all(one.isVisible() for one in (window.left, window.middle, window.right))


def test_where_windows_stood_is_remembered(tmp_path: Path) -> None:
    first = Studio.of(paths_in(tmp_path / "home"), (1200, 800))
    first.act("window.findings")
    first.close()
    second = Studio.of(paths_in(tmp_path / "home"), (1200, 800), begins=False)
    second.window.desk.session.place()
    assert set(second.window.desk.zones.torn) == {"findings"}
    second.close()
