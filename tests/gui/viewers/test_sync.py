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


def test_other_examinations_keep_their_distance_in_mm_and_get_it_back_after_an_end(qtbot: QtBot) -> None:
    fine, coarse = stack(qtbot, 41, 1.0, 0.0), stack(qtbot, 9, -5.0, 900.0)
    fine.show_index(20)
    coarse.show_index(4)
    sync = SliceSync([fine, coarse], shares=lambda _one, _other: False)
    fine.show_index(30)
    assert coarse.index == 2, "their orders are opposite"
    fine.show_index(40)
    assert coarse.index == 0
    coarse.show_index(8)
    assert fine.index == 0
    fine.show_index(20)
    assert coarse.index == 4
    sync.close()
    fine.show_index(0)
    assert coarse.index == 4


def test_frames_that_are_not_decoded_yet_already_lead(qtbot: QtBot) -> None:
    source = ArraySource(np.zeros((11, 8, 8), np.int16), affine(slice_step=(0, 0, 2.0)))
    source.missing = set(range(11))
    leader = SliceView()
    qtbot.addWidget(leader)
    leader.set_source(source, [WINDOW])
    other = stack(qtbot, 11, 2.0, float(source.affine_at(0)[2, 3]))
    sync = SliceSync([leader, other])
    leader.show_index(7)
    assert other.index == 7
    sync.close()
