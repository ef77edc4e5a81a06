"""Oblique and double-oblique planes by their handles: what is drawn stays on its anatomy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.support.viewers2d import GEOMETRIES, WINDOW, affine, move, one_bright_voxel, point_at, volume
from viewers.geometry import rotation
from viewers.mpr_view import BASES, MprGroup, MprView, PlaneKind
from viewers.types import Affine, OutlineLayer

LEFT, PLAIN = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
SIZE = 300


def group_of(qtbot: QtBot, index_to_mm: Affine) -> MprGroup:
    views = [MprView(kind) for kind in PlaneKind]
    for view in views:
        qtbot.addWidget(view)
        view.resize(SIZE, SIZE)
    made = MprGroup(views)
    made.set_volume(volume(one_bright_voxel((4, 12, 16)), index_to_mm), [WINDOW])
    for view in views:
        view.show()
        qtbot.waitExposed(view)
    return made


@pytest.fixture
def group(qtbot: QtBot) -> MprGroup:
    return group_of(qtbot, affine())


def turn_by(view: MprView, degrees: float, *, release: bool = True) -> None:
    """Drag the first handle about the crossing, clockwise on the screen."""
    handle = view.turn_handles()[0][0]
    middle = QPointF(*(view.px_of(view.cross_point or (0, 0, 0)) or (0, 0)))
    angle, out = np.radians(degrees), handle - middle
    to = middle + QPointF(
        out.x() * np.cos(angle) - out.y() * np.sin(angle), out.x() * np.sin(angle) + out.y() * np.cos(angle)
    )
    QTest.mousePress(view, LEFT, PLAIN, handle.toPoint())
    move(view, to)
    if release:
        QTest.mouseRelease(view, LEFT, PLAIN, to.toPoint())


def is_square(basis: np.ndarray) -> bool:
    return bool(np.allclose(basis.T @ basis, np.eye(3), atol=1e-9))


def test_a_handle_turns_the_other_planes_and_not_its_own(group: MprGroup) -> None:
    axial, coronal, sagittal = group.views
    axial.set_tool("window")
    before = axial.state.window
    turn_by(axial, 30)
    assert not axial.is_oblique
    assert coronal.is_oblique
    assert sagittal.is_oblique
    assert axial.state.window == before
    cosine = float(coronal.basis[:, 2] @ BASES[PlaneKind.CORONAL][:, 2])
    assert np.degrees(np.arccos(cosine)) == pytest.approx(30, abs=1.5)
    assert is_square(coronal.basis)
    assert float(coronal.basis[:, 2] @ sagittal.basis[:, 2]) == pytest.approx(0, abs=1e-9)
    assert group.point == axial.position


def test_the_line_follows_the_handle(group: MprGroup) -> None:
    axial = group.views[0]
    handle, colour = axial.turn_handles()[0]
    turn_by(axial, 40)
    middle = axial.px_of(axial.cross_point or (0, 0, 0))
    assert middle is not None
    same = [place for place, ink in axial.turn_handles() if ink == colour]
    was = np.degrees(np.arctan2(handle.y() - middle[1], handle.x() - middle[0]))
    now = [np.degrees(np.arctan2(p.y() - middle[1], p.x() - middle[0])) for p in same]
    assert min(abs((one - was - 40 + 180) % 360 - 180) for one in now) < 1.5


@pytest.mark.parametrize("name", list(GEOMETRIES))
def test_twice_oblique_a_voxel_is_drawn_where_it_lies(qtbot: QtBot, name: str) -> None:
    group = group_of(qtbot, GEOMETRIES[name])
    voxel = point_at(GEOMETRIES[name], (4, 12, 16))
    group.jump_to(voxel)
    axial, coronal, _ = group.views
    turn_by(axial, 25)
    turn_by(coronal, -35)
    assert axial.is_oblique
    for view in group.views:
        view.peek(True)
        image = view.grab().toImage()
        ratio = image.devicePixelRatio()
        grey = np.array(
            [
                [image.pixelColor(x, y).lightness() for x in range(60, image.width() - 60)]
                for y in range(60, image.height() - 60)
            ]
        )
        assert grey.max() > 60
        rows, columns = np.nonzero(grey > 0.8 * grey.max())
        wanted = view.px_of(voxel)
        assert wanted is not None
        assert (columns.mean() + 60.5) / ratio == pytest.approx(wanted[0], abs=4.0)
        assert (rows.mean() + 60.5) / ratio == pytest.approx(wanted[1], abs=4.0)


def test_outlines_of_a_mask_stay_on_it(group: MprGroup) -> None:
    labels = np.zeros((9, 24, 32), np.uint8)
    labels[3:6, 10:15, 14:19] = 1
    axial, coronal, _ = group.views
    voxel = point_at(affine(), (4, 12, 16))
    group.jump_to(voxel)
    turn_by(axial, 30)
    wanted = coronal.px_of(voxel)
    assert wanted is not None
    coronal.set_outlines((OutlineLayer("mask", labels, affine(), {1: (255, 0, 255)}),))
    image = coronal.grab().toImage()
    ratio = image.devicePixelRatio()
    ink = [
        (x / ratio, y / ratio)
        for x in range(0, image.width(), 2)
        for y in range(0, image.height(), 2)
        if image.pixelColor(x, y).red() > 150 and image.pixelColor(x, y).green() < 90
    ]
    assert len(ink) > 10
    xs, ys = zip(*ink, strict=True)
    assert (min(xs) + max(xs)) / 2 == pytest.approx(wanted[0], abs=10)
    assert (min(ys) + max(ys)) / 2 == pytest.approx(wanted[1], abs=10)


def test_escape_turns_back_and_reset_straightens_all(group: MprGroup) -> None:
    axial, coronal, sagittal = group.views
    turn_by(axial, 30, release=False)
    assert coronal.is_oblique
    QTest.keyClick(axial, Qt.Key.Key_Escape)
    assert not coronal.is_oblique
    QTest.mouseRelease(axial, LEFT, PLAIN, QPoint(1, 1))
    turn_by(axial, 30)
    turn_by(coronal, 20)
    sagittal.reset()
    assert not any(view.is_oblique for view in group.views)


def test_letters_tell_that_a_plane_is_oblique(group: MprGroup) -> None:
    turn_by(group.views[0], 30)
    assert any(len(letters) > 1 for letters in group.views[1].letters())


@given(
    axis=st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda v: np.linalg.norm(v) > 1e-3),
    angle=st.floats(-10, 10),
)
def test_turns_keep_lengths_and_hands(axis: tuple[float, float, float], angle: float) -> None:
    unit = np.array(axis) / np.linalg.norm(axis)
    turn = rotation(unit, angle)
    np.testing.assert_allclose(turn.T @ turn, np.eye(3), atol=1e-12)
    assert np.linalg.det(turn) == pytest.approx(1.0)
    np.testing.assert_allclose(turn @ unit, unit, atol=1e-12)
    np.testing.assert_allclose(rotation(unit, -angle) @ turn, np.eye(3), atol=1e-12)


def test_a_plane_that_went_leaves_the_others_their_group(qtbot: QtBot) -> None:
    """A viewport of planes shows another series now: the rest straightens and moves on without it."""
    views = [MprView(kind) for kind in PlaneKind]
    group = MprGroup(views)
    group.set_volume(volume(one_bright_voxel((4, 12, 16)), affine()), [WINDOW])
    gone, *rest = views
    gone.deleteLater()
    QApplication.sendPostedEvents(gone, QEvent.Type.DeferredDelete.value)
    assert group.views == tuple(rest)
    rest[0].set_basis(rotation(np.array([0.0, 0.0, 1.0]), 0.3) @ rest[0].basis)
    rest[0].reset()
    group.jump_to((1.0, 2.0, 3.0))
    assert not rest[0].is_oblique
    assert rest[0].others == (rest[1],)
    for view in rest:
        qtbot.addWidget(view)
