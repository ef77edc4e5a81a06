"""Servers as they are in the field: a token that runs out half-way, answers that lie. One sentence, nothing lost."""

from __future__ import annotations

import gzip
import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.domain.errors import OverreadError
from app.settings.connections import Connection
from app.studies.remote.secrets import forget_secret, put_secret
from app.studies.remote.web_fetch import SPARE_PARTS
from app.studies.remote.web_source import WebSource
from app.support.i18n import explain
from tests.support.odd_server import Answer, Asked, OddServer, answer, chunked, multipart
from tests.support.small_archive import AS_USUAL, PARTS, SmallArchive
from tests.support.web import stack

STUDY, SERIES = "1.2.3", "1.2.3.4"


@contextmanager
def opened(server: OddServer, folder: Path, auth: str = "none") -> Iterator[WebSource]:
    connection = Connection("pacs", url=server.url, auth=auth, answer_s=3.0)
    source = WebSource(connection, folder / "cache")
    try:
        yield source
    finally:
        source.close()
        forget_secret(connection)


def wants(asked: Asked, what: str) -> bool:
    """series: the whole series as one stream; instance: one image."""
    path = asked.path.partition("?")[0]
    return path.endswith(f"/series/{SERIES}") if what == "series" else "/instances/" in path


def test_a_token_revoked_half_way_loses_nothing_and_a_new_one_fetches_the_rest(tmp_path: Path) -> None:
    archive = SmallArchive(stack(tmp_path / "in", 12))
    valid = ["first"]

    def odd(asked: Asked) -> Answer | str:
        if asked.headers.get("authorization") != f"Bearer {valid[0]}":
            return answer(status=401)
        if wants(asked, "series"):
            valid[0] = "second"  # and the gateway ends the stream
            return chunked([multipart(list(archive.bodies.values())[:5])[:-9]], PARTS, is_whole=False)
        return AS_USUAL

    archive.odd = odd
    with OddServer(archive) as server, opened(server, tmp_path, "bearer") as source:
        put_secret(Connection("pacs", url=server.url, auth="bearer"), "first")
        report = source.open(STUDY)
        got = len(report.studies[0].series[0].instances)
        assert 4 <= got <= 6
        said = {key: dict(facts) for key, facts in report.remarks}
        assert "did not let us in (status 401)" in str(said["dicomweb.broke_off"]["reason"])
        assert said["dicomweb.incomplete"]["missing"] == 12 - got
        archive.sent.clear()
        archive.odd = lambda asked: (
            AS_USUAL if asked.headers.get("authorization") == "Bearer second" else answer(status=401)
        )
        put_secret(Connection("pacs", url=server.url, auth="bearer"), "second")
        report = source.open(STUDY)
        assert len(report.studies[0].series[0].instances) == 12
        assert not report.remarks
        assert len(archive.sent) == 12 - got, "what is here is not fetched again"
        assert "series" not in archive.sent


ODD: dict[str, Callable[[SmallArchive], bytes]] = {
    "a page of words": lambda _: answer(b"<html>Sign in</html>", "text/html"),
    "no boundary": lambda archive: answer(multipart(list(archive.bodies.values())), "multipart/related"),
    "another boundary": lambda archive: answer(
        multipart(list(archive.bodies.values())), PARTS.replace("b0und", "other")
    ),
    "nothing at all": lambda _: answer(b"", PARTS),
    "noise in the parts": lambda _: answer(multipart([b"no dicom at all" * 20]), PARTS),
    "a chunk that never comes": lambda archive: chunked(
        [multipart(list(archive.bodies.values()))[:900]], PARTS, is_whole=False
    ),
    "a redirect": lambda _: answer(status=302, more=["Location: http://192.0.2.1/elsewhere"]),
    "an error": lambda _: answer(status=500),
}


@pytest.mark.parametrize("kind", ODD)
def test_whatever_stands_in_place_of_images_ends_in_one_sentence_soon(tmp_path: Path, kind: str) -> None:
    archive = SmallArchive(stack(tmp_path / "in", 3))
    archive.odd = lambda asked: (
        ODD[kind](archive) if wants(asked, "series") or wants(asked, "instance") else AS_USUAL
    )
    began = time.monotonic()
    with OddServer(archive) as server, opened(server, tmp_path) as source:
        with pytest.raises(OverreadError) as caught:
            source.open(STUDY)
        assert all(asked.headers["host"].startswith("127.0.0.1") for asked in server.asked)
    assert "pacs" in explain(caught.value)
    assert time.monotonic() - began < 10
    assert not list((tmp_path / "cache").rglob("*.dcm"))


@pytest.mark.parametrize(
    ("body", "more"),
    [
        (b"[", []),
        (b'{"an": "object"}', []),
        (b"[1, null, []]", []),
        (b'[{"0020000E": {"vr": "UI"}}]', []),
        (b'[{"0020000E": {"vr": "UI", "Value": ["../../etc"]}}]', []),
        (b"\xff\xfe\x00", []),
        (b"[" * 100_000, []),
        (gzip.compress(b" " * 300_000_000), ["Content-Encoding: gzip"]),
    ],
    ids=["cut", "object", "nonsense", "no value", "a path for a UID", "no text", "deep", "bomb"],
)
def test_a_list_that_lies_is_one_sentence_and_takes_no_memory(
    tmp_path: Path, body: bytes, more: list[str]
) -> None:
    with (
        OddServer(lambda _asked: answer(body, more=more)) as server,
        opened(server, tmp_path) as source,
        pytest.raises(OverreadError) as caught,
    ):
        source.open(STUDY)
    assert explain(caught.value)
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix == ".dcm"]


@pytest.mark.parametrize("what", ["the same image", "new images"])
def test_an_answer_without_an_end_is_left_and_what_arrived_is_kept(tmp_path: Path, what: str) -> None:
    archive = SmallArchive(stack(tmp_path / "in", 3))
    same = next(iter(archive.bodies.values()))
    others = [one.read_bytes() for one in stack(tmp_path / "other", 250)]

    def for_ever() -> Iterator[bytes]:
        yield f"HTTP/1.1 200 OK\r\nContent-Type: {PARTS}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        for number in itertools.count():
            body = same if what == "the same image" else others[number % len(others)]
            part = b"\r\n--b0und\r\nContent-Type: application/dicom\r\n\r\n" + body
            yield f"{len(part):x}\r\n".encode() + part + b"\r\n"

    archive.odd = lambda asked: for_ever() if wants(asked, "series") else AS_USUAL
    began = time.monotonic()
    with OddServer(archive) as server, opened(server, tmp_path) as source:
        report = source.open(STUDY)
    assert len(report.studies[0].series[0].instances) >= 3
    assert len(list((tmp_path / "cache").rglob("*.dcm"))) <= 2 * 3 + SPARE_PARTS + 3
    assert time.monotonic() - began < 15


def test_another_patients_object_never_stands_in_for_the_one_asked_for(tmp_path: Path) -> None:
    archive = SmallArchive(stack(tmp_path / "in", 3))
    (other,) = stack(tmp_path / "other", 1, StudyInstanceUID="9.9.9")
    archive.odd = lambda asked: (
        answer(multipart([other.read_bytes()]), PARTS)
        if wants(asked, "series") or wants(asked, "instance")
        else AS_USUAL
    )
    with (
        OddServer(archive) as server,
        opened(server, tmp_path) as source,
        pytest.raises(OverreadError) as caught,
    ):
        source.open(STUDY)
    assert caught.value.key == "error.dicomweb.other_object"


def test_credentials_never_follow_a_redirect(tmp_path: Path) -> None:
    with OddServer(lambda _asked: answer(b"[]")) as elsewhere:
        away = [f"Location: {elsewhere.url}/studies"]
        with OddServer(lambda _asked: answer(status=307, more=away)) as server:
            connection = Connection("pacs", url=server.url, auth="bearer")
            put_secret(connection, "s3cret")
            with opened(server, tmp_path, "bearer") as source, pytest.raises(OverreadError) as caught:
                source.open(STUDY)
        assert caught.value.key == "error.dicomweb.moved"
        assert not elsewhere.asked
