"""The 3D view off screen: where things are drawn, what hands do, what closing leaves behind."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from viewers.types import CornerText, Marker, VolumeImage, WindowLevel
from viewers.volume_renderer import VolumeRenderer
from viewers.volume_view import VolumeView

CENTER = (5.0, -7.0, 20.0)
STRAIGHT = np.array([[0.0, 0, 1.5, -40], [0, 1, 0, -40], [2, 0, 0, -30], [0, 0, 0, 1]])
TILTED = STRAIGHT + np.array([[0, 0, 0, 0], [0.6, 0, 0, -15], [0, 0.35, 0, 0], [0, 0, 0, 0]])
DESCENDING = np.array([[0.0, 0, 1.5, -40], [0, 1, 0, -40], [-2, 0, 0, 68], [0, 0, 0, 1]])
CORONAL = np.array([[0.0, 0, 1.5, -40], [1.6, 0, 0, -45], [0, -1, 0, 60], [0, 0, 0, 1]])


def ball(affine: NDArray[np.float64] = STRAIGHT, slope: float = 1.0, intercept: float = 0.0) -> VolumeImage:
    index = np.stack(np.meshgrid(*[np.arange(n) for n in (50, 80, 60)], indexing="ij"), axis=-1)
    place = index @ affine[:3, :3].T + affine[:3, 3]
    inside = np.linalg.norm(place - CENTER, axis=-1) < 10
    stored = (np.where(inside, 900, -1000) - intercept) / slope
    return VolumeImage(stored.astype(np.int16), affine, slope, intercept)


def grey_of(view: VolumeView) -> NDArray[np.float64]:
    """Brightness of what the view itself draws, without overlays: (rows, columns)."""
    image = view._image
    assert image is not None
    raw = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.bytesPerLine())
    colors = raw[:, : 4 * image.width()].reshape(image.height(), image.width(), 4)[..., :3]
    return np.asarray(colors.mean(axis=2), dtype=np.float64)


def bright_middle(view: VolumeView) -> tuple[float, float]:
    """Centre of all bright pixels in logical pixels of the view."""
    grey = grey_of(view)
    rows, columns = np.nonzero(grey > 25)
    assert len(rows), "nothing was drawn"
    scale = view.width() / grey.shape[1], view.height() / grey.shape[0]
    return float((columns.mean() + 0.5) * scale[0]), float((rows.mean() + 0.5) * scale[1])


@pytest.fixture
def view(qtbot: QtBot) -> VolumeView:
    made = VolumeView()
    made.resize(300, 260)
    qtbot.addWidget(made)
    made.show()
    return made


def show(qtbot: QtBot, view: VolumeView, volume: VolumeImage) -> None:
    with qtbot.waitSignal(view.settled, timeout=30_000):
        view.set_volume(volume)


@pytest.mark.parametrize(
    "affine", [STRAIGHT, TILTED, DESCENDING, CORONAL], ids=["straight", "tilted", "descending", "coronal"]
)
def test_ball_is_drawn_where_its_marker_is(
    qtbot: QtBot, view: VolumeView, affine: NDArray[np.float64]
) -> None:
    show(qtbot, view, ball(affine))
    for side in "ALS":
        with qtbot.waitSignal(view.settled, timeout=30_000):
            view.look_from(side)
        x, y = view.px_of(CENTER)
        assert bright_middle(view) == pytest.approx((x, y), abs=2.5), side


def test_moving_picture_lies_where_the_full_one_does(qtbot: QtBot, view: VolumeView) -> None:
    show(qtbot, view, ball())
    full = bright_middle(view)
    view.set_pose(view.pose)
    assert not view.is_settled
    assert bright_middle(view) == pytest.approx(full, abs=2.5)


def test_slope_and_intercept_are_respected(qtbot: QtBot, view: VolumeView) -> None:
    show(qtbot, view, ball(slope=2.0, intercept=-1000.0))
    assert bright_middle(view) == pytest.approx(view.px_of(CENTER), abs=2.5)


def test_click_picks_the_surface_under_it(qtbot: QtBot, view: VolumeView) -> None:
    show(qtbot, view, ball())
    x, y = view.px_of(CENTER)
    with qtbot.waitSignal(view.picked) as heard:
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))
    assert heard.args is not None
    np.testing.assert_allclose(heard.args[0], (CENTER[0], CENTER[1] - 10, CENTER[2]), atol=2.5)
    with qtbot.assertNotEmitted(view.picked):
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))


def test_click_on_a_marker_names_it(qtbot: QtBot, view: VolumeView) -> None:
    show(qtbot, view, ball())
    view.set_markers((Marker("m1", (-20.0, 0.0, 0.0), "nodule"),))
    x, y = view.px_of((-20.0, 0.0, 0.0))
    with qtbot.waitSignal(view.marker_clicked) as heard:
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))
    assert heard.args == ["m1"]


def test_drag_turns_and_wheel_zooms_without_picking(qtbot: QtBot, view: VolumeView) -> None:
    show(qtbot, view, ball())
    before = view.pose
    with qtbot.assertNotEmitted(view.picked):
        QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
        QTest.mouseMove(view, QPoint(160, 100))
        QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(160, 100))
    assert view.pose.toward_eye @ before.toward_eye < 0.99
    height = view.pose.half_height_mm
    wheel = QWheelEvent(
        QPointF(9, 9),
        QPointF(9, 9),
        QPoint(0, 0),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view, wheel)
    assert view.pose.half_height_mm < height


def test_window_changes_what_is_seen(qtbot: QtBot, view: VolumeView) -> None:
    show(qtbot, view, ball())
    with qtbot.waitSignal(view.settled, timeout=30_000):
        view.set_window(WindowLevel(5000, 800))
    assert grey_of(view).max() < 25


def test_projection_images_and_colour_are_refused_in_words(view: VolumeView) -> None:
    flat = np.zeros((4, 20, 20), dtype=np.uint8)
    view.set_volume(VolumeImage(flat, np.eye(4), in_patient=False))
    assert "position in the patient" in view.failure
    view.set_volume(VolumeImage(np.zeros((4, 20, 20, 3), dtype=np.uint8), np.eye(4)))
    assert "Colour" in view.failure
    view.set_volume(VolumeImage(flat[:1], np.eye(4)))
    assert "slice" in view.failure
    assert not view.grab_picture().isNull()


def test_without_a_renderer_there_is_a_sentence(view: VolumeView, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(VolumeRenderer, "works", lambda _self: False)
    view.set_volume(ball())
    assert "OpenGL" in view.failure
    assert view.is_settled


def test_five_rounds_leave_no_thread(qtbot: QtBot) -> None:
    before = set(threading.enumerate())
    for _ in range(5):
        made = VolumeView()
        made.resize(200, 200)
        made.show()
        with qtbot.waitSignal(made.settled, timeout=30_000):
            made.set_volume(ball())
        made.close()
        made.deleteLater()
        QApplication.sendPostedEvents(made, QEvent.Type.DeferredDelete.value)
    assert not [thread for thread in set(threading.enumerate()) - before if thread.name == "volume pictures"]


def test_closing_while_it_works_is_safe(qtbot: QtBot, view: VolumeView) -> None:
    view.set_volume(ball())
    view.set_volume(None)
    qtbot.wait(50)
    assert view.volume is None
    assert not view.grab_picture().isNull()


def test_what_must_be_known_of_the_picture_is_written_on_it(qtbot: QtBot, view: VolumeView) -> None:
    show(qtbot, view, ball())
    before = view.grab_picture()
    view.set_corner_text(CornerText(bottom_right=("missing slices: 91 of 99",)))
    after = view.grab_picture()
    rows, columns = after.height(), after.width()
    changed = [
        row for row in range(rows) if any(before.pixel(x, row) != after.pixel(x, row) for x in range(columns))
    ]
    assert changed, "nothing was written"
    assert min(changed) > rows // 2


@pytest.mark.parametrize("step", ["half_size", "VolumeRenderer"])
def test_want_of_memory_is_said_and_not_preparing_for_ever(
    view: VolumeView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fails(*_given: object) -> None:
        raise MemoryError

    monkeypatch.setattr(f"viewers.volume_worker.{step}", fails)
    view.set_volume(ball())
    qtbot.waitUntil(lambda: view.is_settled, timeout=10_000)
    assert view.failure == view.texts.no_memory
    assert view.volume is None
    view.set_volume(None)
    assert view.failure == ""
