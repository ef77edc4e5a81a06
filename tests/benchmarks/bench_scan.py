"""Indexing a folder in files a second, beside pydicom's headers in a loop, dcmtk's dcmqridx, import into Orthanc."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from app.studies.index import StudyIndex
from app.studies.scan import scan
from app.studies.source_types import KnownFile
from tests.benchmarks._table import row
from tests.support.orthanc import _found, running_orthanc

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
SOURCES = ("ct_head_slicer_small", "ct_chest_cptac_C3N-00247")
SMALL_SHARE = (
    40  # of so many files one is a full chest slice: 20,000 of them would fill a disk, and only headers count
)
FILES, SAMPLE = 20_000, 1_000


def main() -> None:
    """Warm; the whole set for us and pydicom, a sample for the two that copy or lock for each file."""
    if not SHARED.is_dir():
        print("the shared test material is not beside this checkout; nothing was measured")
        return
    with tempfile.TemporaryDirectory(prefix="overread-bench-") as name:
        folder = Path(name)
        copies = _copy(folder / "in")
        scan([folder / "in"])
        ours = len(copies) / _timed(lambda: scan([folder / "in"]))
        loop = len(copies) / _timed(lambda: _plain_loop(copies))
        row(
            "20,000 files scanned (peer: pydicom loop)",
            ours,
            loop,
            "files/s",
            aim=f">= 3x: {ours / loop:.1f}x",
        )
        indexed = len(copies) / _timed(lambda: _indexed(folder))
        if shutil.which("dcmqridx"):
            theirs = SAMPLE / _timed(lambda: _dcmqridx(folder, copies[:SAMPLE]))
            told = f">= 1x: {indexed / theirs:.1f}x"
            row("scanned into the index (peer: dcmqridx)", indexed, theirs, "files/s", aim=told)
        if _found("Orthanc"):
            with running_orthanc(folder / "orthanc") as server:
                theirs = SAMPLE / _timed(lambda: server.put(copies[:SAMPLE]))
            row(
                "the same (peer: import into Orthanc)",
                indexed,
                theirs,
                "files/s",
                aim=f">= 1x: {indexed / theirs:.1f}x",
            )
        again = len(copies) / _timed(lambda: scan([folder / "in"], known=_known(folder)))
        row("scanned again, nothing changed", again, None, "files/s", aim="told, none set")


def _indexed(folder: Path) -> None:
    index = StudyIndex(folder / "index.sqlite")
    scan([folder / "in"], on_batch=index.add)
    index.close()


def _known(folder: Path) -> KnownFile:
    return StudyIndex(folder / "index.sqlite").known_file()


def _dcmqridx(folder: Path, files: list[Path]) -> None:
    """A storage area of dcmtk: the files lie in it, the index beside them."""
    area = folder / "area"
    area.mkdir()
    for start in range(0, len(files), 200):
        batch = [str(file) for file in files[start : start + 200]]
        subprocess.run(["dcmqridx", str(area), *batch], check=True, capture_output=True)


def _copy(folder: Path) -> list[Path]:
    """Each with a SOP Instance UID of its own, written over the old one in the bytes; 200 files to a series."""
    small, large = ([_with_uid(path) for path in sorted((SHARED / name).rglob("*.dcm"))] for name in SOURCES)
    copies = []
    for number in range(FILES):
        kind = large if number % SMALL_SHARE == 0 else small
        raw, uid, series = kind[number % len(kind)]
        target = folder / f"{number % 100:02d}" / f"{number:05d}"
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = raw.replace(uid, _numbered(uid, number)).replace(series, _numbered(series, number // 200))
        target.write_bytes(fresh)
        copies.append(target)
    return copies


def _with_uid(path: Path) -> tuple[bytes, bytes, bytes]:
    from pydicom import dcmread

    found = dcmread(path, stop_before_pixels=True)
    return path.read_bytes(), found.SOPInstanceUID.encode(), found.SeriesInstanceUID.encode()


def _numbered(uid: bytes, number: int) -> bytes:
    """As long as before, so that no length in the file changes; begins as it did."""
    tail = f".1{number:07d}".encode()
    head = uid[: -len(tail)].rstrip(b".")
    return head + b"1" * (len(uid) - len(tail) - len(head)) + tail


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
