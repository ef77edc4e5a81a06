"""Slabs in a view, by the wheel: what is said on the picture, and what is drawn while it moves."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.support.viewers2d import axial_of
from viewers import slab_view
from viewers.mpr_view import MprView
from viewers.slabs import Slab, SlabMode

NOTCH = 120


@pytest.fixture
def view(qtbot: QtBot) -> MprView:
    """Air with one bright voxel 12 mm above the middle; 1 mm voxels."""
    pixels = np.full((60, 60, 60), -1000, np.int16)
    pixels[42, 45, 30] = 1000
    return axial_of(qtbot, pixels, 4)


def wheel(
    view: MprView, notches: int, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.AltModifier
) -> None:
    """Alt turns it sideways, as the system does."""
    at = QPointF(120, 120)
    QApplication.sendEvent(
        view,
        QWheelEvent(
            at, QPointF(view.mapToGlobal(QPoint(120, 120))), QPoint(), QPoint(notches * NOTCH, 0),
            Qt.MouseButton.NoButton, modifier, Qt.ScrollPhase.NoScrollPhase, False,
        ),
    )  # fmt: skip


def brightest_at(view: MprView) -> tuple[int, float, float]:
    """Grey and place in logical pixels of the brightest pixel, of the picture alone."""
    view.peek(True)
    image = view.grab().toImage()
    view.peek(False)
    ratio = image.devicePixelRatio()
    best = max(
        (image.pixelColor(x, y).lightness(), x, y)
        for x in range(40, image.width() - 40)
        for y in range(120, image.height() - 40)  # below what is written
    )
    return best[0], best[1] / ratio, best[2] / ratio


def test_alt_and_wheel_switch_a_maximum_on_and_make_it_thicker(view: MprView) -> None:
    assert not view.slab.is_on
    wheel(view, 1)
    assert view.slab == Slab(SlabMode.MIP, 10.0)
    wheel(view, 3)
    assert view.slab.thickness_mm == 30.0
    wheel(view, -1)
    assert view.slab.thickness_mm == 20.0
    assert view.layer_count == 60


def test_the_picture_says_mode_and_thickness(view: MprView) -> None:
    assert not any("slab" in said for said in view.scene().notices)
    view.set_slab(Slab(SlabMode.MINIP, 15.0))
    assert "MinIP slab, 15 mm" in view.scene().notices


def test_what_lies_in_the_slab_is_drawn_at_its_own_place(view: MprView) -> None:
    assert brightest_at(view)[0] < 40
    view.set_slab(Slab(SlabMode.MIP, 20.0))
    assert brightest_at(view)[0] < 40
    view.set_slab(Slab(SlabMode.MIP, 30.0))
    grey, x, y = brightest_at(view)
    assert grey > 150
    wanted = view.px_of((30.0, 45.0, 42.0))
    assert wanted is not None
    assert (x, y) == pytest.approx(wanted, abs=4.0)


def test_a_costly_slab_is_coarse_while_it_moves_and_whole_when_still(
    view: MprView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slab_view, "COSTLY", 1000)
    view.set_slab(Slab(SlabMode.MIP, 30.0))
    assert view.texts.slab_reduced in view.scene().notices
    view.repaint()
    qtbot.waitUntil(lambda: view.texts.slab_reduced not in view.scene().notices, timeout=3000)
    whole = brightest_at(view)
    view.next_image(1)
    assert view.texts.slab_reduced in view.scene().notices
    view.repaint()
    qtbot.waitUntil(lambda: view.texts.slab_reduced not in view.scene().notices, timeout=3000)
    assert brightest_at(view)[1:] == pytest.approx(whole[1:], abs=1.0)


def test_outside_the_volume_a_minimum_is_black(view: MprView) -> None:
    view.set_slab(Slab(SlabMode.MINIP, 50.0))
    view.zoom_at(0.5, 120, 120)
    view.peek(True)
    image = view.grab().toImage()
    assert image.pixelColor(5, image.height() // 2).lightness() == 0
