"""A brush stroke until it is on the screen, with a hundred segments, beside a plain VTK window that does the same.

Ours is a whole view: voxels found in mm, segments updated, sampled at the pixels of the view, coloured, painted over
the picture, and grabbed. The peer turns the same voxels of one label volume by numpy and draws it by vtkImageSlice over
the picture: no segments, no undo, no volume.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")

import numpy as np
import vtkmodules.vtkRenderingOpenGL2  # noqa: F401 - VTK finds its renderer by this import
from numpy.typing import NDArray
from PySide6.QtWidgets import QApplication
from vtkmodules.vtkCommonCore import vtkLookupTable, vtkUnsignedCharArray
from vtkmodules.vtkRenderingCore import vtkImageSlice, vtkImageSliceMapper, vtkRenderer, vtkRenderWindow

from app.ui.application import application
from tests.benchmarks._table import row
from viewers.masks.book import MaskBook
from viewers.masks.bricks import Block
from viewers.masks.brush import ball, disc
from viewers.masks.canvas import Brush, Canvas
from viewers.masks.palette import color_of
from viewers.mpr_view import MprGroup, MprView, PlaneKind
from viewers.painted_view import Masks
from viewers.types import Affine, Point, VolumeImage, WindowLevel
from viewers.vtk_bridge import VtkArray

SIZE, SHAPE, SEGMENTS, MOVES = 800, (300, 512, 512), 100, 40
RADIUS_MM = 10.0


def main() -> None:
    """p95 over the moves of one stroke; each goes 4 mm on."""
    app = application(off_screen=True)
    pixels = np.random.default_rng(7).integers(-1000, 1500, SHAPE, dtype=np.int16)
    affine = np.array([[0.0, 0, 0.7, 0], [0, 0.7, 0, 0], [1.0, 0, 0, 0], [0, 0, 0, 1]])
    image = VolumeImage(pixels, affine)
    book = MaskBook(SHAPE, affine)
    book.list(range(1, SEGMENTS + 1))
    _fill(book)
    view = MprView(PlaneKind.AXIAL)
    view.resize(SIZE, SIZE)
    MprGroup([view]).set_volume(image, [WindowLevel(40.0, 400.0)])
    canvas = Canvas(book, image)
    colors = {number: color_of(number) for number in range(1, SEGMENTS + 1)}
    view.set_masks(Masks(book, colors, 1, canvas=canvas))
    view.show()
    for solid, kind in ((False, "disc"), (True, "ball")):
        theirs = _p95_ms(_peer(pixels, affine, solid=solid))
        mine = _p95_ms(_ours(app, view, canvas, solid=solid))
        name = (
            f"brush {kind} of {RADIUS_MM:g} mm to the screen, {SEGMENTS} segments (peer: vtkImageSlice), p95"
        )
        row(name, mine, theirs, "ms", aim="<= 33 ms")
    started = time.perf_counter()
    taken = book.taken()
    row(
        "what one stroke changed, taken for keeping",
        (time.perf_counter() - started) * 1000,
        None,
        "ms",
        "told",
    )
    book.toggle(taken)


def _fill(book: MaskBook) -> None:
    """A ball of 14 mm for each segment, on a lattice through the volume."""
    for number in range(1, SEGMENTS + 1):
        at = _place(number)
        block = ball(book.affine, book.shape, (at, at), 14.0)
        if block is not None:
            book.paint(number, block)
    book.taken()


def _place(number: int) -> Point:
    return 30.0 + 60 * (number % 5), 30.0 + 70 * ((number // 5) % 5), 40.0 + 60 * (number // 25)


def _way(move: int) -> tuple[Point, Point]:
    return (60.0 + 4 * move, 180.0, 149.5), (64.0 + 4 * move, 180.0, 149.5)


def _ours(app: QApplication, view: MprView, canvas: Canvas, *, solid: bool) -> Callable[[int], None]:
    canvas.brush = Brush(1, solid=solid, radius_mm=RADIUS_MM)
    canvas.begin()
    normal = np.array([0.0, 0.0, 1.0])

    def run(move: int) -> None:
        canvas.draw_to(_way(move)[1], normal)
        view.grab_picture()
        app.processEvents()
        if move == MOVES - 1:
            canvas.end()

    return run


def _peer(pixels: NDArray[np.int16], affine: Affine, *, solid: bool) -> Callable[[int], None]:
    labels = np.zeros(SHAPE, dtype=np.uint8)
    window, renderer = vtkRenderWindow(), vtkRenderer()
    window.SetOffScreenRendering(1)
    window.SetSize(SIZE, SIZE)
    window.AddRenderer(renderer)
    table = vtkLookupTable()
    table.SetNumberOfTableValues(2)
    table.SetTableRange(0, 1)
    table.SetTableValue(0, 0, 0, 0, 0)
    table.SetTableValue(1, 0.3, 0.7, 0.9, 0.3)
    arrays = VtkArray(pixels), VtkArray(labels)
    for array, is_mask in zip(arrays, (False, True), strict=True):
        mapper, shown = vtkImageSliceMapper(), vtkImageSlice()
        mapper.SetInputData(array.image)
        mapper.SetSliceNumber(149)
        shown.SetMapper(mapper)
        if is_mask:
            shown.GetProperty().SetLookupTable(table)
            shown.GetProperty().UseLookupTableScalarRangeOn()
            shown.GetProperty().SetInterpolationTypeToNearest()
        renderer.AddViewProp(shown)
    renderer.ResetCamera()
    buffer = vtkUnsignedCharArray()

    def run(move: int) -> None:
        shape, way = (SHAPE[0], SHAPE[1], SHAPE[2]), _way(move)
        normal = np.array([0.0, 0.0, 1.0])
        found: Block | None = (
            ball(affine, shape, way, RADIUS_MM) if solid else disc(affine, shape, way, RADIUS_MM, normal)
        )
        if found is not None:
            labels[found.box.slices] |= found.voxels.view(np.uint8)
        arrays[1].touch()
        window.Render()
        window.GetRGBACharPixelData(0, 0, SIZE - 1, SIZE - 1, 1, buffer, 0)

    return run


def _p95_ms(draw: Callable[[int], None]) -> float:
    taken = []
    for move in range(MOVES):
        started = time.perf_counter()
        draw(move)
        taken.append((time.perf_counter() - started) * 1000)
    return float(np.percentile(taken[2:], 95))


if __name__ == "__main__":
    main()
