"""Mammograms of 13.6 megapixels with their air drawn black: window drag, zoom, the walk at 1:1, and the first look.

Peer of the drag and the zoom: vtkImageSlice in a plain off-screen VTK window, which draws the air as it is stored.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QApplication

from tests.benchmarks._table import row
from tests.benchmarks.bench_scroll import PlainVtk, report, stack_of
from viewers.breast import find_breast
from viewers.ground import ground
from viewers.slice_view import SliceView
from viewers.types import WindowLevel

ROWS, COLUMNS = 4096, 3328
SIZE = 800


def film() -> NDArray[np.uint16]:
    """A breast of noise on air of noise: nothing that compresses or repeats."""
    rows, columns = np.mgrid[0:ROWS, 0:COLUMNS].astype(np.float32)
    away = np.hypot((rows - ROWS / 2) / (ROWS * 0.4), columns / (COLUMNS * 0.6))
    tissue = np.where(away < 1, 1200 + 2000 * (1 - away), 90)
    noise = np.random.default_rng(7).integers(-60, 60, (ROWS, COLUMNS))
    return np.clip(tissue + noise, 0, 4095).astype(np.uint16)


def main() -> None:
    app = QApplication.instance() or QApplication([])
    pixels = film()
    view = stack_of(pixels[np.newaxis], WindowLevel(2048, 4096))
    view.resize(SIZE, SIZE)
    view.show()
    QApplication.processEvents()
    picture = view.picture
    assert picture is not None
    first_look(pixels)
    breast = find_breast(pixels)
    assert breast is not None
    picture.ground = ground(breast.air, breast.step, picture.affine)
    peer = PlainVtk(pixels[np.newaxis], SIZE, reslice=False)
    report(
        "window drag, 13.6 megapixels, air black",
        _drawn(view, lambda n: view.set_window(WindowLevel(2048 + n, 4096))),
        lambda n: peer.look(2048.0 + n, 4096.0),
        "p95 <= 16",
    )
    report("zoom, 13.6 megapixels, air black", _drawn(view, lambda n: _zoom(view, n)), None, "p95 <= 33")
    view.one_to_one()
    report(
        "walk at 1:1, 13.6 megapixels, air black", _drawn(view, lambda n: _step(view, n)), None, "p95 <= 33"
    )
    app.quit()


def first_look(pixels: NDArray[np.uint16]) -> None:
    """What the first picture of a film costs beside its decoding."""
    taken = []
    for _ in range(7):
        begun = time.perf_counter()
        find_breast(pixels)
        taken.append(1000 * (time.perf_counter() - begun))
    row("breast found, 13.6 megapixels, median", float(np.median(taken[1:])), None, "ms", "<= 100")


def _drawn(view: SliceView, change: Callable[[int], None]) -> Callable[[int], None]:
    def both(number: int) -> None:
        change(number)
        view.repaint()

    return both


def _zoom(view: SliceView, number: int) -> None:
    view.zoom_at(1.02 if number % 40 < 20 else 1 / 1.02, 300, 400)


def _step(view: SliceView, number: int) -> None:
    state = view.state
    step = 40.0 if number % 20 < 10 else -40.0
    view.show_state(
        type(state)(state.window, scale=state.scale, pan_px=(state.pan_px[0] - step, state.pan_px[1]))
    )


if __name__ == "__main__":
    main()
