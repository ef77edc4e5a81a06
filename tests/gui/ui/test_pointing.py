"""A place chosen by keys: what the cross showed is where the finding lies, however the picture is turned (RQ-21)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAccessible, QImage, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from app.domain.finding import Place, PlaceKind
from app.ui.contents import PlaneContent
from app.ui.flat import FlatContent
from app.ui.studio import Studio
from tests.support.hands import keep, press, press_and_wait, stack
from tests.support.ui import paths_in, write_ct

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
STEP, FAR = 8, 40
BALL = (16.0, 0.0, 30.0)  # centre of the ball, LPS mm: slice 6 of 12, 5 mm apart
PIXEL_MM = 2.0
TURNS = {
    "straight": (),
    "rotated": (Qt.Key.Key_R,),
    "half turn": (Qt.Key.Key_R, Qt.Key.Key_R),
    "mirrored": (Qt.Key.Key_H,),
    "upside down": (Qt.Key.Key_V,),
    "rotated, mirrored, enlarged": (Qt.Key.Key_R, Qt.Key.Key_H, Qt.Key.Key_Plus, Qt.Key.Key_Plus),
}


class NoMouse(QObject):
    """Remembers every event of a mouse or a wheel that any widget gets."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[QEvent] = []

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if isinstance(event, QMouseEvent) or event.type() in (QEvent.Type.Wheel, QEvent.Type.HoverMove):
            self.seen.append(event)
        return False


@pytest.fixture
def studio(tmp_path: Path, qapp: QApplication) -> Iterator[Studio]:
    write_ct(tmp_path / "ct")
    studio = Studio.of(paths_in(tmp_path), size=(1280, 860))
    studio.open_folder(tmp_path / "ct")
    studio.wait_idle()
    yield studio
    studio.close()


def flat(studio: Studio) -> FlatContent:
    content = studio.window.host.active
    assert isinstance(content, FlatContent)
    return content


def to_the_balls_image(studio: Studio) -> None:
    while stack(studio).slices.index < 6:
        press_and_wait(studio, Qt.Key.Key_Down)


def bright_middle(studio: Studio) -> tuple[float, float]:
    """Where the ball is seen: the middle of what is bright in the bare picture, in pixels of the view."""
    view = flat(studio).view
    view.peek(True)
    grey = as_grey(view.grab_picture())
    view.peek(False)
    rows, columns = np.nonzero(grey > 150)
    assert len(rows) > 50
    return float(columns.mean()) + 0.5, float(rows.mean()) + 0.5


def as_grey(image: QImage) -> NDArray[np.int64]:
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    lines = np.frombuffer(grey.constBits(), np.uint8).reshape(grey.height(), grey.bytesPerLine())
    return lines[:, : grey.width()].astype(np.int64)


def walk(studio: Studio, target: tuple[float, float]) -> None:
    """Far, plain and fine steps from where the cross is to a place of the view."""
    view = flat(studio).view
    assert view.key_cursor is not None
    at = view.px_of(view.key_cursor.point)
    assert at is not None
    for distance, keys in (
        (target[0] - at[0], (Qt.Key.Key_Left, Qt.Key.Key_Right)),
        (target[1] - at[1], (Qt.Key.Key_Up, Qt.Key.Key_Down)),
    ):
        key, rest = keys[distance > 0], round(abs(distance))
        for step, modifier in ((FAR, CONTROL), (STEP, Qt.KeyboardModifier.NoModifier), (1, SHIFT)):
            for _ in range(rest // step):
                press(studio, key, modifier)
            rest %= step


def name_it(studio: Studio, label: str) -> Place:
    editor = studio.window.findings.list.findChild(QLineEdit)
    assert editor is not None
    QTest.keyClicks(editor, label)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    studio.spin()
    return next(j.finding.place for j in studio.findings() if j.shown_label == label)


@pytest.mark.parametrize("keys", TURNS.values(), ids=list(TURNS))
def test_finding_lies_where_the_cross_was_seen(studio: Studio, keys: tuple[Qt.Key, ...]) -> None:
    mouse = NoMouse()
    QApplication.instance().installEventFilter(mouse)  # type: ignore[union-attr]
    to_the_balls_image(studio)
    for key in keys:
        press(studio, key)
    target = bright_middle(studio)
    press(studio, Qt.Key.Key_M)
    walk(studio, target)
    shown = flat(studio).view.key_cursor
    assert shown is not None
    press(studio, Qt.Key.Key_Return)
    place = name_it(studio, "Ball")
    QApplication.instance().removeEventFilter(mouse)  # type: ignore[union-attr]
    assert place.kind is PlaceKind.POINT
    assert place.center == pytest.approx(shown.point)
    assert place.center == pytest.approx(BALL, abs=PIXEL_MM)
    assert place.frame is not None
    assert place.frame.sop_instance_uid.endswith(".9.7")
    assert flat(studio).view.key_cursor is None
    assert not mouse.seen


@pytest.mark.parametrize("plane", ["coronal", "sagittal"])
def test_finding_lies_where_the_cross_was_seen_on_a_plane(studio: Studio, plane: str) -> None:
    press_and_wait(studio, Qt.Key.Key_O)
    for _ in range(4):
        content = studio.window.host.active
        if isinstance(content, PlaneContent) and content.plane.value == plane:
            break
        press_and_wait(studio, Qt.Key.Key_Tab)
    flat(studio).view.jump_to(BALL)
    press(studio, Qt.Key.Key_R)
    press(studio, Qt.Key.Key_M)
    target = flat(studio).view.px_of(BALL)
    assert target is not None
    walk(studio, target)
    keep(studio, f"pointing-{plane}")
    press(studio, Qt.Key.Key_Return)
    place = name_it(studio, "Ball")
    px_mm = 1 / flat(studio).view.state.scale
    assert place.center == pytest.approx(BALL, abs=max(px_mm, 1.0))


def test_box_in_steps_and_another_image_under_the_cross(studio: Studio) -> None:
    to_the_balls_image(studio)
    press(studio, Qt.Key.Key_M)
    before = flat(studio).view.key_cursor
    for key in (Qt.Key.Key_BracketRight, Qt.Key.Key_Tab, Qt.Key.Key_Tab, Qt.Key.Key_BracketLeft):
        press(studio, key)
    press_and_wait(studio, Qt.Key.Key_PageDown)
    press_and_wait(studio, Qt.Key.Key_PageDown)
    now = flat(studio).view.key_cursor
    assert before is not None
    assert now is not None
    assert (now.point[:2], now.point[2] - before.point[2], now.size_mm) == (before.point[:2], 10.0, 6.0)
    keep(studio, "pointing-box")
    press(studio, Qt.Key.Key_Return)
    place = name_it(studio, "Boxed")
    assert place.kind is PlaceKind.BOX
    assert place.box_min == pytest.approx([part - 3 for part in now.point])
    assert place.box_max == pytest.approx([part + 3 for part in now.point])


def test_the_place_is_said_in_the_line_and_to_those_who_listen(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken: list[str] = []
    monkeypatch.setattr(
        QAccessible, "updateAccessibility", lambda event: spoken.append(getattr(event, "message", str)())
    )
    to_the_balls_image(studio)
    press(studio, Qt.Key.Key_M)
    press(studio, Qt.Key.Key_Left, CONTROL)
    cursor, view = flat(studio).view.key_cursor, flat(studio).view
    assert cursor is not None
    x, y, _ = cursor.point
    first, second = ("R" if x < 0 else "L"), ("A" if y < 0 else "P")
    said = f"{first} {abs(x):.1f}  {second} {abs(y):.1f}  H 30.0 mm"
    assert said in view.accessibleDescription()
    assert said in spoken[-1]
    assert said in studio.window.status.pixel.toolTip() or said in studio.window.status.pixel.text()
    assert studio.window.status.mode.text().startswith("PLACE")


def test_escape_leaves_without_a_finding_and_keys_are_themselves_again(studio: Studio) -> None:
    press(studio, Qt.Key.Key_M)
    press(studio, Qt.Key.Key_Right)
    press(studio, Qt.Key.Key_Escape)
    assert flat(studio).view.key_cursor is None
    assert studio.state.reading.pointing is None
    assert not studio.findings()
    index = stack(studio).slices.index
    press_and_wait(studio, Qt.Key.Key_Down)
    assert stack(studio).slices.index == index + 1


def test_cross_stays_on_the_picture_and_brings_it_along(studio: Studio) -> None:
    for _ in range(6):
        press(studio, Qt.Key.Key_Plus)
    press(studio, Qt.Key.Key_M)
    view = flat(studio).view
    for _ in range(60):
        press(studio, Qt.Key.Key_Right, CONTROL)
        assert view.key_cursor is not None
        at = view.px_of(view.key_cursor.point)
        assert at is not None
        assert 0 <= at[0] <= view.width()
    assert view.key_cursor is not None
    assert view.key_cursor.point[0] == pytest.approx(
        63.0
    )  # the border of the last pixel: 64 pixels of 2 mm from -64


def test_length_by_keys_is_the_way_of_the_cross(studio: Studio) -> None:
    to_the_balls_image(studio)
    press(studio, Qt.Key.Key_R)
    press(studio, Qt.Key.Key_L)
    press(studio, Qt.Key.Key_M, CONTROL)
    view = flat(studio).view
    press(studio, Qt.Key.Key_Return)
    for _ in range(5):
        press(studio, Qt.Key.Key_Down)
    keep(studio, "pointing-length")
    scale = view.state.scale  # the panel of measurements takes room from the picture afterwards
    press(studio, Qt.Key.Key_Return)
    reading = studio.state.reading.reading
    assert reading is not None
    (length,) = reading.measurements
    assert length.quantities[0].value == pytest.approx(5 * STEP / scale, rel=1e-6)
    assert view.key_cursor is not None  # for the next one
    press(studio, Qt.Key.Key_Escape)
    assert view.key_cursor is None


def test_angle_of_two_lines_by_keys(studio: Studio) -> None:
    press(studio, Qt.Key.Key_A, SHIFT)  # Cobb: two lines apart
    press(studio, Qt.Key.Key_M, CONTROL)
    press(studio, Qt.Key.Key_Return)
    press(studio, Qt.Key.Key_Right, CONTROL)
    press(studio, Qt.Key.Key_Return)  # the first line lies
    press(studio, Qt.Key.Key_Down, CONTROL)
    press(studio, Qt.Key.Key_Return)
    press(studio, Qt.Key.Key_Down, CONTROL)
    press(studio, Qt.Key.Key_Return)
    reading = studio.state.reading.reading
    assert reading is not None
    (cobb,) = reading.measurements
    assert cobb.quantities[0].value == pytest.approx(90.0)


def test_another_viewport_or_study_takes_the_cross_away(studio: Studio) -> None:
    press(studio, Qt.Key.Key_M)
    view = flat(studio).view
    press_and_wait(studio, Qt.Key.Key_2, CONTROL)
    press_and_wait(studio, Qt.Key.Key_O)
    assert studio.state.reading.pointing is None
    assert all(
        content.view.key_cursor is None
        for content in studio.window.host.contents.values()
        if isinstance(content, FlatContent)
    )
    assert view is not None


def test_the_crosshair_of_the_planes_goes_where_the_cross_is(studio: Studio) -> None:
    press_and_wait(studio, Qt.Key.Key_O)
    content = studio.window.host.active
    assert isinstance(content, PlaneContent)
    press(studio, Qt.Key.Key_X)
    press(studio, Qt.Key.Key_M, CONTROL)
    for _ in range(3):
        press(studio, Qt.Key.Key_Right, CONTROL)
    cursor = content.view.key_cursor
    assert cursor is not None
    press(studio, Qt.Key.Key_Return)
    assert content.planes.position == pytest.approx(cursor.point, abs=PIXEL_MM)


def test_a_freehand_line_needs_a_hand_so_a_finding_is_marked(studio: Studio) -> None:
    press(studio, Qt.Key.Key_E, CONTROL | SHIFT)
    press(studio, Qt.Key.Key_M, CONTROL)
    assert studio.state.reading.pointing is not None
    assert studio.state.reading.pointing.marks


def test_the_keys_of_the_cross_are_in_the_list_of_keys(studio: Studio) -> None:
    groups = dict(studio.window.commands.key_groups())
    listed = dict(groups["While a place is chosen by keys"])
    assert listed["Cross to the left"] == "Left"
    assert listed["Cross one pixel to the left"] == "Shift+Left"
    assert "Return" in listed["Set the point or mark the finding here"]
    assert listed["Larger box round the cross"] == "]  Tab"
    tools = dict(groups["Tools"])
    assert tools["Use the chosen tool by keys: arrows move a cross, Return sets a point"] == "Ctrl+M"
