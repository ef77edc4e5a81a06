"""Surfaces, the box and the plane that cut, in the 3D view by real events."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.gui.volume3d.test_volume_view import CENTER, STRAIGHT, TILTED, ball, bright_middle, grey_of, show
from viewers.types import VolumeImage
from viewers.volume_clip import handles
from viewers.volume_presets import PRESETS, preset, presets_for
from viewers.volume_surfaces import regions_of
from viewers.volume_view import VolumeView

LEFT, PLAIN = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def view(qtbot: QtBot) -> VolumeView:
    made = VolumeView()
    made.resize(300, 260)
    qtbot.addWidget(made)
    made.show()
    return made


def labels_of(volume: VolumeImage) -> np.typing.NDArray[np.uint8]:
    return (volume.pixels > 0).astype(np.uint8)


def show_surface(qtbot: QtBot, view: VolumeView, volume: VolumeImage) -> None:
    with qtbot.waitSignal(view.surfaces_made, timeout=30_000):
        view.set_regions(regions_of("m", labels_of(volume), volume.affine, {1: (255, 0, 0)}))
    qtbot.waitUntil(lambda: view.is_settled, timeout=30_000)


@pytest.mark.parametrize("affine", [STRAIGHT, TILTED], ids=["straight", "tilted"])
def test_a_surface_is_drawn_where_its_mask_lies(
    qtbot: QtBot, view: VolumeView, affine: np.typing.NDArray[np.float64]
) -> None:
    volume = ball(affine)
    show(qtbot, view, volume)
    view.set_preset("surfaces")
    show_surface(qtbot, view, volume)
    for side in "ALS":
        with qtbot.waitSignal(view.settled, timeout=30_000):
            view.look_from(side)
        assert bright_middle(view) == pytest.approx(view.px_of(CENTER), abs=2.5), side


def test_without_masks_that_colouring_shows_nothing(qtbot: QtBot, view: VolumeView) -> None:
    show(qtbot, view, ball())
    with qtbot.waitSignal(view.settled, timeout=30_000):
        view.set_preset("surfaces")
    assert grey_of(view).max() < 5


def test_a_click_meets_a_surface(qtbot: QtBot, view: VolumeView) -> None:
    volume = ball()
    show(qtbot, view, volume)
    view.set_preset("surfaces")
    show_surface(qtbot, view, volume)
    x, y = view.px_of(CENTER)
    with qtbot.waitSignal(view.picked) as heard:
        QTest.mouseClick(view, LEFT, pos=QPoint(round(x), round(y)))
    assert heard.args is not None
    np.testing.assert_allclose(heard.args[0], (CENTER[0], CENTER[1] - 10, CENTER[2]), atol=2.0)


def drag(view: VolumeView, start: tuple[float, float], by: tuple[int, int]) -> None:
    first = QPoint(round(start[0]), round(start[1]))
    last = QPoint(first.x() + by[0], first.y() + by[1])
    QTest.mousePress(view, LEFT, PLAIN, first)
    QTest.mouseMove(view, QPoint((first.x() + last.x()) // 2, (first.y() + last.y()) // 2))
    QTest.mouseMove(view, last)
    QTest.mouseRelease(view, LEFT, PLAIN, last)


def test_a_handle_crops_what_is_seen_and_what_is_picked(qtbot: QtBot, view: VolumeView) -> None:
    """The left side of the patient, right on the screen, goes up to 3 mm right of the ball's middle."""
    volume = ball()
    show(qtbot, view, volume)
    view.toggle_cropping()
    pose = view.pose
    left = next(one for one in handles(view.crop, volume) if one.axis == 2 and one.is_high)
    start, wanted = view.px_of(left.point), view.px_of((CENTER[0] - 3.0, left.point[1], left.point[2]))
    with qtbot.waitSignal(view.settled, timeout=30_000):
        drag(view, start, (round(wanted[0] - start[0]), 0))
    assert view.pose is pose  # the hand moved the box, not the eye
    edge = wanted[0]
    grey = grey_of(view)
    _, columns = np.nonzero(grey > 25)
    assert (columns.max() + 1) * view.width() / grey.shape[1] == pytest.approx(edge, abs=3.0)
    x, y = view.px_of(CENTER)
    assert view.pick(x, y) is None
    assert view.pick(edge - 6, y) is not None
    assert "cut away" in " ".join(view._scene().notes)


def test_a_click_on_a_handle_picks_nothing_and_esc_takes_a_drag_back(qtbot: QtBot, view: VolumeView) -> None:
    volume = ball()
    show(qtbot, view, volume)
    view.toggle_cropping()
    handle = next(one for one in handles(view.crop, volume) if one.axis == 2 and one.is_high)
    x, y = view.px_of(handle.point)
    at = QPoint(round(x), round(y))
    before = view.crop
    with qtbot.assertNotEmitted(view.picked):
        QTest.mouseClick(view, LEFT, pos=at)
    QTest.mousePress(view, LEFT, PLAIN, at)
    QTest.mouseMove(view, QPoint(at.x() - 30, at.y()))
    assert view.crop != before
    QTest.keyClick(view, Qt.Key.Key_Escape)
    QTest.mouseRelease(view, LEFT, PLAIN, QPoint(at.x() - 30, at.y()))
    assert view.crop == before


def test_a_plane_through_the_crosshair_takes_away_what_lies_before_it(qtbot: QtBot, view: VolumeView) -> None:
    show(qtbot, view, ball())
    x, y = view.px_of(CENTER)
    with qtbot.waitSignal(view.settled, timeout=30_000):
        view.cut_at(CENTER)
    seen = view.pick(x, y)
    assert seen is not None
    assert seen[1] == pytest.approx(CENTER[1], abs=1.5)  # the cut face, not the front
    with qtbot.waitSignal(view.settled, timeout=30_000):
        view.look_from("P")
    behind = view.pick(*view.px_of(CENTER))
    assert behind is not None
    assert behind[1] == pytest.approx(CENTER[1] + 10, abs=2.5)  # the plane stays in the patient
    view.cut_at(None)
    assert view.spaces() == ()


def test_values_without_a_scale_are_coloured_by_their_own_range(qtbot: QtBot, view: VolumeView) -> None:
    """A picture of MR: 0 to 190 and no HU."""
    volume = ball()
    stored = np.where(volume.pixels > 0, 190, 4).astype(np.int16)
    view.offer_presets("MR")
    assert view.preset_id == "range_surface"
    show(qtbot, view, VolumeImage(stored, volume.affine))
    assert bright_middle(view) == pytest.approx(view.px_of(CENTER), abs=2.5)
    seen = view.pick(*view.px_of(CENTER))
    assert seen is not None
    assert seen[1] == pytest.approx(CENTER[1] - 10, abs=2.5)


def test_every_modality_has_colourings_and_no_hu_where_there_is_none() -> None:
    for modality in ("CT", "MR", "PT", "NM", "US", "OT"):
        offered = presets_for(modality)
        assert offered
        assert all(one.modalities in {(), (modality,)} for one in offered)
    assert {one.preset_id for one in PRESETS} == {
        one.preset_id for modality in ("CT", "MR") for one in presets_for(modality)
    }
    assert preset("surfaces").is_empty


def test_a_surface_that_finds_no_memory_is_said_and_not_left_out(
    qtbot: QtBot, view: VolumeView, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_given: object, **_named: object) -> None:
        raise MemoryError

    volume = ball()
    show(qtbot, view, volume)
    monkeypatch.setattr("viewers.volume_surfaces.surface_of", fails)
    view.set_regions(regions_of("m", labels_of(volume), volume.affine, {1: (255, 0, 0)}))
    qtbot.waitUntil(lambda: bool(view.failure), timeout=10_000)
    assert (view.failure, view.volume) == (view.texts.no_memory, None)
