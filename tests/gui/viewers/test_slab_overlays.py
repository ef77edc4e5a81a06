"""What lies over a slab is of the whole slab: heat, outlines and masks off the plane are drawn where they lie."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from tests.support.viewers2d import GEOMETRIES, WINDOW, point_at, volume
from viewers.masks.book import MaskBook
from viewers.masks.bricks import Block
from viewers.mpr_view import MprGroup, MprView, PlaneKind
from viewers.painted_view import Masks
from viewers.slabs import Slab, SlabMode
from viewers.types import HeatLayer, OutlineLayer

SHAPE = (24, 40, 40)
OFF = (16, 20, 24)  # voxels: off the middle plane of every geometry in at least one view
RED = (255, 0, 0)
REACH_PX = 34.0


def spot() -> NDArray[np.uint8]:
    made = np.zeros(SHAPE, dtype=np.uint8)
    made[OFF[0] - 1 : OFF[0] + 2, OFF[1] - 1 : OFF[1] + 2, OFF[2] - 1 : OFF[2] + 2] = 1
    return made


def colored(view: MprView, around: tuple[float, float]) -> tuple[float, float] | None:
    """Middle of what is coloured near a place, in logical pixels; None where nothing is."""
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    raw = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.bytesPerLine())
    pixels = raw[:, : 4 * image.width()].reshape(image.height(), image.width(), 4).astype(int)
    ratio, x, y = view.devicePixelRatioF(), *around
    tinted = np.abs(pixels[..., 2] - pixels[..., 0]) > 40
    rows, columns = np.nonzero(tinted)
    near = np.hypot(columns / ratio - x, rows / ratio - y) < REACH_PX
    rows, columns = rows[near], columns[near]
    return (float(columns.mean() / ratio), float(rows.mean() / ratio)) if len(rows) > 8 else None


def plane_beside(qtbot: QtBot, name: str, kind: PlaneKind) -> tuple[MprView, float]:
    """A view whose plane passes the spot by some mm, and by how much."""
    view = MprView(kind)
    view.resize(520, 520)
    qtbot.addWidget(view)
    affine = GEOMETRIES[name]
    MprGroup([view]).set_volume(volume(np.zeros(SHAPE, dtype=np.int16), affine), [WINDOW])
    there = np.array(point_at(affine, OFF))
    normal = view.basis[:, 2]
    half = 1.5 * float(np.abs(affine[:3, :3].T @ normal).sum())  # of three voxels, seen along the normal
    start = there - (half + 1.0) * normal
    view.jump_to((float(start[0]), float(start[1]), float(start[2])))
    view.show()
    qtbot.waitExposed(view)
    assert view.cross_point is not None
    away = abs(float((there - view.cross_point) @ normal))
    return view, away


@pytest.mark.parametrize("kind", list(PlaneKind))
@pytest.mark.parametrize("name", list(GEOMETRIES))
@pytest.mark.parametrize("what", ["heat", "outline", "mask"])
def test_what_is_off_the_plane_is_drawn_in_a_slab_where_it_lies(
    qtbot: QtBot, name: str, kind: PlaneKind, what: str
) -> None:
    view, away = plane_beside(qtbot, name, kind)
    affine = GEOMETRIES[name]
    if what == "heat":
        values = spot().astype(np.float32)
        view.set_heat((HeatLayer("h", values, affine, "heat", colormap="cividis", threshold=0.5),))
    elif what == "outline":
        view.set_outlines((OutlineLayer("o", spot(), affine, {1: RED}),))
    else:
        book = MaskBook(SHAPE, affine)
        book.list((1,))
        book.paint(1, Block((0, 0, 0), spot().astype(np.bool_)))
        view.set_masks(Masks(book, {1: RED}))
    wanted = view.px_of(point_at(affine, OFF))
    assert wanted is not None
    assert colored(view, wanted) is None
    view.set_slab(Slab(SlabMode.MIP, 2 * away + 1.0))
    found = colored(view, wanted)
    assert found is not None
    assert found == pytest.approx(wanted, abs=1.6 * view.state.scale)
    assert any("all through the slab" in line for line in view.scene().notices)
