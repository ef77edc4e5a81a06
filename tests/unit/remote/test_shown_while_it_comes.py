"""A study of a server can be looked at before its images are here; the one looked at comes before the others."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.domain.errors import RemoteError, StudyUnreadableError
from app.settings.connections import Connection
from app.studies.display_sets import display_sets
from app.studies.grouping import group_studies
from app.studies.on_the_way import OnTheWay
from app.studies.remote.web_source import WebSource
from tests.support.odd_server import Answer, Asked, OddServer, answer
from tests.support.small_archive import AS_USUAL, SmallArchive
from tests.support.web import stack

STUDY = "1.2.3"


@contextmanager
def opened(archive: SmallArchive, folder: Path) -> Iterator[WebSource]:
    with OddServer(archive) as server:
        source = WebSource(Connection("pacs", url=server.url), folder / "cache")
        try:
            yield source
        finally:
            source.close()


def test_what_is_announced_is_what_the_files_say(tmp_path: Path) -> None:
    archive = SmallArchive(stack(tmp_path / "in", 9))
    with opened(archive, tmp_path) as source:
        found = source.announce(STUDY)
        assert len(found) == 9
        assert not any(one.instance.path.exists() for one in found)
        (early,) = display_sets(group_studies(found)[0])
        (late,) = display_sets(source.open(STUDY).studies[0])
    assert early.shows_same(late)
    assert early.title == late.title
    assert group_studies(found)[0].patient.name == "Doe^Jane"


def test_one_image_is_brought_by_itself_and_not_a_second_time(tmp_path: Path) -> None:
    archive = SmallArchive(stack(tmp_path / "in", 9))
    with opened(archive, tmp_path) as source:
        found = source.announce(STUDY)
        last = max(found, key=lambda one: one.instance.instance_number or 0)
        found[last]()
        assert last.instance.path.exists()
        assert archive.sent == [last.instance.sop_instance_uid]
        found[last]()
        assert len(archive.sent) == 1
        heard: list[str] = []
        source.open(STUDY, lambda batch: heard.extend(one.instance.sop_instance_uid for one in batch))
        assert sorted(heard) == sorted(archive.bodies)


def test_a_server_without_metadata_is_fetched_all_the_same(tmp_path: Path) -> None:
    archive = SmallArchive(stack(tmp_path / "in", 3))
    archive.odd = lambda asked: answer(status=404) if asked.path.endswith("/metadata") else AS_USUAL
    with opened(archive, tmp_path) as source:
        with pytest.raises(RemoteError):
            source.announce(STUDY)
        assert len(source.open(STUDY).studies[0].series[0].instances) == 3


def test_metadata_that_lies_announces_nothing_wrong(tmp_path: Path) -> None:
    lies = b'[{"00080018": {"vr": "UI", "Value": ["../../x"]}}, {"0020000D": 7}, {"00280010": {"vr": "US"}}]'
    archive = SmallArchive(stack(tmp_path / "in", 3))
    archive.odd = lambda asked: answer(lies) if asked.path.endswith("/metadata") else AS_USUAL
    with opened(archive, tmp_path) as source:
        assert not source.announce(STUDY)


class Bringer:
    """Brings a file when it is let."""

    def __init__(self, path: Path) -> None:
        self.path, self.times, self.gate = path, 0, threading.Event()

    def __call__(self) -> None:
        self.times += 1
        assert self.gate.wait(10)
        self.path.write_bytes(b"x")


def test_two_readers_of_one_image_bring_it_once(tmp_path: Path) -> None:
    bringer, way = Bringer(tmp_path / "a"), OnTheWay()
    way.announce({bringer.path: bringer})
    threads = [threading.Thread(target=way.need, args=(bringer.path,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert _soon(lambda: bringer.times == 1)
    bringer.gate.set()
    for thread in threads:
        thread.join(10)
    assert bringer.times == 1
    assert not way.is_coming(bringer.path)


def test_what_did_not_come_is_said_and_what_was_never_announced_is_not_waited_for(tmp_path: Path) -> None:
    changes: list[int] = []
    way = OnTheWay(lambda: changes.append(1))
    path = tmp_path / "a"
    way.need(path)
    way.announce({path: Bringer(path)})
    assert way.is_coming(path)
    way.end([path])
    assert not way.is_coming(path)
    assert changes
    with pytest.raises(StudyUnreadableError) as caught:
        way.need(path)
    assert caught.value.key == "error.remote.not_here"


def test_a_bringer_that_fails_lets_the_next_one_try(tmp_path: Path) -> None:
    way, path, tries = OnTheWay(), tmp_path / "a", [0]

    def bring() -> None:
        tries[0] += 1
        if tries[0] == 1:
            raise RemoteError("error.dicomweb.broken", connection="pacs")
        path.write_bytes(b"x")

    way.announce({path: bring})
    with pytest.raises(RemoteError):
        way.need(path)
    way.need(path)
    assert path.exists()


def _soon(claim: Callable[[], bool]) -> bool:
    end = time.monotonic() + 10
    while not claim() and time.monotonic() < end:
        time.sleep(0.01)
    return claim()


def test_an_image_looked_at_overtakes_a_slow_stream(tmp_path: Path) -> None:
    """The stream stands still after nothing; the image comes by itself."""
    archive, gate = SmallArchive(stack(tmp_path / "in", 9)), threading.Event()

    def odd(asked: Asked) -> Answer | str:
        if asked.path.partition("?")[0].endswith("/series/1.2.3.4"):
            gate.wait(10)
        return AS_USUAL

    archive.odd = odd
    with opened(archive, tmp_path) as source:
        found = source.announce(STUDY)
        thread = threading.Thread(target=source.open, args=(STUDY,))
        thread.start()
        wanted = max(found, key=lambda one: one.instance.instance_number or 0)
        found[wanted]()
        assert wanted.instance.path.exists()
        assert sum(one.instance.path.exists() for one in found) <= 2  # it, and the middle one
        gate.set()
        thread.join(20)
        assert all(one.instance.path.exists() for one in found)
