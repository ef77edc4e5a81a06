"""Peak memory of the window with 1,000 slices of 512 x 512 and their planes, beside SimpleITK holding them."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks._table import row

ROOT = Path(__file__).resolve().parents[2]
SERIES = ROOT.parent / "shared" / "data" / "ct_chest_cptac_C3N-00247"
SLICES = 1000
AIM_MIB = 1.6 * 1024
WINDOW = """
import sys
import time
from pathlib import Path
from app.support.paths import UserPaths
from app.ui.studio import Studio
home = Path(sys.argv[2])
studio = Studio.of(UserPaths(home / "data", home / "cache", home / "settings"))
studio.open_folder(sys.argv[1], 300)
studio.wait_idle(300)
for content in studio.window.host.contents.values():  # every image decoded, as after a look through all of them
    source = studio.window.pictures.stack(content.subject)[0]
    end = time.monotonic() + 300
    while not source.is_settled and time.monotonic() < end:
        studio.spin()
        time.sleep(0.01)
    assert source.done == source.count > 900
if len(sys.argv) > 3:
    studio.act(sys.argv[3])
    studio.wait_idle(300)
    for _ in range(40):
        studio.act("view.image_next")
    studio.wait_idle(300)
    studio.grab(home / "shown.png")
studio.close()
import resource
print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
PEER = """
import resource, sys, SimpleITK
reader = SimpleITK.ImageSeriesReader()
reader.SetFileNames(reader.GetGDCMSeriesFileNames(sys.argv[1]))
image = reader.Execute()
print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def main() -> None:
    """Each in a process of its own; the window draws off screen on the CPU, whose memory counts as well."""
    if not SERIES.is_dir() or sys.platform == "win32":
        print(
            "the shared test material is not beside this checkout, or peaks are not told here; nothing was measured"
        )
        return
    with tempfile.TemporaryDirectory(prefix="overread-bench-") as name:
        folder = Path(name)
        _write(folder / "in")
        peer = _peak(PEER, str(folder / "in"))
        stack = _peak(WINDOW, str(folder / "in"), str(folder / "a"))
        row("window with 1,000 slices, stack (peer: SimpleITK)", stack, peer, "MiB", f"<= {AIM_MIB:.0f}")
        planes = _peak(WINDOW, str(folder / "in"), str(folder / "b"), "layout.planes")
        row("the same with three planes and 3D", planes, peer, "MiB", f"<= {AIM_MIB:.0f}")


def _write(folder: Path) -> None:
    """Slices of the shared chest, up and down again, at 0.5 mm."""
    import pydicom

    folder.mkdir()
    files = sorted(SERIES.rglob("*.dcm"))
    chest = sorted(
        (pydicom.dcmread(file) for file in files), key=lambda one: float(one.ImagePositionPatient[2])
    )
    there_and_back = [*chest, *reversed(chest)]
    for number in range(SLICES):
        one = there_and_back[number % len(there_and_back)]
        one.SOPInstanceUID = f"2.25.{10**9 + number}"
        one.file_meta["MediaStorageSOPInstanceUID"].value = one.SOPInstanceUID
        one.ImagePositionPatient = [*one.ImagePositionPatient[:2], number * 0.5]
        one.InstanceNumber = number + 1
        one.save_as(folder / f"{number:04d}.dcm")


def _peak(code: str, *arguments: str) -> float:
    """MiB of the process."""
    around = {"QT_QPA_PLATFORM": "offscreen", "VTK_DEFAULT_OPENGL_WINDOW": "vtkEGLRenderWindow", **os.environ}
    answer = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env=around,
        capture_output=True,
        text=True,
        check=False,
    )
    told = [line.split() for line in answer.stdout.splitlines() if line.startswith("peak")]
    if answer.returncode or not told:
        raise SystemExit(f"nothing was measured:\n{answer.stderr[-2000:]}")
    return float(told[0][1])


if __name__ == "__main__":
    main()
