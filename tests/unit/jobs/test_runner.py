from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from app.domain.errors import OverreadError, StudyUnreadableError
from app.domain.volume import Cancelled, CancelToken, Progress
from app.jobs.dispatch import QueueDispatch
from app.jobs.job import JobInfo, JobState, Priority, Throttle
from app.jobs.runner import Runner
from app.support.i18n import explain


class Bench:
    """A runner, the queue that brings answers home, and what was heard."""

    def __init__(self, threads: int = 2) -> None:
        self.home = QueueDispatch()
        self.runner = Runner(self.home.post, threads)
        self.heard: list[tuple[str, object]] = []

    def note(self, name: str) -> Callable[[object], None]:
        return lambda value: self.heard.append((name, value))

    def settle(self) -> None:
        assert self.home.run_until_idle(lambda: self.runner.busy, timeout_s=20)


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    assert made.runner.close()


def doubled(request: int, progress: Progress, cancel: CancelToken) -> int:
    return 2 * request


def until_canceled(request: threading.Event, progress: Progress, cancel: CancelToken) -> None:
    request.set()
    while True:
        cancel.check()
        time.sleep(0.002)


def blocking(
    request: tuple[threading.Event, threading.Event], progress: Progress, cancel: CancelToken
) -> None:
    begun, go = request
    begun.set()
    assert go.wait(10)


def test_an_answer_comes_home_on_the_thread_that_runs_the_queue(bench: Bench) -> None:
    threads: list[int] = []

    def arrived(answer: int) -> None:
        threads.append(threading.get_ident())
        bench.heard.append(("done", answer))

    bench.runner.submit(doubled, 21, on_done=arrived)
    bench.settle()
    assert bench.heard == [("done", 42)]
    assert threads == [threading.get_ident()]


def test_urgent_work_overtakes_what_waits(bench: Bench) -> None:
    gates = [(threading.Event(), threading.Event()) for _ in range(2)]
    for gate in gates:
        bench.runner.submit(blocking, gate, Priority.INTERACTION)
    assert all(begun.wait(5) for begun, _ in gates)
    order: list[str] = []
    record = threading.Lock()

    def remember(name: str, progress: Progress, cancel: CancelToken) -> None:
        with record:
            order.append(name)

    for priority in (Priority.BACKGROUND, Priority.PREFETCH, Priority.THUMBNAIL, Priority.INTERACTION):
        bench.runner.submit(remember, priority.name, priority)
    gates[0][1].set()
    time.sleep(0.2)
    gates[1][1].set()
    bench.settle()
    assert order == ["INTERACTION", "THUMBNAIL", "PREFETCH", "BACKGROUND"]


def test_long_background_work_leaves_a_thread_for_the_reader(bench: Bench) -> None:
    gates = [(threading.Event(), threading.Event()) for _ in range(3)]
    for gate in gates:
        bench.runner.submit(blocking, gate, Priority.BACKGROUND)
    assert gates[0][0].wait(5)
    assert not gates[1][0].wait(0.1)
    done = threading.Event()
    bench.runner.submit(lambda _r, _p, _c: done.set(), None, Priority.INTERACTION)
    assert done.wait(5)
    for _, go in gates:
        go.set()
    bench.settle()


def test_a_running_job_is_canceled_and_that_is_no_failure(bench: Bench) -> None:
    begun = threading.Event()
    job = bench.runner.submit(
        until_canceled,
        begun,
        on_done=bench.note("done"),
        on_failed=bench.note("failed"),
        on_canceled=lambda: bench.heard.append(("canceled", None)),
    )
    assert begun.wait(5)
    job.cancel()
    bench.settle()
    assert bench.heard == [("canceled", None)]
    assert job.state is JobState.CANCELED
    assert job.error is None


def test_a_waiting_job_that_is_canceled_never_begins(bench: Bench) -> None:
    begun, go = threading.Event(), threading.Event()
    bench.runner.submit(blocking, (begun, go), Priority.BACKGROUND)
    assert begun.wait(5)
    ran = threading.Event()
    waiting = bench.runner.submit(lambda _r, _p, _c: ran.set(), None, Priority.BACKGROUND)
    waiting.cancel()
    assert waiting.state is JobState.CANCELED
    go.set()
    bench.settle()
    assert not ran.is_set()


def test_a_stale_answer_is_dropped(bench: Bench) -> None:
    gate = (threading.Event(), threading.Event())
    job = bench.runner.submit(blocking, gate, on_done=bench.note("done"))
    assert gate[0].wait(5)
    job.wanted = False
    gate[1].set()
    bench.settle()
    assert bench.heard == []
    assert job.state is JobState.COMPLETED


def test_an_error_of_ours_arrives_as_it_is(bench: Bench) -> None:
    def refuse(_request: None, _progress: Progress, _cancel: CancelToken) -> None:
        raise StudyUnreadableError("error.study.empty_folder", folder="x")

    bench.runner.submit(refuse, None, on_failed=bench.note("failed"))
    bench.settle()
    [(name, error)] = bench.heard
    assert name == "failed"
    assert isinstance(error, StudyUnreadableError)


@pytest.mark.parametrize(
    ("raised", "key"),
    [
        (ZeroDivisionError("Ivanov^Ivan"), "error.job.unexpected"),
        (MemoryError(), "error.job.memory"),
        (FileNotFoundError(2, "No such file or directory", "/a/b/slice.dcm"), "error.job.system"),
    ],
)
def test_an_unforeseen_failure_becomes_one_sentence_without_its_message(
    bench: Bench, raised: Exception, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_request: None, _progress: Progress, _cancel: CancelToken) -> None:
        raise raised

    job = bench.runner.submit(fail, None, on_failed=bench.note("failed"), kind="index")
    bench.settle()
    assert isinstance(job.error, OverreadError)
    assert job.error.key == key
    sentence = explain(job.error)
    assert "index" in sentence
    assert "?" not in sentence
    assert "Ivanov" not in sentence + caplog.text
    assert "in fail" in caplog.text


def test_only_mistakes_of_ours_are_handed_on_to_be_written_down() -> None:
    noted: list[Exception] = []
    home = QueueDispatch()
    runner = Runner(home.post, noted=noted.append)
    mistake = ZeroDivisionError()
    for raised in (mistake, MemoryError(), StudyUnreadableError("error.study.unreadable")):

        def fail(given: Exception, _progress: Progress, _cancel: CancelToken) -> None:
            raise given

        runner.submit(fail, raised)
    assert home.run_until_idle(lambda: runner.busy, timeout_s=20)
    assert runner.close()
    assert noted == [mistake]


def test_a_failure_does_not_end_the_pool(bench: Bench) -> None:
    def fail(_request: None, _progress: Progress, _cancel: CancelToken) -> None:
        raise ZeroDivisionError

    for _ in range(8):
        bench.runner.submit(fail, None)
    bench.runner.submit(doubled, 1, on_done=bench.note("done"))
    bench.settle()
    assert bench.heard == [("done", 2)]


def test_progress_is_told_at_most_ten_times_a_second(bench: Bench) -> None:
    def busy(_request: None, progress: Progress, _cancel: CancelToken) -> None:
        end = time.monotonic() + 0.55
        count = 0
        while time.monotonic() < end:
            count += 1
            progress(0.5, "slice")
        assert count > 100

    job = bench.runner.submit(busy, None, on_progress=lambda f, n: bench.note("progress")((f, n)))
    bench.settle()
    assert 1 <= len(bench.heard) <= 7
    assert job.progress == 1.0


def test_throttle_lets_the_first_and_then_every_tenth_of_a_second_through() -> None:
    now = [0.0]
    throttle = Throttle(lambda: now[0])
    passed = []
    for step in range(31):
        now[0] = step / 128
        passed.append(throttle.lets_through())
    assert [step for step, let in enumerate(passed) if let] == [0, 13, 26]
    assert passed[0]


def test_watchers_hear_the_states_of_a_job_in_order(bench: Bench) -> None:
    heard: list[JobInfo] = []
    stop = bench.runner.watch(heard.append)
    bench.runner.submit(doubled, 1, kind="thumbnail", target="series 2")
    bench.settle()
    stop()
    bench.runner.submit(doubled, 1)
    bench.settle()
    assert [info.state for info in heard] == [JobState.SCHEDULED, JobState.IN_PROGRESS, JobState.COMPLETED]
    assert {(info.kind, info.target) for info in heard} == {("thumbnail", "series 2")}


def test_listing_shows_running_then_waiting_then_finished(bench: Bench) -> None:
    bench.runner.submit(doubled, 1, kind="first")
    bench.settle()
    gate = (threading.Event(), threading.Event())
    bench.runner.submit(blocking, gate, Priority.BACKGROUND, kind="second")
    assert gate[0].wait(5)
    bench.runner.submit(doubled, 1, Priority.BACKGROUND, kind="third")
    listed = [(info.kind, info.state) for info in bench.runner.listing()]
    gate[1].set()
    bench.settle()
    assert listed == [
        ("second", JobState.IN_PROGRESS),
        ("third", JobState.SCHEDULED),
        ("first", JobState.COMPLETED),
    ]


def test_closing_ends_running_and_waiting_work_and_its_threads() -> None:
    # A runner of another test may still wait for work that does not listen.
    others = set(threading.enumerate())
    bench = Bench()
    begun = threading.Event()
    jobs = [bench.runner.submit(until_canceled, begun, on_done=bench.note("done")) for _ in range(5)]
    assert begun.wait(5)
    assert bench.runner.close()
    bench.home.run_pending()
    assert bench.heard == []
    assert {job.state for job in jobs} == {JobState.CANCELED}
    own = set(threading.enumerate()) - others
    assert not [thread for thread in own if thread.name.startswith("overread-")]


def test_an_answer_that_is_on_its_way_when_all_is_closed_is_dropped() -> None:
    bench = Bench()
    told: list[JobInfo] = []
    bench.runner.watch(told.append)
    bench.runner.submit(doubled, 21, on_done=bench.note("done"))
    until = time.monotonic() + 10
    while bench.runner.busy and time.monotonic() < until:
        time.sleep(0.002)
    assert bench.runner.close()
    assert bench.home.run_pending() > 0  # the answer was posted before
    assert (bench.heard, told) == ([], [])


def test_closing_says_when_a_job_does_not_listen() -> None:
    bench = Bench()
    gate = (threading.Event(), threading.Event())
    bench.runner.submit(blocking, gate, kind="deaf")
    assert gate[0].wait(5)
    assert not bench.runner.close(grace_s=0.05)
    gate[1].set()
    assert bench.runner.close()


def test_work_after_closing_is_canceled() -> None:
    bench = Bench()
    bench.runner.close()
    job = bench.runner.submit(doubled, 1, on_done=bench.note("done"))
    bench.home.run_pending()
    assert job.state is JobState.CANCELED
    assert bench.heard == []


def test_cancel_all_can_be_of_one_kind(bench: Bench) -> None:
    begun = threading.Event()
    model = bench.runner.submit(until_canceled, begun, kind="model")
    assert begun.wait(5)
    other = bench.runner.submit(doubled, 3, kind="index", on_done=bench.note("done"))
    bench.runner.cancel_all("model")
    bench.settle()
    assert model.state is JobState.CANCELED
    assert other.state is JobState.COMPLETED


def test_work_that_raises_cancelled_by_itself_is_canceled(bench: Bench) -> None:
    def give_up(_request: None, _progress: Progress, _cancel: CancelToken) -> None:
        raise Cancelled

    job = bench.runner.submit(give_up, None)
    bench.settle()
    assert job.state is JobState.CANCELED
