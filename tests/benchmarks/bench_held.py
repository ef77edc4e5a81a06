"""Copies of studies, encrypted beside plain: written, their headers read, their pixels read, a whole study opened."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from app.studies.display_sets import display_sets
from app.studies.headers import read_header
from app.studies.load import load_volume
from app.studies.scan import scan
from app.support.held import doors
from tests.benchmarks._table import row
from tests.support.held import vault_in
from tests.support.web import stack

SLICES, SIDE, ROUNDS = 300, 512, 5
MB = 1_000_000


def main() -> None:
    """Both in turn in each round, so that a busy moment meets both; medians. 'peer' is the plain file."""
    with tempfile.TemporaryDirectory(prefix="overread-bench-") as made:
        folder = Path(made)
        noise = np.random.default_rng(1).normal(-600, 200, (SIDE, SIDE)).astype(np.int16)
        files = stack(folder / "in", SLICES, Rows=SIDE, Columns=SIDE, PixelData=noise.tobytes())
        whole = sum(path.stat().st_size for path in files) / MB
        with vault_in(folder / "held"):
            plain, held = folder / "plain" / "server" / "study", folder / "held" / "server" / "study"
            bodies = [path.read_bytes() for path in files]
            write = _both(
                lambda place: _put(place, bodies), plain, held, rounds=1
            )  # over files that are there a disk writes slower
            row("copies written", whole / write[1], whole / write[0], "MB/s", "none (plain beside)")
            head = _both(_headers, plain, held)
            row(
                "header of a copy",
                head[1] / SLICES * 1e6,
                head[0] / SLICES * 1e6,
                "us",
                "none (plain beside)",
            )
            read = _both(_bytes, plain, held)
            row("copies read", whole / read[1], whole / read[0], "MB/s", "none (plain beside)")
            opened = _both(_open, plain, held, rounds=11)  # a busy moment counts for less in more rounds
            ratio = opened[1] / opened[0]
            row(
                "study of 300 slices opened",
                1000 * opened[1],
                1000 * opened[0],
                "ms",
                f"<= 1.2x: {ratio:.2f}x",
            )


def _both(work: Callable[[Path], None], plain: Path, held: Path, rounds: int = ROUNDS) -> tuple[float, float]:
    """Median seconds of each."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for place, into in ((plain, times[0]), (held, times[1])):
            begun = time.perf_counter()
            work(place)
            into.append(time.perf_counter() - begun)
    return statistics.median(times[0]), statistics.median(times[1])


def _put(place: Path, bodies: list[bytes]) -> None:
    """As a retrieval does: to a half beside, then into its place."""
    half = place.parent / ".parts" / "half"
    half.parent.mkdir(parents=True, exist_ok=True)
    place.mkdir(parents=True, exist_ok=True)
    for number, body in enumerate(bodies):
        with doors.writing(half) as file:
            for start in range(0, len(body), 65536):
                file.write(body[start : start + 65536])
        doors.settle(half, place / f"{number:04d}.dcm")


def _headers(place: Path) -> None:
    for path in place.glob("*.dcm"):
        assert read_header(path) is not None


def _bytes(place: Path) -> None:
    into = bytearray(2 * SIDE * SIDE)
    for path in place.glob("*.dcm"):
        with doors.open_file(path) as file:
            file.seek(-len(into), os.SEEK_END)
            assert file.readinto(into) == len(into)


def _open(place: Path) -> None:
    """What opening a kept study does: every header, then the volume."""
    (study,) = scan([place]).studies
    assert load_volume(display_sets(study)[0]).pixels.shape == (SLICES, SIDE, SIDE)


if __name__ == "__main__":
    main()
