"""A stack that its scanner numbered from the head down is counted and scrolled so, as planes are, and elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from app.ui.contents import StackContent
from app.ui.studio import Studio
from tests.support.hands import press_and_wait, stack
from tests.support.ui import ball_finding, ct_result, paths_in, with_result, write_ct

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
COUNT = 12
KEY, CTRL, ALT = Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def studio(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    write_ct(tmp_path / "ct", COUNT)
    for file in (tmp_path / "ct").iterdir():
        image = pydicom.dcmread(file)
        image.InstanceNumber = COUNT + 1 - int(image.InstanceNumber)
        image.save_as(file)
    made = Studio.of(paths_in(tmp_path / "home"), size=(1300, 820))
    made.open_folder(tmp_path / "ct")
    made.wait_idle()
    yield made
    made.close()


def shown(content: StackContent) -> tuple[int, int, float]:
    """The number on the picture, the file's own, and how far up the image lies, mm."""
    said = content.view.corners.bottom_left[0]
    instance = content.subject.display_set.frames[content.slices.index].instance
    assert instance.position_lps_mm is not None
    assert said.endswith(f"/{COUNT}"), said
    return int(said[3:].partition("/")[0]), instance.instance_number or 0, instance.position_lps_mm[2]


def wheel_down(studio: Studio, content: StackContent) -> None:
    at = QPointF(content.view.rect().center())
    none = Qt.MouseButton.NoButton
    turn = QWheelEvent(
        at,
        at,
        QPoint(),
        QPoint(0, -120),
        none,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(content.view, turn)
    studio.wait_idle()


def test_wheel_and_keys_go_on_by_the_numbers_of_the_files(studio: Studio) -> None:
    content = stack(studio)
    number, own, up = shown(content)
    assert number == own
    wheel_down(studio, content)
    assert shown(content) == (number + 1, own + 1, up - 5)
    press_and_wait(studio, KEY.Key_Down)
    assert shown(content) == (number + 2, own + 2, up - 10)
    press_and_wait(studio, KEY.Key_Home)
    assert shown(content)[:2] == (1, 1)
    press_and_wait(studio, KEY.Key_Up)
    assert shown(content)[:2] == (1, 1)
    press_and_wait(studio, KEY.Key_End)
    assert shown(content)[:2] == (COUNT, COUNT)
    studio.show_image(3)
    assert shown(content)[:2] == (3, 3)


def test_tiles_go_on_by_the_numbers_and_scroll_as_one(studio: Studio) -> None:
    number = shown(stack(studio))[0]
    press_and_wait(studio, KEY.Key_6, CTRL)
    arrangement = studio.state.workspace.arrangement
    tiles = [studio.window.host.contents[one.viewport_id] for one in arrangement.viewports]
    stacks = [one for one in tiles if isinstance(one, StackContent)]
    assert [shown(one)[0] for one in stacks] == [number, number + 1, number + 2, number + 3]
    wheel_down(studio, stacks[2])
    assert [shown(one)[0] for one in stacks] == [number + 1, number + 2, number + 3, number + 4]
    press_and_wait(studio, KEY.Key_End)
    assert [shown(one)[0] for one in stacks] == [COUNT - 3, COUNT - 2, COUNT - 1, COUNT]


def test_a_part_of_a_run_and_lists_use_the_same_numbers(studio: Studio) -> None:
    content = stack(studio)
    studio.show_image(4)
    press_and_wait(studio, KEY.Key_Home, ALT)
    press_and_wait(studio, KEY.Key_K)
    assert "plays images 4 to 12" in content.view.corners.bottom_left[1]
    assert studio.window.key_images.list.item(0).text() == "Axial 5.0, image 4"


def test_a_finding_names_the_image_that_it_brings_up(studio: Studio) -> None:
    study = studio.state.workspace.open_study
    assert study is not None
    with_result(studio.ctx, ct_result(study, ball_finding()))
    from app.workflows.judge import reread

    reread(studio.ctx)
    press_and_wait(studio, KEY.Key_N)
    assert shown(stack(studio))[2] == 30.0
