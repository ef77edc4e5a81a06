"""Start to window shown, and double-click to first image, each in a fresh process.

Peer of the start: a bare QApplication with an empty QMainWindow. Aims: window <= 2.5 s warm, first image <= 300 ms.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.ui.studio import Studio

RUNS = 5
ROOT = Path(__file__).resolve().parents[2]
BARE = """
import sys
from PySide6.QtWidgets import QApplication, QMainWindow
qt = QApplication(["bare"]); window = QMainWindow(); window.show(); qt.processEvents()
"""


def main() -> int:
    shared = ROOT.parent / "shared" / "data" / "ct_chest_cptac_C3N-00247"
    with tempfile.TemporaryDirectory() as made:
        folder = shared
        if not folder.is_dir():
            from tests.support.ui import write_ct

            folder = Path(made) / "ct"
            write_ct(folder, slices=100)
        rows = [_child("ours", str(folder)) for _ in range(RUNS + 1)][1:]
        bare = [_timed(BARE) for _ in range(RUNS + 1)][1:]
    started = statistics.median(row["wall_s"] for row in rows)
    print(
        f"start to window shown   {started:6.2f} s   (aim 2.5)   bare Qt window {statistics.median(bare):.2f} s"
    )
    for key, words in (
        ("first_ms", "first double-click, views imported by it"),
        ("again_ms", "later double-click"),
    ):
        print(f"{words:42s} {statistics.median(row[key] for row in rows):7.0f} ms to first image   (aim 300)")
    heavy = sorted({name for row in rows for name in row["heavy"]})
    print(f"heavy libraries imported before the window is shown: {', '.join(heavy) or 'none'}")
    return 0 if started <= 2.5 and not heavy else 1


def _child(mode: str, folder: str) -> dict[str, Any]:
    begun = time.time()
    command = [sys.executable, "-m", "tests.benchmarks.bench_window", mode, folder]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, env=_off_screen())
    row: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {**row, "wall_s": row["shown_at"] - begun}


def _timed(code: str) -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, env=_off_screen())
    return time.perf_counter() - begun


def _off_screen() -> dict[str, str]:
    return {**os.environ, "QT_QPA_PLATFORM": "offscreen", "VTK_DEFAULT_OPENGL_WINDOW": "vtkEGLRenderWindow"}


def _ours(folder: str) -> None:
    """In the child: the window as `overread` opens it, then a series by double-click, twice."""
    from app.ui.studio import Studio
    from tests.support.ui import paths_in

    heavy_names = {
        "vtkmodules",
        "onnxruntime",
        "scipy",
        "skimage",
        "highdicom",
        "SimpleITK",
        "imagecodecs",
        "onnx",
    }
    with tempfile.TemporaryDirectory() as home:
        studio = Studio.of(paths_in(Path(home)), begins=False)
        shown_at = time.time()
        heavy = sorted(heavy_names & {name.split(".")[0] for name in sys.modules})
        studio.window.desk.begin()
        first_ms = _first_image(studio, folder)
        studio.window.pictures.close()
        again_ms = _again(studio)
        studio.close()
    print(json.dumps({"shown_at": shown_at, "heavy": heavy, "first_ms": first_ms, "again_ms": again_ms}))
    sys.stdout.flush()
    os._exit(0)


def _first_image(studio: Studio, folder: str) -> float:
    from app.workflows import open_study

    ctx, done = studio.ctx, list[object]()
    listener = open_study.ScanListener(done.append, done.append, lambda: None)
    open_study.start_scan(ctx, (Path(folder),), listener)
    studio.wait_for(lambda: bool(done), 60)
    uid = ctx.store.state.workspace.studies[0].study_instance_uid
    return _until_painted(studio, lambda: studio.open_study(uid))


def _again(studio: Studio) -> float:
    from app.state.events import StudyOpened

    uid = studio.state.workspace.open_study_uid
    studio.ctx.store.apply(StudyOpened(uid))
    studio.spin()
    wanted = studio.display_sets()[0].display_set_id
    return _until_painted(studio, lambda: studio.window.desk.hang(wanted))


def _until_painted(studio: Studio, act: Callable[[], object]) -> float:
    painted = list[float]()
    studio.window.host.first_picture.connect(lambda: painted.append(time.perf_counter()))
    begun = time.perf_counter()
    act()
    studio.wait_for(lambda: bool(painted), 30)
    return (painted[0] - begun) * 1000


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "ours":
        _ours(sys.argv[2])
    else:
        sys.exit(main())
