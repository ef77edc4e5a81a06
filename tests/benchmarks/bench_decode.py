"""Decoding per transfer syntax in MB/s: ours through the pool, beside SimpleITK and plain pydicom, in one run.

Frames of a real CT and a mammogram's size of the same tissue are encoded anew. Each side decodes the same multi-frame
file; ours with the two threads that the window uses, from header to array, as the others do. MB are of decoded pixels.
"""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from app.studies.decode import decode_frame, prewarm
from app.studies.pixel_header import read_pixel_header
from tests.benchmarks._table import row
from tests.support.decoding import rle_frame, write_encapsulated
from tests.support.decoding_recipes import ROOT, deflate, htj2k, jpeg_2000, jpeg_lossless, jpeg_xl, raw_bytes

SERIES = Path(__file__).resolve().parents[3] / "shared" / "data" / "ct_chest_cptac_C3N-00247"
FRAMES, ROUNDS = 16, 5
MAMMOGRAM = (3328, 2560)
Images = list[NDArray[Any]]


CODINGS: dict[str, tuple[str, int, Callable[[NDArray[Any]], Any]]] = {
    "RLE": ("5", 12, rle_frame),
    "JPEG baseline 8": ("4.50", 8, partial(imagecodecs.jpeg8_encode, level=90)),
    "JPEG extended 12": ("4.51", 12, partial(imagecodecs.jpeg8_encode, level=90, bitspersample=12)),
    "JPEG lossless": ("4.70", 12, jpeg_lossless(1)),
    "JPEG-LS": ("4.80", 12, imagecodecs.jpegls_encode),
    "JPEG-LS near": ("4.81", 12, partial(imagecodecs.jpegls_encode, level=2)),
    "JPEG 2000 lossless": ("4.90", 12, jpeg_2000),
    "JPEG 2000": (
        "4.91",
        12,
        partial(imagecodecs.jpeg2k_encode, level=45, codecformat="j2k", reversible=False),
    ),
    "HTJ2K lossless": ("4.201", 12, htj2k),
    "JPEG XL lossless": ("4.110", 12, jpeg_xl),
    "Deflated frames": ("8.1", 12, lambda frame: deflate(raw_bytes(frame))),
    "Encapsulated native": ("1.98", 12, raw_bytes),
}


def main() -> None:
    """A table, then what was missed."""
    if not SERIES.is_dir():
        print("the shared test material is not beside this checkout; nothing was measured")
        return
    warnings.simplefilter("ignore")
    prewarm()
    slices = _slices()
    large = [_enlarged(slices[len(slices) // 2])]
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        for name, (number, bits, encode) in CODINGS.items():
            for size, frames in (("512x512x16", slices), ("mammogram", large)):
                images = frames if bits == 12 else [(frame >> 4).astype(np.uint8) for frame in frames]
                path = Path(folder) / "frames.dcm"
                depth = {"BitsStored": 12, "HighBit": 11} if bits == 12 else {}
                write_encapsulated(
                    path, ROOT + number, [bytes(encode(one)) for one in images], images[0], **depth
                )
                if not _compare(f"{name}, {size}", path, images):
                    missed.append(f"{name}, {size}")
    print(f"missed: {', '.join(missed) or 'none'}")


def _compare(name: str, path: Path, images: Images) -> bool:
    """One line; whether ours was at least as fast as the faster peer."""
    megabytes = sum(image.nbytes for image in images) / 1e6
    sides: dict[str, Callable[[Path], object]] = {"ours": _ours, "SimpleITK": _simpleitk, "pydicom": _pydicom}
    times: dict[str, list[float]] = {side: [] for side in sides}
    for turn in range(ROUNDS + 1):
        for side, decode in sides.items():
            began = time.perf_counter()
            try:
                decode(path)
            except (RuntimeError, NotImplementedError, AttributeError):
                continue  # this peer does not know the syntax
            if turn:  # the first round warms
                times[side].append(time.perf_counter() - began)
    speed = {side: megabytes / statistics.median(taken) for side, taken in times.items() if taken}
    fastest = max((value for side, value in speed.items() if side != "ours"), default=None)
    row(name, speed["ours"], fastest, "MB/s", ">= peer")
    beside = (
        ", ".join(f"{side} {value:.0f}" for side, value in speed.items() if side != "ours")
        or "no peer knows it"
    )
    print(f"{'':<8}{beside}; one frame after another {_latency_ms(path, len(images)):.1f} ms each")
    return fastest is None or speed["ours"] >= fastest


def _ours(path: Path) -> None:
    header = read_pixel_header(path)
    todo = list(range(header.frames))

    def work() -> None:
        while todo:
            try:
                index = todo.pop()
            except IndexError:  # the other thread took the last
                return
            decode_frame(header, index)

    threads = [threading.Thread(target=work) for _ in range(min(2, header.frames))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _simpleitk(path: Path) -> object:
    import SimpleITK

    SimpleITK.ProcessObject.SetGlobalWarningDisplay(False)
    return SimpleITK.GetArrayViewFromImage(SimpleITK.ReadImage(str(path)))


def _pydicom(path: Path) -> object:
    from pydicom import dcmread

    return dcmread(path).pixel_array


def _latency_ms(path: Path, frames: int) -> float:
    """Median of one frame at a time, header known."""
    header = read_pixel_header(path)
    taken = []
    for index in range(min(frames, 8)) if frames > 1 else [0] * 3:
        began = time.perf_counter()
        decode_frame(header, index)
        taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1e3


def _slices() -> Images:
    """Sixteen slices from the middle, as unsigned 12 bits."""
    from app.studies.display_sets import display_sets
    from app.studies.load import load_volume
    from app.studies.scan import scan

    pixels = load_volume(display_sets(scan([SERIES]).studies[0])[0]).pixels
    middle = pixels[len(pixels) // 2 - FRAMES // 2 :][:FRAMES].astype(np.int32)
    shifted = np.clip(middle - middle.min(), 0, 4095).astype(np.uint16)
    return [np.ascontiguousarray(frame) for frame in shifted]


def _enlarged(frame: NDArray[Any]) -> NDArray[Any]:
    """The size of a mammogram, with a detector's noise, which interpolation alone would smooth away."""
    from scipy.ndimage import zoom

    factors = (MAMMOGRAM[0] / frame.shape[0], MAMMOGRAM[1] / frame.shape[1])
    smooth = zoom(frame.astype(np.float32), factors, order=1)
    noise = np.random.default_rng(3).normal(0, 12, smooth.shape)
    return np.clip(np.rint(smooth + noise), 0, 4095).astype(np.uint16)


if __name__ == "__main__":
    main()
