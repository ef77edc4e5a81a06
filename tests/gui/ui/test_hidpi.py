"""On fine screens pictures are drawn at the screen's own pixels, and 1:1 is one of them. Each in a fresh process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
CHILD = """
import json, sys
from pathlib import Path
import numpy as np
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget
from app.ui.studio import Studio
from tests.support.mammograms import FOUR, write
from tests.support.ui import paths_in

def main():
    home = Path(sys.argv[1])
    write(home / "mg", FOUR)
    studio = Studio.of(paths_in(home / "home"), (1100, 760))
    studio.open_folder(home / "mg")
    studio.wait_idle()
    view = studio.window.host.active.view
    picture = view.picture
    # A board of single pixels: any drawing that is not pixel for pixel makes grey of it.
    rows, columns = picture.pixels.shape[1:3]
    board = ((np.add.outer(np.arange(rows), np.arange(columns)) % 2) * 3000).astype(picture.pixels.dtype)
    picture.pixels[0][:] = board
    picture.ground = None
    view.set_window(type(view.state.window)(1500, 3000))
    view.one_to_one()
    view.peek(True)
    studio.spin()
    image = view.grab_picture().convertToFormat(QImage.Format.Format_Grayscale8)
    flat = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    y, x = image.height() // 2, image.width() // 2
    middle = flat[y - 20 : y + 20, x - 20 : x + 20]
    widgets = studio.window.findChildren(QWidget)
    small = [type(w).__name__ for w in widgets if 0 < w.font().pointSizeF() < 11]
    print(json.dumps({
        "ratio": view.devicePixelRatioF(), "size": [image.width(), image.height()],
        "logical": [view.width(), view.height()], "scale": view.state.scale,
        "extreme": float(np.mean((middle < 40) | (middle > 215))), "small": small,
        "window": [studio.grab().width(), studio.window.width()],
    }))
    studio.close()

if __name__ == "__main__":
    main()
"""


@pytest.mark.parametrize("factor", [1.0, 1.5, 2.0])
def test_pictures_are_drawn_at_the_pixels_of_the_screen(tmp_path: Path, factor: float) -> None:
    script = tmp_path / "child.py"
    script.write_text(CHILD)
    environment = {**os.environ, "QT_SCALE_FACTOR": str(factor), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path)], env=environment, cwd=ROOT, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["ratio"] == factor
    assert told["size"] == [pytest.approx(n * factor, abs=1) for n in told["logical"]]
    assert told["window"][0] == pytest.approx(told["window"][1] * factor, abs=1)
    assert told["extreme"] > 0.99, "single pixels stay black and white: nothing is drawn coarser or mixed"
    assert told["scale"] == pytest.approx(1 / (0.098 * factor), rel=1e-3), "1:1 is one pixel of the screen"
    assert told["small"] == []
