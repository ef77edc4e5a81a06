"""300 slices over WADO-RS from Orthanc on loopback: to the first image, to the volume, beside dicomweb-client."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from app.settings.connections import Connection
from app.studies.decode import decode_frame
from app.studies.display_sets import display_sets
from app.studies.headers import ScannedInstance
from app.studies.load import load_volume
from app.studies.pixel_header import read_pixel_header
from app.studies.source_chain import connect
from tests.benchmarks._table import row
from tests.support.held import vault_in
from tests.support.orthanc import Orthanc, _found, running_orthanc
from tests.support.web import around, stack

SLICES, SIDE, ROUNDS = 300, 512, 5
STUDY, SERIES = "1.2.3", "1.2.3.4"


def main() -> None:
    """Ours and the peer in turn; medians. Each of our rounds has a cache of its own."""
    if not _found("Orthanc"):
        print("Orthanc is not installed; nothing was measured")
        return
    with tempfile.TemporaryDirectory(prefix="overread-bench-") as made:
        folder = Path(made)
        noise = np.random.default_rng(1).normal(-600, 200, (SIDE, SIDE)).astype(np.int16)
        files = stack(folder / "in", SLICES, Rows=SIDE, Columns=SIDE, PixelData=noise.tobytes())
        with running_orthanc(folder / "server") as server:
            server.put(files)
            _measure(server, folder)


def _measure(server: Orthanc, folder: Path) -> None:
    firsts, wholes, plains, peers = [], [], [], []
    for number in range(ROUNDS):
        with vault_in(
            folder / f"round{number}" / "cache" / "remote"
        ):  # copies are encrypted, as they are for a reader
            first, whole = _ours(server, folder / f"round{number}")
        firsts.append(first)
        wholes.append(whole)
        plains.append(_ours(server, folder / f"plain{number}")[1])
        peers.append(_peer(server))
    whole, peer = statistics.median(wholes), statistics.median(peers)
    name = f"{SLICES} slices over WADO-RS"
    beside = 1000 * statistics.median(plains)
    row(f"{name}, volume (peer: ours, not encrypted)", 1000 * whole, beside, "ms", "none")
    row(f"{name}, first image decoded", 1000 * statistics.median(firsts), None, "ms", aim="<= 300")
    row(
        f"{name}, volume (peer: dicomweb-client)",
        1000 * whole,
        1000 * peer,
        "ms",
        f"<= 0.7x: {whole / peer:.2f}x",
    )


def _ours(server: Orthanc, folder: Path) -> tuple[float, float]:
    """Seconds from asking for a known study to its first decoded image, and to its volume."""
    source = connect("dicomweb:pacs", around(folder, Connection("pacs", url=server.dicomweb)))
    begun = time.perf_counter()
    first: list[float] = []

    def heard(batch: list[ScannedInstance]) -> None:
        if not first:
            decode_frame(read_pixel_header(batch[0].instance.path))
            first.append(time.perf_counter() - begun)

    report = source.open(STUDY, heard)
    volume = load_volume(display_sets(report.studies[0])[0])
    seconds = time.perf_counter() - begun
    source.close()
    assert volume.pixels.shape == (SLICES, SIDE, SIDE)
    return first[0], seconds


def _peer(server: Orthanc) -> float:
    """retrieve_series, then the pixels in one array: the same end."""
    from dicomweb_client.api import DICOMwebClient

    begun = time.perf_counter()
    client = DICOMwebClient(server.dicomweb)
    found = client.retrieve_series(STUDY, SERIES)
    ordered = sorted(found, key=lambda one: float(one.ImagePositionPatient[2]))
    np.stack([one.pixel_array for one in ordered])
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
