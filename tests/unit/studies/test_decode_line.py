"""The order of decoding: what is looked at, thumbnails, neighbours where the reader is heading, then the rest."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from app.studies.decode_line import QUIET_S, DecodeLine
from app.studies.frame_order import FrameOrder
from app.studies.urgency import Urgency


class Stack:
    """Writes down what is decoded when."""

    def __init__(self, name: str, order: FrameOrder, log: list[str]) -> None:
        self.name, self.order, self.log = name, order, log

    def most_urgent(self) -> tuple[Urgency, int] | None:
        return self.order.most_urgent()

    def take(self) -> Callable[[], None] | None:
        index = self.order.take()
        return None if index is None else lambda: self.log.append(f"{self.name}{index}")


class Small:
    """One thumbnail."""

    def __init__(self, log: list[str]) -> None:
        self.log, self.waits = log, True

    def most_urgent(self) -> tuple[Urgency, int] | None:
        return (Urgency.THUMBNAIL, 0) if self.waits else None

    def take(self) -> Callable[[], None] | None:
        self.waits = False
        return lambda: self.log.append("thumbnail")


class Held:
    """Holds the only thread until everybody has joined."""

    def __init__(self) -> None:
        self.open, self.waits = threading.Event(), True

    def most_urgent(self) -> tuple[Urgency, int] | None:
        return (Urgency.INTERACTION, 0) if self.waits else None

    def take(self) -> Callable[[], None] | None:
        self.waits = False

        def hold() -> None:
            self.open.wait(5)

        return hold


def until(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.005)
    return condition()


def test_after_scrolling_down_the_frames_ahead_come_before_those_behind() -> None:
    order = FrameOrder(20, 10)
    order.look_at(11)
    assert order.listing()[:6] == (11, 12, 13, 10, 14, 15)
    order.look_at(9)
    assert order.listing()[:6] == (9, 8, 7, 10, 6, 5)


def test_a_frame_taken_waits_no_longer_until_it_is_put_back() -> None:
    order = FrameOrder(2, 0)
    assert [order.take(), order.take(), order.take()] == [0, 1, None]
    order.put_back([1])
    assert order.most_urgent() == (Urgency.NEIGHBOUR, 1)


def test_interaction_then_thumbnail_then_neighbours_then_prefetch() -> None:
    log: list[str] = []
    line, held = DecodeLine(workers=1), Held()
    hidden = FrameOrder(2, 0)
    hidden.show(shown=False)
    line.join(held)
    assert until(lambda: not held.waits)
    for one in (Stack("hidden", hidden, log), Stack("shown", FrameOrder(3, 1), log), Small(log)):
        line.join(one)
    held.open.set()
    assert until(lambda: len(log) == 6)
    assert log == ["shown1", "thumbnail", "shown0", "shown2", "hidden0", "hidden1"]
    line.close()


def test_prefetch_stands_still_while_the_reader_works() -> None:
    log: list[str] = []
    line = DecodeLine()
    line.interacted()
    began = time.monotonic()
    hidden = FrameOrder(1, 0)
    hidden.show(shown=False)
    line.join(Stack("hidden", hidden, log))
    assert until(lambda: bool(log))
    assert time.monotonic() - began >= QUIET_S * 0.9
    line.close()


def test_files_that_are_waited_for_do_not_keep_those_that_are_here() -> None:
    log: list[str] = []
    line, network = DecodeLine(workers=1), threading.Event()

    class Far(Small):
        def take(self) -> Callable[[], None] | None:
            self.waits = False

            def wait() -> None:
                with line.away():
                    network.wait(5)
                self.log.append("far")

            return wait

    far = Far(log)
    line.join(far)
    assert until(lambda: not far.waits)
    line.join(Small(log))
    assert until(lambda: log == ["thumbnail"])
    network.set()
    assert until(lambda: log == ["thumbnail", "far"])
    line.close()


def test_who_has_left_is_not_decoded_and_no_thread_stays() -> None:
    before = set(threading.enumerate())
    log: list[str] = []
    line, held = DecodeLine(workers=1), Held()
    line.join(held)
    assert until(lambda: not held.waits)
    small = Small(log)
    line.join(small)
    line.leave(small)
    held.open.set()
    line.close()
    assert log == []
    assert set(threading.enumerate()) <= before  # those of other tests may end in the meantime


class Fetched:
    """Works that wait for a file at first, and at the end decode: how many did so at once."""

    def __init__(self, line: DecodeLine, count: int) -> None:
        self.line, self.left = line, count
        self.here = threading.Event()
        self.away = self.at_once = self.most = 0
        self._lock = threading.Lock()

    def most_urgent(self) -> tuple[Urgency, int] | None:
        return (Urgency.INTERACTION, 0) if self.left else None

    def take(self) -> Callable[[], None] | None:
        self.left -= 1
        return self.work

    def work(self) -> None:
        if not self.here.is_set():
            with self.line.away():
                self.count("away", 1)
                self.here.wait(5)
            return
        self.count("at_once", 1)
        time.sleep(0.01)
        self.count("at_once", -1)

    def count(self, name: str, step: int) -> None:
        with self._lock:
            setattr(self, name, getattr(self, name) + step)
            self.most = max(self.most, self.at_once)


def test_threads_that_stood_in_for_those_that_wait_do_not_decode_beside_them_afterwards() -> None:
    line = DecodeLine(workers=2)
    works = Fetched(line, 60)
    line.join(works)
    assert until(lambda: works.away >= 6)
    works.here.set()
    assert until(lambda: works.left == 0 and works.at_once == 0)
    line.close()
    assert 1 <= works.most <= 2
