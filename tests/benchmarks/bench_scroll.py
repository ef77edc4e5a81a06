"""Scroll and window drags: our views beside plain VTK slice actors in an off-screen window, same pixels, same run."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")

import numpy as np
import vtkmodules.vtkRenderingOpenGL2  # noqa: F401 - VTK finds its renderer by this import
from numpy.typing import NDArray
from PySide6.QtWidgets import QApplication, QGridLayout, QWidget
from vtkmodules.vtkRenderingCore import (
    vtkImageSlice,
    vtkImageSliceMapper,
    vtkRenderer,
    vtkRenderWindow,
)
from vtkmodules.vtkRenderingImage import vtkImageResliceMapper

from tests.benchmarks._table import row
from tests.support.viewers2d import ArraySource, affine
from viewers.mpr_view import MprGroup, MprView, PlaneKind
from viewers.slice_view import SliceView
from viewers.types import CornerText, HeatLayer, OutlineLayer, VolumeImage, WindowLevel
from viewers.vtk_bridge import VtkArray

FRAMES, WARM_UP = 120, 10
CORNERS = CornerText(("DOE^JANE", "F 61"), ("CT CHEST", "Acc 77"), ("Image 1", "W 400 L 40"), ("1.0 mm",))
Peer = Callable[[int], None]


def times_ms(change: Callable[[int], None]) -> tuple[float, float]:
    """Median and 95th percentile of a change that ends with the picture painted."""
    taken = []
    for number in range(FRAMES + WARM_UP):
        start = time.perf_counter()
        change(number)
        taken.append(1000.0 * (time.perf_counter() - start))
    half, late = np.percentile(taken[WARM_UP:], [50, 95])
    return float(half), float(late)


def report(name: str, ours: Callable[[int], None], peer: Peer | None, aim: str) -> None:
    """Two lines: median and 95th percentile."""
    our_times, peer_times = times_ms(ours), times_ms(peer) if peer else (None, None)
    for label, mine, other in zip(("p50", "p95"), our_times, peer_times, strict=True):
        row(f"{name}, {label}", mine, other, "ms", aim)


def chest(slices: int = 120) -> NDArray[np.int16]:
    """Noise over a body-like disc: nothing that compresses or repeats."""
    rng = np.random.default_rng(7)
    y, x = np.mgrid[-1:1:512j, -1:1:512j]
    body = np.where(x**2 + y**2 < 0.8, 40, -1000)
    return np.asarray(body + rng.normal(0, 30, (slices, 512, 512)), dtype=np.int16)


def stack_of(pixels: NDArray[np.int16] | NDArray[np.uint16], window: WindowLevel) -> SliceView:
    view = SliceView()
    view.set_corner_text(CORNERS)
    view.set_source(ArraySource(pixels, affine(down=(0, 0.7, 0))), [window])
    return view


class PlainVtk:
    """One image slice in one off-screen window, as a plain VTK program shows it."""

    def __init__(self, pixels: NDArray[np.int16] | NDArray[np.uint16], size: int, *, reslice: bool) -> None:
        self._array = VtkArray(pixels)
        self._mapper = vtkImageResliceMapper() if reslice else vtkImageSliceMapper()
        self._mapper.SetInputData(self._array.image)
        self._slice = vtkImageSlice()
        self._slice.SetMapper(self._mapper)
        renderer = vtkRenderer()
        renderer.AddViewProp(self._slice)
        camera = renderer.GetActiveCamera()
        camera.ParallelProjectionOn()
        self._mapper.SliceFacesCameraOn()
        self._mapper.SliceAtFocalPointOn()
        renderer.ResetCamera()
        self._camera, self._renderer = camera, renderer
        self._window = vtkRenderWindow()
        self._window.SetOffScreenRendering(1)
        self._window.SetMultiSamples(0)
        self._window.SetSize(size, size)
        self._window.AddRenderer(renderer)
        self.look(40.0, 400.0)

    def look(self, level: float, width: float) -> None:
        """Window and level, rendered."""
        self._slice.GetProperty().SetColorLevel(level)
        self._slice.GetProperty().SetColorWindow(width)
        self._show()

    def scroll(self, index: int) -> None:
        """Another slice, rendered."""
        x, y, _ = self._camera.GetFocalPoint()
        self._camera.SetFocalPoint(x, y, index)
        self._camera.SetPosition(x, y, index + 500.0)
        self._renderer.ResetCameraClippingRange()
        self._show()

    def scroll_round(self, count: int) -> Peer:
        """Scroll through so many slices, over and over."""
        return lambda number: self.scroll(number % count)

    def _show(self) -> None:
        """Render, and wait until the pixels are there."""
        self._window.Render()
        self._window.WaitForCompletion()


def scroll_one(pixels: NDArray[np.int16]) -> None:
    view = stack_of(pixels, WindowLevel(40, 400))
    view.resize(800, 800)
    view.show()
    QApplication.processEvents()

    def ours(number: int) -> None:
        view.show_index(number % len(pixels))
        view.repaint()

    for mapper, reslice in (("vtkImageSliceMapper", False), ("vtkImageResliceMapper", True)):
        peer = PlainVtk(pixels, 800, reslice=reslice)
        report(f"scroll 800x800 (peer {mapper})", ours, peer.scroll_round(len(pixels)), "p95 <= 33")


def scroll_with_ink(pixels: NDArray[np.int16]) -> None:
    """Heat at half resolution and two outlined regions on every slice."""
    view = stack_of(pixels, WindowLevel(40, 400))
    view.resize(800, 800)
    slices = len(pixels)
    y, x = np.mgrid[-1:1:512j, -1:1:512j]
    lungs = np.where(((np.abs(x) - 0.35) / 0.25) ** 2 + (y / 0.5) ** 2 < 1, np.where(x < 0, 1, 2), 0)
    labels = np.broadcast_to(lungs.astype(np.uint8), (slices, 512, 512)).copy()
    heat = (labels[:, ::2, ::2] > 0).astype(np.float32)
    placed = affine(down=(0, 0.7, 0))
    view.set_outlines((OutlineLayer("lungs", labels, placed, {1: (86, 180, 233), 2: (230, 160, 0)}),))
    view.set_heat((HeatLayer("heat", heat, placed @ np.diag([1.0, 2.0, 2.0, 1.0]), "dense lung"),))
    view.show()
    QApplication.processEvents()

    def ours(number: int) -> None:
        view.show_index(number % slices)
        view.repaint()

    report("scroll 800x800 with heat and two outlines", ours, None, "p95 <= 33")


def scroll_four(pixels: NDArray[np.int16]) -> None:
    window, grid = QWidget(), QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setSpacing(0)
    window.setLayout(grid)
    views = [stack_of(pixels, WindowLevel(40, 400)) for _ in range(4)]
    for number, view in enumerate(views):
        grid.addWidget(view, number // 2, number % 2)
    window.resize(1200, 1200)
    window.show()
    QApplication.processEvents()
    peers = [PlainVtk(pixels, 600, reslice=False) for _ in range(4)]

    def ours(number: int) -> None:
        for view in views:
            view.show_index(number % len(pixels))
        window.repaint()

    def theirs(number: int) -> None:
        for peer in peers:
            peer.scroll(number % len(pixels))

    report("scroll 2x2 of 600x600 (peer vtkImageSliceMapper)", ours, theirs, "p95 <= 33")


def drag_mammogram() -> None:
    pixels = np.random.default_rng(7).integers(0, 4096, (1, 4096, 3328), dtype=np.uint16)
    view = stack_of(pixels, WindowLevel(2048, 4096))
    view.resize(800, 800)
    view.show()
    QApplication.processEvents()
    peer = PlainVtk(pixels, 800, reslice=False)

    def ours(number: int) -> None:
        view.set_window(WindowLevel(2048 + number, 4096))
        view.repaint()

    report("window drag, mammogram 3328x4096", ours, lambda n: peer.look(2048.0 + n, 4096.0), "p95 <= 33")


def walk_planes(pixels: NDArray[np.int16]) -> None:
    window, grid = QWidget(), QGridLayout()
    window.setLayout(grid)
    views = [MprView(kind) for kind in PlaneKind]
    for number, view in enumerate(views):
        grid.addWidget(view, number // 2, number % 2)
    window.resize(1200, 1200)
    group = MprGroup(views)
    group.set_volume(VolumeImage(pixels, affine(down=(0, 0.7, 0))), [WindowLevel(40, 400)])
    window.show()
    QApplication.processEvents()

    def ours(number: int) -> None:
        group.jump_to((60.0 + number, 60.0 + number, 120.0 + number))
        window.repaint()

    report("crosshair drag, three planes of 600x600", ours, None, "p95 <= 33")


def main() -> None:
    """All of it, ours beside the peer."""
    app = QApplication.instance() or QApplication([])
    pixels = chest()
    scroll_one(pixels)
    scroll_with_ink(pixels)
    scroll_four(pixels)
    drag_mammogram()
    walk_planes(pixels)
    app.quit()


if __name__ == "__main__":
    main()
