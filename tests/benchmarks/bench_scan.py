"""Scanning a folder, in files a second, beside pydicom reading the same headers in a loop."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from app.studies.scan import scan
from tests.benchmarks._table import row

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
SOURCES = ("ct_chest_cptac_C3N-00247", "ct_chest_lungdx_A0002", "ct_gantry_tilt_ge", "ct_head_slicer_small")
FILES = 2000
ROUNDS = 5


def main() -> None:
    """Both over the same files, in turn, warm; medians."""
    if not SHARED.is_dir():
        print("the shared test material is not beside this checkout; nothing was measured")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copies = _copy(folder)
        ours, peer = [], []
        for _ in range(ROUNDS):
            ours.append(_timed(lambda: scan([folder])))
            peer.append(_timed(lambda: _plain_loop(copies)))
        ours_s, peer_s = sorted(ours)[ROUNDS // 2], sorted(peer)[ROUNDS // 2]
        rate, other = len(copies) / ours_s, len(copies) / peer_s
        row("folder scan (peer: pydicom loop)", rate, other, "files/s", aim=f">= 3x: {rate / other:.1f}x")


def _copy(folder: Path) -> list[Path]:
    sources = [path for name in SOURCES for path in sorted((SHARED / name).rglob("*.dcm"))]
    copies = []
    for number in range(FILES):
        target = folder / f"{number % 20:02d}" / f"{number:05d}"
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(sources[number % len(sources)], target)
        copies.append(target)
    return copies


def _plain_loop(paths: list[Path]) -> None:
    from pydicom import dcmread

    for path in paths:
        dcmread(path, stop_before_pixels=True)


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
