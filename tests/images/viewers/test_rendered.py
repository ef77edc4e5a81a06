"""Pixels of rendered views against values worked out by hand or by the compositor."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from tests.support.viewers2d import ArraySource, affine, grey_of_image
from viewers.compositor import blend, heat_picture
from viewers.mpr_view import MprView, PlaneKind
from viewers.slice_view import SliceView
from viewers.types import (
    HeatLayer,
    OutlineLayer,
    TextLevel,
    VolumeImage,
    WindowLevel,
)

WINDOW = WindowLevel(128.0, 256.0)
SQUARE = affine(down=(0, 1.0, 0), right=(1.0, 0, 0), origin=(0, 0, 0))


def shown(qtbot: QtBot, pixels: NDArray[np.generic], **of_frame: object) -> SliceView:
    """A bare 100x100 view of one 10x10 picture: each pixel is a square of ten."""
    view = SliceView()
    qtbot.addWidget(view)
    view.resize(100, 100)
    view.set_text_level(TextLevel.NONE)
    view.set_source(ArraySource(pixels[np.newaxis], SQUARE, **of_frame), [WINDOW])
    return view


def colors_of(image: QImage) -> NDArray[np.uint8]:
    plain = image.convertToFormat(QImage.Format.Format_RGB888)
    raw = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return raw[:, : 3 * plain.width()].reshape(plain.height(), plain.width(), 3).copy()


def quarters(a: int, b: int, c: int, d: int, kind: str = "uint8") -> NDArray[np.generic]:
    """Top left, top right, bottom left, bottom right."""
    return np.kron(np.array([[a, b], [c, d]]), np.ones((5, 5))).astype(kind)


def test_each_quarter_has_its_grey(qtbot: QtBot) -> None:
    grey = grey_of_image(shown(qtbot, quarters(0, 100, 200, 255)).grab_picture())
    assert [grey[20, 20], grey[20, 80], grey[80, 20], grey[80, 80]] == [0, 100, 200, 255]


def test_turned_clockwise_and_flipped_quarters_are_where_they_should_be(qtbot: QtBot) -> None:
    view = shown(qtbot, quarters(10, 100, 200, 250))
    view.rotate(1)
    view.peek(True)
    grey = grey_of_image(view.grab_picture())
    assert [grey[20, 20], grey[20, 80], grey[80, 20], grey[80, 80]] == [200, 10, 250, 100]
    view.flip_horizontal()
    grey = grey_of_image(view.grab_picture())
    assert [grey[20, 20], grey[20, 80], grey[80, 20], grey[80, 80]] == [10, 200, 100, 250]


@pytest.mark.parametrize(
    ("inverted", "invert", "grey"),
    [(False, False, 200), (True, False, 55), (False, True, 55), (True, True, 200)],
)
def test_monochrome1_and_inversion_cancel(qtbot: QtBot, inverted: bool, invert: bool, grey: int) -> None:
    view = shown(qtbot, np.full((10, 10), 200, np.uint8), inverted=inverted)
    if invert:
        view.invert()
    view.peek(True)
    assert grey_of_image(view.grab_picture())[50, 50] == grey


def test_signed_values_with_slope_and_intercept_are_shown_as_modality_values(qtbot: QtBot) -> None:
    view = shown(qtbot, np.full((10, 10), -500, np.int16), slope=2.0, intercept=1100.0)
    assert grey_of_image(view.grab_picture())[50, 50] == 100


def test_beside_the_picture_it_is_black_even_when_inverted(qtbot: QtBot) -> None:
    view = shown(qtbot, np.zeros((10, 10), np.int16))
    view.invert()
    view.peek(True)
    view.resize(200, 100)
    grey = grey_of_image(view.grab_picture())
    assert grey[:, 52:148].min() == 255
    assert grey[:, :48].max() == grey[:, 152:].max() == 0


@pytest.mark.parametrize("kind", ["int16", "int32", "float32"])
def test_padding_is_black_even_when_inverted(qtbot: QtBot, kind: str) -> None:
    view = shown(qtbot, quarters(-2000, 0, 0, -2000, kind), padding=-2000)
    view.invert()
    view.peek(True)
    grey = grey_of_image(view.grab_picture())
    assert [grey[20, 20], grey[20, 80]] == [0, 255]


def test_colour_pictures_keep_red_green_and_blue(qtbot: QtBot) -> None:
    pixels = np.zeros((10, 10, 3), np.uint8)
    pixels[:5, :, 0], pixels[5:, :, 2] = 250, 120
    colors = colors_of(shown(qtbot, pixels).grab_picture())
    assert colors[20, 50].tolist() == [250, 0, 0]
    assert colors[80, 50].tolist() == [0, 0, 120]


def test_heat_is_painted_as_the_compositor_blends_it(qtbot: QtBot) -> None:
    view = shown(qtbot, np.full((10, 10), 90, np.uint8))
    view.resize(400, 400)
    values = np.zeros((1, 10, 10), np.float32)
    values[0, :3, 5:] = 0.75
    layer = HeatLayer("h", values, SQUARE, "x")
    view.set_heat((layer,))
    colors = colors_of(view.grab_picture())
    wanted = blend(np.array([[90]], np.uint8), heat_picture([np.array([[0.75]], np.float32)], [layer]))[0, 0]
    assert colors[40, 320] == pytest.approx(wanted, abs=1)
    assert colors[40, 80].tolist() == [90, 90, 90]


def test_heat_of_one_slice_is_seen_on_that_slice_only(qtbot: QtBot) -> None:
    view = SliceView()
    qtbot.addWidget(view)
    view.resize(400, 400)
    view.set_text_level(TextLevel.NONE)
    view.set_source(ArraySource(np.full((5, 10, 10), 90, np.uint8), SQUARE), [WINDOW])
    third = SQUARE.copy()
    third[2, 3] = 2 * 3.0
    view.set_heat((HeatLayer("h", np.ones((1, 10, 10), np.float32), third, "x"),))
    heated = []
    for index in range(5):
        view.show_index(index)
        heated.append(colors_of(view.grab_picture())[40, 320].tolist() != [90, 90, 90])
    assert heated == [False, False, True, False, False]


def test_outline_lies_on_the_border_of_its_region(qtbot: QtBot) -> None:
    view = shown(qtbot, np.zeros((10, 10), np.uint8))
    labels = np.zeros((1, 10, 10), np.uint8)
    labels[0, 2:6, 3:8] = 4
    view.set_outlines((OutlineLayer("o", labels, SQUARE, {4: (0, 255, 0)}),))
    green = colors_of(view.grab_picture())[..., 1] > 150
    y, x = np.nonzero(green)
    assert (x.min(), x.max(), y.min(), y.max()) == pytest.approx((30, 80, 20, 60), abs=2)
    assert not green[30:50, 40:70].any()


def test_outline_of_a_volume_lies_right_on_a_coronal_plane(qtbot: QtBot) -> None:
    labels = np.zeros((10, 10, 10), np.uint8)
    labels[2:5, :, 3:8] = 1
    cube = affine(slice_step=(0, 0, 1.0), down=(0, 1.0, 0), right=(1.0, 0, 0), origin=(0, 0, 0))
    view = MprView(PlaneKind.CORONAL)
    qtbot.addWidget(view)
    view.resize(100, 100)
    view.set_volume(VolumeImage(np.zeros((10, 10, 10), np.int16), cube), [WINDOW])
    view.set_text_level(TextLevel.NONE)
    view.set_outlines((OutlineLayer("o", labels, cube, {1: (0, 255, 0)}),))
    y, x = np.nonzero(colors_of(view.grab_picture())[..., 1] > 150)
    # head up: slices 2 to 4 are 50 to 80 pixels from the top
    assert (x.min(), x.max(), y.min(), y.max()) == pytest.approx((30, 80, 50, 80), abs=2)


_AT_SCALE = """
import numpy as np
from PySide6.QtWidgets import QApplication
from tests.support.viewers2d import ArraySource, affine, brightest, grey_of_image, one_bright_voxel, point_at
from viewers.slice_view import SliceView
from viewers.types import TextLevel, WindowLevel
app = QApplication([])
view = SliceView()
view.resize(320, 240)
view.set_text_level(TextLevel.NONE)
view.set_source(ArraySource(one_bright_voxel((4, 5, 25)), affine()), [WindowLevel(500, 1000)])
view.show()
image = view.grab_picture()
ratio = image.devicePixelRatio()
found = brightest(grey_of_image(image))
wanted = view.px_of(point_at(affine(), (4, 5, 25)))
print(ratio, image.width(), round(abs(found[0] / ratio - wanted[0]), 2), round(abs(found[1] / ratio - wanted[1]), 2))
"""


def test_high_dpi_screens_get_all_their_pixels_in_the_right_place() -> None:
    root = Path(__file__).resolve().parents[3]
    given = {
        **os.environ,
        "QT_SCALE_FACTOR": "1.5",
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPATH": os.pathsep.join([str(root), *filter(None, [os.environ.get("PYTHONPATH")])]),
    }
    done = subprocess.run(
        [sys.executable, "-c", _AT_SCALE], env=given, capture_output=True, text=True, check=True
    )
    ratio, width, off_x, off_y = map(float, done.stdout.split())
    assert (ratio, width) == (1.5, 480)
    assert max(off_x, off_y) < 0.7


def test_a_radiograph_of_three_million_stripes_is_grey_when_it_is_small(qtbot: QtBot) -> None:
    stripes = np.zeros((1536, 2048), np.uint16)
    stripes[:, ::2] = 255
    view = SliceView()
    qtbot.addWidget(view)
    view.resize(256, 192)
    view.set_source(ArraySource(stripes[np.newaxis], SQUARE, in_patient=False), [WINDOW])
    view.peek(True)
    grey = grey_of_image(view.grab_picture())
    assert grey[20:170, 20:230].min() >= 126
    assert grey[20:170, 20:230].max() <= 129
