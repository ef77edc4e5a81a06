"""What an image is stays on it: a key image says so in the smallest view and without any text."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from tests.gui.viewers.test_overlay_layout import CORNERS, SIZES
from tests.support.viewers2d import WINDOW, ArraySource, affine
from viewers.overlays import orientation, stamps
from viewers.slice_view import SliceView
from viewers.types import Stamp, TextLevel

KEY, OTHER = Stamp("KEY IMAGE"), Stamp("ANOTHER PATIENT: DOE, RICHARD", grave=True)
SMALL = [(100, 90), (180, 240), (255, 250)]


@pytest.fixture
def view(qtbot: QtBot) -> SliceView:
    made = SliceView()
    qtbot.addWidget(made)
    made.set_source(ArraySource(np.zeros((5, 40, 60), np.int16), affine()), [WINDOW])
    made.set_corner_text(CORNERS)
    made.set_stamps((KEY, OTHER))
    return made


@pytest.mark.parametrize("size", [*SMALL, *SIZES])
def test_they_lie_below_one_another_and_over_no_letter(view: SliceView, size: tuple[int, int]) -> None:
    view.resize(*size)
    scene = view.scene()
    grave, key = stamps.places(scene)
    assert grave.bottom() <= key.top()
    assert 0 <= grave.left() <= grave.right() <= size[0]
    assert not grave.intersects(orientation.edges(scene)[2])
    assert stamps.foot_px(scene) >= key.bottom()


@pytest.mark.parametrize("size", SMALL)
@pytest.mark.parametrize("level", list(TextLevel))
def test_the_mark_of_a_key_image_is_drawn_in_the_smallest_view(
    view: SliceView, size: tuple[int, int], level: TextLevel
) -> None:
    view.resize(*size)
    view.set_text_level(level)
    view.set_stamps((KEY,))
    marked = view.grab_picture()
    view.set_stamps(())
    assert view.grab_picture() != marked


def test_a_peek_hides_the_readers_mark_and_keeps_the_warning(view: SliceView) -> None:
    view.resize(300, 300)
    view.peek(True)
    both = view.grab_picture()
    view.set_stamps((OTHER,))
    assert view.grab_picture() == both
    view.set_stamps(())
    assert view.grab_picture() != both
