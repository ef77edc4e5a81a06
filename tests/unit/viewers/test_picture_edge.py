"""What lies beyond the last pixel is black, to the pixel, wherever the edge falls on the screen."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from tests.support.viewers2d import grey_of_image
from viewers.slice_view import SliceView
from viewers.types import Frame, WindowLevel


class One:
    """A source of one frame."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self.count = 1

    def frame(self, index: int) -> Frame:
        return self._frame

    def affine_at(self, index: int) -> np.ndarray:
        return self._frame.affine

    def failure(self, index: int) -> None:
        return None

    def listen(self, arrived: object) -> object:
        return lambda: None


@pytest.mark.parametrize("size", [(871, 640), (877, 700), (889, 700), (640, 640)])
def test_no_bright_line_beside_a_dark_picture(qtbot: QtBot, size: tuple[int, int]) -> None:
    """Stored zero is soft tissue in signed CT; it must not shine through at the edge."""
    frame = Frame(
        np.full((512, 512), -1000, np.int16),
        np.array([[0, 0, 0.703, -180], [0, 0.703, 0, -180], [1, 0, 0, 0], [0, 0, 0, 1.0]]),
    )
    view = SliceView()
    qtbot.addWidget(view)
    view.resize(*size)
    view.set_source(One(frame), (WindowLevel(-500, 1500),))  # type: ignore[arg-type]
    view.show()
    row = grey_of_image(view.grab_picture())[size[1] // 3]
    assert row.max() < 60
