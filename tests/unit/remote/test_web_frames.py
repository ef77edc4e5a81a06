"""Frames and bulk data by themselves: of an object of many frames the one looked at is shown before it is all here."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray

from app.domain.errors import RemoteError
from app.settings.connections import Connection
from app.studies.display_sets import DisplaySet, display_sets
from app.studies.frames_apart import APART, forget
from app.studies.grouping import group_studies
from app.studies.on_the_way import Coming, OnTheWay
from app.studies.remote.web_client import WebClient
from app.studies.remote.web_frames import bulk_data
from app.studies.remote.web_source import WebSource
from app.studies.stack_source import StackSource
from tests.support.enhanced import enhanced_ct
from tests.support.odd_server import Answer, Asked, OddServer, answer
from tests.support.orthanc import running_orthanc
from tests.support.small_archive import AS_USUAL, SmallArchive

STUDY, UID = "1.2.3", "1.2.3.900"
RLE, NATIVE = "1.2.840.10008.1.2.5", ""
PIXELS: NDArray[np.int16] = np.arange(7 * 8 * 10, dtype=np.int16).reshape(7, 8, 10)


def shown(source: StackSource, index: int) -> NDArray[Any] | None:
    frame = source.frame(index)
    return None if frame is None else np.asarray(frame.pixels * frame.slope + frame.intercept)


def soon(claim: Callable[[], bool], seconds: float = 20.0) -> bool:
    end = time.monotonic() + seconds
    while not claim() and time.monotonic() < end:
        time.sleep(0.01)
    return claim()


@pytest.mark.parametrize("syntax", [NATIVE, RLE])
def test_the_frame_looked_at_is_shown_while_the_object_still_comes(tmp_path: Path, syntax: str) -> None:
    archive, gate = SmallArchive([enhanced_ct(tmp_path / "in", PIXELS, syntax)]), threading.Event()

    def odd(asked: Asked) -> Answer | str:
        path = asked.path.partition("?")[0]
        if path.endswith(("/series/1.2.3.4", f"/instances/{UID}")):
            gate.wait(20)
        return AS_USUAL

    archive.odd = odd
    with OddServer(archive) as server:
        source = WebSource(Connection("pacs", url=server.url), tmp_path / "cache")
        found, way = source.announce(STUDY), OnTheWay()
        (one,) = found
        bring = source.frames_of(one)
        assert bring is not None
        way.announce({one.instance.path: found[one]}, {one.instance.path: bring})
        (early,) = display_sets(group_studies(list(found))[0])
        stack = StackSource(
            early, lambda call: call(), coming=Coming(way.need, way.is_coming, frame=way.frame)
        )
        assert soon(lambda: shown(stack, early_middle(early)) is not None)
        for index in (0, 5):
            assert soon(lambda index=index: shown(stack, index) is not None)  # type: ignore[misc]  # a bound default
            number = early.frames[index].frame - 1
            assert np.array_equal(shown(stack, index), PIXELS[number] + number)  # type: ignore[arg-type]  # it is there
            assert stack.file_windows(index)[0].center == 40 + number
        assert not one.instance.path.exists()
        assert all("/" in sent for sent in archive.sent)  # frames alone
        gate.set()
        report = source.open(STUDY)
        way.arrived(one.instance.path)
        (late,) = display_sets(report.studies[0])
        assert early.shows_same(late)
        assert np.allclose(np.stack(early.affines), np.stack(late.affines))
        assert soon(lambda: stack.is_complete)
        for index, address in enumerate(early.frames):
            assert np.array_equal(shown(stack, index), PIXELS[address.frame - 1] + address.frame - 1)  # type: ignore[arg-type]  # all are
        stack.close()
        forget([one.instance.path])
        source.close()
        assert not list((tmp_path / "cache").rglob(f"{APART}/*/*"))


def early_middle(one: DisplaySet) -> int:
    return len(one.frames) // 2


def odd_frame(kind: str, body: bytes) -> Callable[[Asked], Answer | str]:
    def say(asked: Asked) -> Answer | str:
        if "/frames/" not in asked.path:
            return AS_USUAL
        head = f"\r\n--b0und\r\nContent-Type: {kind}\r\n\r\n".encode()
        return answer(head + body + b"\r\n--b0und--\r\n", "multipart/related; boundary=b0und")

    return say


@pytest.mark.parametrize(
    "odd",
    [
        odd_frame("application/octet-stream", b"\0" * 159),  # not one frame's bytes
        odd_frame("image/jpeg", b"\xff\xd8"),  # which of the many JPEG it is, nobody says
        odd_frame('image/jpeg; transfer-syntax="../x"', b"\xff\xd8"),
        lambda asked: answer(status=404) if "/frames/" in asked.path else AS_USUAL,
        lambda asked: answer(b"x", "text/html") if "/frames/" in asked.path else AS_USUAL,
    ],
)
def test_a_frame_in_a_form_that_is_not_named_waits_for_the_whole(
    tmp_path: Path, odd: Callable[[Asked], Answer | str]
) -> None:
    archive = SmallArchive([enhanced_ct(tmp_path / "in", PIXELS)], odd)
    with OddServer(archive) as server:
        source = WebSource(Connection("pacs", url=server.url), tmp_path / "cache")
        found, way = source.announce(STUDY), OnTheWay()
        (one,) = found
        bring = source.frames_of(one)
        assert bring is not None
        way.announce({one.instance.path: found[one]}, {one.instance.path: bring})
        assert way.frame(one.instance.path, 3) is None
        way.need(one.instance.path)
        assert one.instance.path.exists()
        assert way.frame(one.instance.path, 3) is None
        source.close()


def test_tables_that_metadata_leaves_out_are_fetched_by_their_address(tmp_path: Path) -> None:
    table = pydicom.Dataset()
    table.LUTDescriptor, table.LUTData = [4, 0, 8], b"\0\0\x50\0\xa0\0\xff\0"
    archive = SmallArchive([enhanced_ct(tmp_path / "in", PIXELS, VOILUTSequence=[table])])

    def odd(asked: Asked) -> Answer | str:
        if asked.path.endswith("/metadata"):
            told = json.loads(answer_body(archive.usual(asked)))
            entry = told[0]["00283010"]["Value"][0]["00283006"]
            entry.clear()
            entry.update({"vr": "OW", "BulkDataURI": f"{server.url}/bulk/7"})
            return answer(json.dumps(told).encode())
        if asked.path.endswith("/bulk/7"):
            head = b"\r\n--b0und\r\nContent-Type: application/octet-stream\r\n\r\n"
            return answer(head + table.LUTData + b"\r\n--b0und--\r\n", "multipart/related; boundary=b0und")
        return AS_USUAL

    archive.odd = odd
    with OddServer(archive) as server:
        source = WebSource(Connection("pacs", url=server.url), tmp_path / "cache")
        (one,) = source.announce(STUDY)
        bring = source.frames_of(one)
        assert bring is not None
        frame = bring(2)
        assert frame is not None
        assert pydicom.dcmread(frame).VOILUTSequence[0].LUTData == table.LUTData
        source.close()


@pytest.mark.parametrize(
    "address",
    ["http://elsewhere.invalid/dicom-web/bulk/1", "//elsewhere.invalid/1", "/etc/passwd", "a/../../b"],
)
def test_an_address_elsewhere_is_never_asked(address: str) -> None:
    """The server's word must not send this reader's password somewhere else."""
    with OddServer(lambda _asked: answer(status=404)) as server:
        client = WebClient(Connection("pacs", url=server.url))
        with pytest.raises(RemoteError) as refused:
            bulk_data(client, address)
        client.close()
        assert refused.value.key == "error.dicomweb.moved"
        assert not server.asked


def answer_body(whole: Answer) -> bytes:
    assert isinstance(whole, bytes)
    return whole.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize("syntax", [NATIVE, RLE])
def test_orthanc_gives_frames_and_metadata_that_agree_with_its_files(tmp_path: Path, syntax: str) -> None:
    with running_orthanc(tmp_path / "server") as server:
        server.put([enhanced_ct(tmp_path / "in", PIXELS, syntax)])
        source = WebSource(Connection("pacs", url=server.dicomweb), tmp_path / "cache")
        (one,) = source.announce(STUDY)
        assert one.instance.frames == 7
        bring = source.frames_of(one)
        assert bring is not None
        frame = bring(6)
        assert frame is not None
        alone = pydicom.dcmread(frame)
        assert np.array_equal(alone.pixel_array, PIXELS[5])
        assert (
            alone.PerFrameFunctionalGroupsSequence[0].PlanePositionSequence[0].ImagePositionPatient[2] == 0.0
        )
        (early,) = display_sets(group_studies([one])[0])
        (late,) = display_sets(source.open(STUDY).studies[0])
        assert early.shows_same(late)
        source.close()
