"""Stacks that follow each other by position."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from tests.support.viewers2d import WINDOW, ArraySource, affine
from viewers.slice_view import SliceView
from viewers.sync import SliceSync


def stack(qtbot: QtBot, slices: int, step_mm: float, first_mm: float, **of_frame: object) -> SliceView:
    view = SliceView()
    qtbot.addWidget(view)
    placed = affine(slice_step=(0, 0, step_mm), origin=(0, 0, first_mm))
    view.set_source(ArraySource(np.zeros((slices, 8, 8), np.int16), placed, **of_frame), [WINDOW])
    view.show_index(0)
    return view


def test_the_other_stack_goes_to_the_nearest_slice(qtbot: QtBot) -> None:
    fine, coarse = stack(qtbot, 41, 1.0, 0.0), stack(qtbot, 9, 5.0, 0.0)
    sync = SliceSync([fine, coarse])
    fine.show_index(18)
    assert coarse.index == 4
    coarse.show_index(7)
    assert fine.index == 35
    assert sync.views == (fine, coarse)


def test_reversed_stacks_meet_at_the_same_place(qtbot: QtBot) -> None:
    up, down = stack(qtbot, 11, 2.0, 0.0), stack(qtbot, 11, -2.0, 20.0)
    sync = SliceSync([up, down])
    up.show_index(3)
    assert down.index == 7
    assert sync.views


@pytest.mark.parametrize("in_patient", [False])
def test_projection_images_do_not_follow(qtbot: QtBot, in_patient: bool) -> None:
    ct, film = stack(qtbot, 11, 2.0, 0.0), stack(qtbot, 3, 1.0, 0.0, in_patient=in_patient)
    sync = SliceSync([ct, film])
    ct.show_index(9)
    assert film.index == 0
    film.show_index(2)
    assert ct.index == 9
    assert sync.views


def test_planes_across_do_not_follow(qtbot: QtBot) -> None:
    axial = stack(qtbot, 11, 2.0, 0.0)
    coronal = SliceView()
    qtbot.addWidget(coronal)
    placed = affine(slice_step=(0, 2.0, 0), down=(0, 0, -0.9))
    coronal.set_source(ArraySource(np.zeros((9, 8, 8), np.int16), placed), [WINDOW])
    sync = SliceSync([axial, coronal])
    axial.show_index(9)
    assert coronal.index == 4
    assert sync.views
