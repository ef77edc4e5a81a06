"""A server that says nothing more keeps nobody waiting who has cancelled."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.domain.volume import Cancelled, CancelToken
from app.settings.connections import Connection
from app.studies.remote.kept_copies import kept_studies
from app.studies.remote.web_source import WebSource
from app.studies.source_types import StudyQuery
from tests.support.odd_server import Answer, Asked, OddServer, multipart
from tests.support.plug import Plug
from tests.support.small_archive import PARTS, SmallArchive
from tests.support.web import stack

SOON_S = 1.0


def cancelled_after(work: Callable[[], object], token: CancelToken, ready: threading.Event) -> float:
    """Seconds from the cancel to the end of the work, which must say that it was cancelled."""
    ended: list[BaseException | None] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - told to the test
            ended.append(error)
        else:
            ended.append(None)

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(10)
    time.sleep(0.3)
    asked = time.monotonic()
    token.cancel()
    thread.join(15)
    seconds = time.monotonic() - asked
    assert isinstance(ended[0], Cancelled), ended
    return seconds


@pytest.mark.parametrize("word", ["search", "open"])
def test_before_the_answer(tmp_path: Path, word: str) -> None:
    token, ready, over = CancelToken(), threading.Event(), threading.Event()

    def silent(_asked: Asked) -> Answer:
        ready.set()
        over.wait(15)
        return None

    with OddServer(silent) as server:
        source = WebSource(Connection("pacs", url=server.url, answer_s=12.0), tmp_path)
        works: dict[str, Callable[[], object]] = {
            "search": lambda: source.search(StudyQuery(), token),
            "open": lambda: source.open("1.2.3", cancel=token),
        }
        try:
            assert cancelled_after(works[word], token, ready) < SOON_S
        finally:
            over.set()
            source.close()


@pytest.mark.parametrize("by_length", [True, False])
def test_in_the_middle_of_an_image_and_nothing_half_is_kept(tmp_path: Path, by_length: bool) -> None:
    """Without a length the end of the connection is the end of the answer (RFC 9112 6.3): it must not pass for one."""
    token, ready, over = CancelToken(), threading.Event(), threading.Event()
    archive = SmallArchive(stack(tmp_path / "in", 3))
    body = multipart(list(archive.bodies.values()))
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {PARTS}\r\n" + (
        f"Content-Length: {len(body)}\r\n" if by_length else ""
    )

    def some(asked: Asked) -> Answer | str:
        if "/series/" not in asked.path or "/instances" in asked.path:
            return "as usual"

        def pieces() -> Iterator[bytes]:
            yield f"{head}\r\n".encode()
            yield body[: len(body) // 2]
            ready.set()
            over.wait(15)

        return pieces()

    archive.odd = some
    with OddServer(archive) as server:
        source = WebSource(Connection("pacs", url=server.url, answer_s=12.0), tmp_path / "cache")
        try:
            work = lambda: source.open("1.2.3", cancel=token)  # noqa: E731 - one expression
            assert cancelled_after(work, token, ready) < SOON_S
        finally:
            over.set()
            source.close()
    kept = kept_studies(tmp_path / "cache")
    whole = {len(one) for one in archive.bodies.values()}
    for one in kept:
        assert all(path.stat().st_size in whole for path in one.folder.iterdir())


def test_a_source_that_was_left_so_can_be_asked_again(tmp_path: Path) -> None:
    token, ready, over = CancelToken(), threading.Event(), threading.Event()
    archive = SmallArchive(stack(tmp_path / "in", 3))

    def first_silent(_asked: Asked) -> Answer | str:
        if not ready.is_set():
            ready.set()
            over.wait(15)
        return "as usual"

    archive.odd = first_silent
    with OddServer(archive) as server, Plug(server.port) as cable:
        url = f"http://127.0.0.1:{cable.port}/dicom-web"
        source = WebSource(Connection("pacs", url=url, answer_s=12.0), tmp_path / "cache")
        try:
            work = lambda: source.open("1.2.3", cancel=token)  # noqa: E731 - one expression
            assert cancelled_after(work, token, ready) < SOON_S
            over.set()
            assert source.open("1.2.3").files == 3
        finally:
            over.set()
            source.close()
