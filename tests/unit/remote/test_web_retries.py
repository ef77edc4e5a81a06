"""What is asked again, what never, and how soon a pause between two attempts can be left."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.domain.errors import RemoteError
from app.domain.volume import Cancelled, CancelToken
from app.settings.connections import Connection
from app.studies.remote.web_source import WebSource
from app.studies.source_types import StoreOutcome, StudyQuery
from app.support.i18n import explain
from tests.support.odd_server import Answer, Asked, OddServer, answer, dicom_json
from tests.support.web import stack

HIT = {"0020000D": ("UI", "1.2.3")}


def test_a_store_that_breaks_off_is_not_sent_twice_and_says_that_its_end_is_unknown(tmp_path: Path) -> None:
    files = stack(tmp_path / "in", 2)
    with OddServer(lambda _asked: None) as server:
        source = WebSource(Connection("pacs", url=server.url), tmp_path)
        with pytest.raises(RemoteError) as caught:
            source.store(files)
        source.close()
    assert [one.method for one in server.asked] == ["POST"]
    assert caught.value.key == "error.dicomweb.unsure"
    assert "not known" in explain(caught.value)


def test_a_gateway_that_lost_the_answer_to_a_store_is_not_asked_again(tmp_path: Path) -> None:
    with OddServer(lambda _asked: answer(status=504)) as server:
        source = WebSource(Connection("pacs", url=server.url), tmp_path)
        with pytest.raises(RemoteError) as caught:
            source.store(stack(tmp_path / "in", 1))
        source.close()
    assert len(server.asked) == 1
    assert caught.value.key == "error.dicomweb.unsure"


def test_a_store_that_a_busy_server_refused_is_sent_again(tmp_path: Path) -> None:
    files = stack(tmp_path / "in", 1)
    taken: dict[str, tuple[str, object]] = {
        "00081199": ("SQ", {"00081155": {"vr": "UI", "Value": [_uid(files[0])]}})
    }

    def say(_asked: Asked) -> Answer:
        return answer(status=503) if len(server.asked) == 1 else _item(taken)

    with OddServer(say) as server:
        source = WebSource(Connection("pacs", url=server.url), tmp_path)
        (outcome,) = source.store(files)
        source.close()
    assert outcome.outcome is StoreOutcome.STORED
    assert len(server.asked) == 2
    assert server.asked[0].body[-100:] != b""
    assert len(server.asked[0].body) == len(server.asked[1].body)


def test_a_search_that_breaks_off_is_asked_again(tmp_path: Path) -> None:
    def say(_asked: Asked) -> Answer:
        return None if len(server.asked) == 1 else dicom_json(HIT)

    with OddServer(say) as server:
        source = WebSource(Connection("pacs", url=server.url), tmp_path)
        assert [hit.study_instance_uid for hit in source.search(StudyQuery()).hits] == ["1.2.3"]
        source.close()
    assert len(server.asked) == 2


@pytest.mark.parametrize("word", ["search", "open", "store"])
def test_a_pause_for_a_busy_server_ends_as_soon_as_it_is_cancelled(tmp_path: Path, word: str) -> None:
    files = stack(tmp_path / "in", 1)
    token = CancelToken()
    with OddServer(lambda _asked: answer(status=503, more=["Retry-After: 5"])) as server:
        source = WebSource(Connection("pacs", url=server.url), tmp_path)
        ended: list[float] = []

        def run() -> None:
            works: dict[str, Callable[[], object]] = {
                "search": lambda: source.search(StudyQuery(), token),
                "open": lambda: source.open("1.2.3", cancel=token),
                "store": lambda: source.store(files, cancel=token),
            }
            with pytest.raises(Cancelled):
                works[word]()
            ended.append(time.monotonic())

        thread = threading.Thread(target=run)
        thread.start()
        end = time.monotonic() + 10
        while not server.asked and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(0.1)
        asked = time.monotonic()
        token.cancel()
        thread.join(10)
        source.close()
    assert ended
    assert ended[0] - asked < 0.2


def _uid(path: Path) -> str:
    import pydicom

    return str(pydicom.dcmread(path, stop_before_pixels=True).SOPInstanceUID)


def _item(item: dict[str, tuple[str, object]]) -> bytes:
    """The answer to a store is one item, no list."""
    head, _, body = dicom_json(item).partition(b"\r\n\r\n")
    assert head
    return answer(body.strip()[1:-1])
