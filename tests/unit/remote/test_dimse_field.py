"""DIMSE as it is in the field: TLS, a cable pulled, a server killed, a reader who cancels, a study nobody knows."""

from __future__ import annotations

import gc
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
import trustme
from pydicom.uid import JPEG2000Lossless, JPEGLSLossless, RLELossless

from app.domain.errors import OverreadError, RemoteError, StudyUnreadableError
from app.domain.volume import Cancelled, CancelToken
from app.settings.connections import Connection
from app.studies.remote.dimse_echo import echo
from app.studies.remote.dimse_source import DimseSource
from app.studies.source_types import StoreOutcome, StudyQuery
from app.support import i18n as words
from app.support.i18n import explain
from tests.support.dicom_files import ct_dataset, write
from tests.support.orthanc import Orthanc, OrthancSettings, free_port, running_orthanc
from tests.support.plug import Plug
from tests.support.web import stack

# The library leaves the socket of a connection that failed to the collector, which says so.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
STUDY, SLICES, SIDE = "1.2.3", 30, 128
SETTINGS = OrthancSettings(dicom=True, modalities={"overread": ("OVERREAD", free_port())})


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    """While its warning is still expected."""
    yield
    gc.collect()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Orthanc]:
    noise = np.random.default_rng(1).integers(-900, 900, (SIDE, SIDE), dtype=np.int16).tobytes()
    with running_orthanc(tmp_path / "server", SETTINGS) as made:
        made.put(stack(tmp_path / "in", SLICES, Rows=SIDE, Columns=SIDE, PixelData=noise))
        yield made


def to(server: Orthanc, port: int | None = None) -> Connection:
    called = server.settings.aet
    return Connection(
        "pacs", "dimse", host="127.0.0.1", port=port or server.dicom_port, called_aet=called, answer_s=10.0
    )


def count(source: DimseSource) -> int:
    return len(source.open(STUDY).studies[0].series[0].instances)


class Certificates:
    """An authority of the test's own, a server's certificate, a client's, and another authority's root."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        authority, other = trustme.CA(), trustme.CA()
        self.ca, self.other_ca = folder / "ca.pem", folder / "other.pem"
        authority.cert_pem.write_to_path(str(self.ca))
        other.cert_pem.write_to_path(str(self.other_ca))
        client = authority.issue_cert("reader@example.org")
        self.cert, self.key = folder / "client.pem", folder / "client.key"
        client.cert_chain_pems[0].write_to_path(str(self.cert))
        client.private_key_pem.write_to_path(str(self.key))
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(self.ca))
        authority.issue_cert("127.0.0.1").configure_cert(self.context)


@pytest.mark.parametrize("asks_for_client", [False, True], ids=["server only", "both sides"])
def test_tls_is_verified_on_both_sides(server: Orthanc, tmp_path: Path, *, asks_for_client: bool) -> None:
    made = Certificates(tmp_path / "certificates")
    if asks_for_client:
        made.context.verify_mode = ssl.CERT_REQUIRED
    with Plug(server.dicom_port, made.context) as front:
        safe = replace(to(server, front.port), tls=True, ca_file=str(made.ca))
        known = replace(safe, client_cert=str(made.cert), client_key=str(made.key))
        right = known if asks_for_client else safe
        echo(right)
        source = DimseSource(right, tmp_path / "cache")
        assert [hit.study_instance_uid for hit in source.search(StudyQuery()).hits] == [STUDY]
        assert count(source) == SLICES
        outcomes = source.store([tmp_path / "in" / "000"])
        assert [one.outcome for one in outcomes] == [StoreOutcome.STORED]
        wrong = [replace(right, ca_file=str(made.other_ca)), replace(right, tls=False)]
        for connection in [*wrong, safe] if asks_for_client else wrong:
            with pytest.raises(RemoteError) as caught:
                echo(connection)
            assert "pacs" in explain(caught.value)


def test_a_server_killed_half_way_loses_nothing_and_only_the_rest_comes_later(
    server: Orthanc, tmp_path: Path
) -> None:
    with Plug(server.dicom_port, rate=300_000) as cable:
        source = DimseSource(to(server, cable.port), tmp_path / "cache")
        came: list[int] = []

        def heard(batch: list[object]) -> None:
            came.append(len(batch))
            if sum(came) == 5:
                server.kill()
                cable.pull()

        report = source.open(STUDY, heard)  # type: ignore[arg-type]  # what it hears is counted only
        got = len(report.studies[0].series[0].instances)
        assert 5 <= got < SLICES
        said = {key for key, _ in report.remarks}
        assert {"dimse.broke_off", "dimse.incomplete"} <= said
        server.start()
        cable.mend()
        assert count(source) == SLICES


def test_what_came_before_a_kill_is_not_fetched_again(server: Orthanc, tmp_path: Path) -> None:
    with Plug(server.dicom_port) as cable:
        source = DimseSource(to(server, cable.port), tmp_path / "cache")
        cable.cut_after = 400_000
        report = source.open(STUDY)
        got = len(report.studies[0].series[0].instances)
        assert 0 < got < SLICES
        cable.mend()
        before = cable.passed
        assert count(source) == SLICES
        assert cable.passed - before < (SLICES - got + 2) * (2 * SIDE * SIDE + 4000)
        server.kill()
        report = source.open(STUDY)
        assert [key for key, _ in report.remarks] == ["dimse.from_cache"]
        assert len(report.studies[0].series[0].instances) == SLICES


def test_a_reader_who_cancels_waits_no_second_and_keeps_what_came(server: Orthanc, tmp_path: Path) -> None:
    token, came = CancelToken(), threading.Event()
    with Plug(server.dicom_port, rate=100_000) as cable:
        source = DimseSource(to(server, cable.port), tmp_path / "cache")
        ended: list[float] = []

        def fetch() -> None:
            with pytest.raises(Cancelled):
                source.open(STUDY, lambda _batch: came.set(), cancel=token)
            ended.append(time.monotonic())

        thread = threading.Thread(target=fetch)
        thread.start()
        assert came.wait(20)
        asked = time.monotonic()
        token.cancel()
        thread.join(20)
        assert ended
        assert ended[0] - asked < 1.0
    kept = list((tmp_path / "cache").rglob("*.dcm"))
    assert kept
    assert all(pydicom.dcmread(path).Rows == SIDE for path in kept)
    assert not list((tmp_path / "cache").rglob(".parts/*"))


def test_a_move_that_is_cancelled_ends_soon_and_closes_its_port(server: Orthanc, tmp_path: Path) -> None:
    """C-MOVE: images come over a second association, to a port of ours that must not stay open."""
    token, asked = CancelToken(), [0.0]
    title, port = SETTINGS.modalities["overread"]
    by_move = replace(to(server), retrieve="move", move_destination=title, move_port=port)
    source = DimseSource(by_move, tmp_path / "cache")

    def first(_batch: object) -> None:
        asked[0] = asked[0] or time.monotonic()
        token.cancel()

    with pytest.raises(Cancelled):
        source.open(STUDY, first, cancel=token)
    assert time.monotonic() - asked[0] < 1.0
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("127.0.0.1", port))
    kept = list((tmp_path / "cache").rglob("*.dcm"))
    assert kept
    assert all(pydicom.dcmread(path).Rows == SIDE for path in kept)
    assert not list((tmp_path / "cache").rglob(".parts/*"))
    assert len(source.open(STUDY).studies[0].series[0].instances) == SLICES


def test_a_study_that_the_server_does_not_know_is_said_to_be_unknown(server: Orthanc, tmp_path: Path) -> None:
    source = DimseSource(to(server), tmp_path / "cache")
    with pytest.raises(StudyUnreadableError) as caught:
        source.open("9.9.9")
    assert caught.value.key == "error.source.no_study"


@pytest.mark.parametrize("syntax", [RLELossless, JPEG2000Lossless, JPEGLSLossless])
def test_loss_free_files_arrive_and_come_back_as_they_were(
    server: Orthanc, tmp_path: Path, syntax: str
) -> None:
    rows, columns = np.mgrid[0:64, 0:64]
    dataset = ct_dataset(
        Rows=64, Columns=64, PixelData=(rows * columns % 500).astype("<i2").tobytes(),
        StudyInstanceUID="1.2.77", SeriesInstanceUID="1.2.77.1",
    )  # fmt: skip
    dataset.compress(syntax, encoding_plugin="" if syntax == RLELossless else "pylibjpeg") if (
        syntax != JPEGLSLossless
    ) else dataset.compress(syntax)
    path = write(dataset, tmp_path / "compressed")
    source = DimseSource(to(server), tmp_path / "cache")
    (stored,) = source.store([path])
    assert stored.outcome is StoreOutcome.STORED, stored.reason
    source.open("1.2.77")
    (back,) = (tmp_path / "cache").rglob("*.dcm")
    here = pydicom.dcmread(back)
    assert here.file_meta.TransferSyntaxUID == syntax
    assert here.PixelData == dataset.PixelData


@contextmanager
def archive(status: int) -> Iterator[int]:
    """A peer that answers every C-STORE with one status."""
    from pynetdicom import AE, StoragePresentationContexts, evt

    entity = AE("ARCHIVE")
    entity.supported_contexts = StoragePresentationContexts
    running = entity.start_server(
        ("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_C_STORE, lambda _event: status)]
    )
    assert running is not None
    try:
        yield running.server_address[1]
    finally:
        running.shutdown()


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (0x0000, StoreOutcome.STORED),
        (0xB000, StoreOutcome.WARNED),
        (0xB006, StoreOutcome.WARNED),
        (0xB007, StoreOutcome.WARNED),
        (0xA700, StoreOutcome.FAILED),
        (0xC000, StoreOutcome.FAILED),
    ],
)
def test_what_became_of_each_file_is_told_by_its_status(
    tmp_path: Path, status: int, outcome: StoreOutcome
) -> None:
    files = stack(tmp_path / "in", 2)
    with archive(status) as port:
        source = DimseSource(
            Connection("pacs", "dimse", host="127.0.0.1", port=port, called_aet="ARCHIVE"), tmp_path
        )
        told = source.store(files)
    assert [one.outcome for one in told] == [outcome] * 2
    assert all(bool(one.reason) == (status != 0) for one in told)


def test_a_full_disk_is_one_sentence_and_leaves_nothing_half_written(
    server: Orthanc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.studies.remote.dimse_keeping.free_room", _shrinking())
    source = DimseSource(to(server), tmp_path / "cache")
    report = source.open(STUDY)
    got = len(report.studies[0].series[0].instances)
    assert 0 < got < SLICES
    said = {key: words.text_with(key, dict(facts)) for key, facts in report.remarks}
    assert "dimse.incomplete" in said
    assert any("disk" in sentence for sentence in said.values()), said
    assert len(list((tmp_path / "cache").rglob("*.dcm"))) == got
    assert not [path for path in (tmp_path / "cache").rglob(".parts/*") if path.is_file()]


def _shrinking() -> Callable[[Path], int]:
    left = [10]

    def room(_folder: Path) -> int:
        left[0] -= 1
        return 10**9 if left[0] > 0 else 0

    return room


def test_sentences_of_failures_name_the_server_and_no_patient(tmp_path: Path) -> None:
    source = DimseSource(
        Connection("pacs", "dimse", host="127.0.0.1", port=free_port(), called_aet="X"), tmp_path
    )
    with pytest.raises(OverreadError) as caught:
        source.open(STUDY)
    assert "pacs" in explain(caught.value)
    assert "Doe" not in explain(caught.value)
