"""Loading a CT series beside SimpleITK's reader, the first frame of it, and the memory of a process that has it."""

from __future__ import annotations

import queue
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from app.studies.display_sets import DisplaySet, display_sets
from app.studies.load import load_volume
from app.studies.scan import scan
from app.studies.stack_source import StackSource
from tests.benchmarks._table import row

ROOT = Path(__file__).resolve().parents[2]
SERIES = ROOT.parent / "shared" / "data" / "ct_chest_cptac_C3N-00247"
ROUNDS = 7
CHILD = """
import sys
from pathlib import Path
from app.studies.display_sets import display_sets
from app.studies.load import load_volume
from app.studies.scan import scan
volume = load_volume(display_sets(scan([Path(sys.argv[1])]).studies[0])[0])
import resource
print(volume.pixels.nbytes / 2**20, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def main() -> None:
    """Ours and the peer in turn, warm; medians."""
    if not SERIES.is_dir():
        print("the shared test material is not beside this checkout; nothing was measured")
        return
    wanted = display_sets(scan([SERIES]).studies[0])[0]
    ours, peer, first = [], [], []
    for _ in range(ROUNDS):
        ours.append(_timed(_from_folder))
        peer.append(_timed(_simpleitk))
        first.append(_first_frame(wanted))
    a, b = statistics.median(ours), statistics.median(peer)
    row(
        "folder to CT volume, 99 slices (peer: SimpleITK)",
        1000 * a,
        1000 * b,
        "ms",
        aim=f">= 1x as fast: {b / a:.1f}x",
    )
    row("first frame of it decoded", 1000 * statistics.median(first), None, "ms", aim="<= 300")
    if sys.platform != "win32":
        answer = subprocess.run(
            [sys.executable, "-c", CHILD, str(SERIES)], cwd=ROOT, capture_output=True, text=True, check=True
        )
        pixels, peak = map(float, answer.stdout.split())
        row("peak memory of a process with it loaded (pixels)", peak, pixels, "MiB", aim="told, none set")


def _from_folder() -> object:
    """Finding the files and ordering them counts on both sides."""
    return load_volume(display_sets(scan([SERIES]).studies[0])[0])


def _simpleitk() -> object:
    import SimpleITK

    reader = SimpleITK.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(SERIES)))
    return reader.Execute()


def _first_frame(wanted: DisplaySet) -> float:
    home: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
    began = time.perf_counter()
    source = StackSource(wanted, home.put)
    home.get()()
    seconds = time.perf_counter() - began
    source.close()
    return seconds


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
