"""The window on a real X screen, with a pointer and keys that come through the X server."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from app.phantom.spec import covering_spec
from app.phantom.study import write_phantom_study
from tests.support.real_display import SIZE, Screen, real_display

ROOT = Path(__file__).resolve().parents[3]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X11 is asked of Linux only"),
]


def until(
    screen: Screen, holds: Callable[[NDArray[np.uint8]], bool], timeout_s: float = 15.0
) -> NDArray[np.uint8]:
    end = time.monotonic() + timeout_s
    picture = screen.picture()
    while not holds(picture) and time.monotonic() < end:
        time.sleep(0.2)
        picture = screen.picture()
    assert holds(picture)
    return picture


def middle(picture: NDArray[np.uint8]) -> NDArray[np.int16]:
    """The image area, away from panels and texts."""
    rows, columns = picture.shape[:2]
    return picture[rows // 3 : rows * 2 // 3, columns * 2 // 5 : columns * 3 // 5].astype(np.int16)


def test_open_drag_scroll_and_close_on_a_real_screen(tmp_path: Path) -> None:
    study = tmp_path / "study"
    write_phantom_study(study, covering_spec(40, 96, 96), radiograph=False)
    frames = tmp_path / "screen"
    frames.mkdir()
    with real_display(frames) as screen:
        environment = {**os.environ, "DISPLAY": screen.display, "OVERREAD_HOME": str(tmp_path / "home")}
        environment.pop("QT_QPA_PLATFORM", None)
        process = subprocess.Popen(
            [sys.executable, "-m", "app", "open", str(study)], cwd=ROOT, env=environment
        )
        try:
            window = screen.wait_for_window(process, "Overread")
            screen.do("windowsize", "--sync", window, str(SIZE[0]), str(SIZE[1]))
            screen.do("windowmove", window, "0", "0")
            screen.do("windowfocus", window)
            before = until(screen, lambda picture: float(middle(picture).std()) > 20)
            x, y = SIZE[0] // 2, SIZE[1] // 2
            screen.do("mousemove", str(x), str(y), "mousedown", "1")
            for step in range(1, 9):
                screen.do("mousemove", str(x), str(y - 15 * step))
            screen.do("mouseup", "1")
            dragged = until(
                screen, lambda picture: abs(float(middle(picture).mean() - middle(before).mean())) > 4
            )
            for _ in range(6):
                screen.do("click", "5")
            until(screen, lambda picture: float(np.abs(middle(picture) - middle(dragged)).mean()) > 1)
            screen.do("key", "--window", window, "ctrl+q")
            assert process.wait(15) == 0
        finally:
            if process.poll() is None:
                process.kill()
                process.wait(5)
