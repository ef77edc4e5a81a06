"""Decoding per transfer syntax in MB/s, files to arrays: ours through the decoder processes, pydicom, SimpleITK."""

from __future__ import annotations

import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.studies.decode import decode_frame, prewarm
from app.studies.load import load_volume
from app.studies.pixel_header import read_pixel_header
from tests.benchmarks._table import row
from tests.support import decoding_recipes as recipes
from tests.support.decoding import rle_frame, write_encapsulated

SERIES = Path(__file__).resolve().parents[3] / "shared" / "data" / "ct_chest_cptac_C3N-00247"
ROOT = "1.2.840.10008.1.2.4."
FRAMES, ROUNDS = 32, 3
KINDS: dict[str, tuple[str, Callable[[NDArray[Any]], bytes]]] = {
    "JPEG lossless": ("70", recipes.jpeg_lossless(1)),
    "JPEG-LS": ("80", recipes.jpeg_ls(1)),
    "JPEG 2000": ("90", recipes.jpeg_2000),
    "HTJ2K": ("201", recipes.htj2k),
    "JPEG XL": ("110", recipes.jpeg_xl),
}


def main() -> None:
    """Median of a few rounds, in turn; every array is compared once."""
    if not SERIES.is_dir():
        print("the shared test material is not beside this checkout; nothing was measured")
        return
    frames = _frames()
    prewarm()
    with tempfile.TemporaryDirectory(prefix="overread-bench-") as made:
        for name, (number, encode) in KINDS.items():
            files = [
                write_encapsulated(Path(made) / f"{name}{n}.dcm", ROOT + number, [encode(frame)], frame)
                for n, frame in enumerate(frames)
            ]
            _compare(name, files, frames)
        files = [
            write_encapsulated(Path(made) / f"rle{n}.dcm", "1.2.840.10008.1.2.5", [rle_frame(frame)], frame)
            for n, frame in enumerate(frames)
        ]
        _compare("RLE", files, frames)


def _frames() -> list[NDArray[Any]]:
    from app.studies.display_sets import display_sets
    from app.studies.scan import scan

    volume = load_volume(display_sets(scan([SERIES]).studies[0])[0])
    step = max(len(volume.pixels) // FRAMES, 1)
    stored = volume.pixels[::step][:FRAMES].astype(np.int32)
    return [np.ascontiguousarray((one - stored.min()).astype(np.uint16)) for one in stored]


def _compare(name: str, files: Sequence[Path], frames: Sequence[NDArray[Any]]) -> None:
    for file, frame in zip(files, frames, strict=True):
        assert np.array_equal(_ours_one(file), frame)
    size = sum(frame.nbytes for frame in frames) / 1e6
    peers = {"pydicom": _pydicom, "SimpleITK": _simpleitk}
    able = {peer: run for peer, run in peers.items() if _can(run, files[0], frames[0])}
    ours = size / _median(lambda: _ours(files))
    if not able:
        row(f"{name} (no peer reads it)", ours, None, "MB/s", aim="-")
    for peer, run in able.items():
        theirs = size / _median(lambda run=run: [run(file) for file in files])  # type: ignore[misc]
        row(f"{name} (peer: {peer})", ours, theirs, "MB/s", aim=f">= 1x: {ours / theirs:.1f}x")
    one = _median(lambda: _ours_one(files[0]))
    row(f"{name}, one frame of 512 x 512", 1000 * one, None, "ms", aim="-")


def _ours(files: Sequence[Path]) -> None:
    """Two threads, as a stack is read."""
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(_ours_one, files))


def _ours_one(file: Path) -> NDArray[Any]:
    return decode_frame(read_pixel_header(file))


def _pydicom(file: Path) -> NDArray[Any]:
    from pydicom import dcmread

    return dcmread(file).pixel_array


def _simpleitk(file: Path) -> NDArray[Any]:
    import SimpleITK

    image = SimpleITK.ReadImage(str(file))
    found: NDArray[Any] = SimpleITK.GetArrayFromImage(image)[0]
    return found


def _can(run: Callable[[Path], NDArray[Any]], file: Path, frame: NDArray[Any]) -> bool:
    """Whether the peer reads it, and gives the right values (SimpleITK applies the rescale)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = run(file).astype(np.int64)
        except Exception:  # noqa: BLE001 - whatever a peer raises means that it cannot
            return False
    return found.shape == frame.shape and int(np.ptp(found - frame.astype(np.int64))) == 0


def _median(run: Callable[[], object]) -> float:
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        run()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


if __name__ == "__main__":
    main()
