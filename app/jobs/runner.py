"""A pool of threads that takes the most urgent work first."""

from __future__ import annotations

import heapq
import itertools
import logging
import os
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

from app.domain.errors import OverreadError
from app.domain.volume import Cancelled, CancelToken, Progress
from app.jobs.dispatch import Post
from app.jobs.job import Job, JobInfo, JobState, Priority, Throttle, Work
from app.jobs.unforeseen import MISTAKE, in_words

Request = TypeVar("Request")
Answer = TypeVar("Answer")
Unsubscribe = Callable[[], None]

FINISHED_KEPT = 50
GRACE_S = 10.0

log = logging.getLogger(__name__)


class Runner:
    """Runs work on threads and brings answers home through `post`.

    One thread is kept free of prefetch and background work, so that a long run never keeps the reader waiting.
    """

    def __init__(
        self, post: Post, threads: int | None = None, *, noted: Callable[[Exception], None] | None = None
    ) -> None:
        """noted: writes down mistakes of ours that ended a job; called on the job's thread, and must not raise."""
        self._post = post
        self._noted = noted
        self._limit = max(2, threads or os.cpu_count() or 2)
        self._changed = threading.Condition()
        self._waiting: list[tuple[int, int, Job, Work]] = []
        self._running: set[Job] = set()
        self._finished: deque[Job] = deque(maxlen=FINISHED_KEPT)
        self._threads: list[threading.Thread] = []
        self._watchers: list[Callable[[JobInfo], None]] = []
        self._numbers = itertools.count(1)
        self._closed = False

    def submit(  # noqa: PLR0913 - one job with everybody it tells, all by name
        self,
        fn: Callable[[Request, Progress, CancelToken], Answer],
        request: Request,
        priority: Priority = Priority.BACKGROUND,
        on_done: Callable[[Answer], None] | None = None,
        on_failed: Callable[[OverreadError], None] | None = None,
        *,
        on_progress: Progress | None = None,
        on_canceled: Callable[[], None] | None = None,
        kind: str = "",
        target: str = "",
    ) -> Job:
        """Run fn(request, progress, cancel) on a thread; exactly one of done, failed, canceled is told of it.

        kind and target say what is done to what in a list of jobs. After `close` a job is canceled at once.
        """
        number = next(self._numbers)
        job = Job(f"job-{number}", kind, target, Priority(priority))
        job.on_cancel = self._drop_canceled
        work = Work(fn, request, on_done, on_failed, on_progress, on_canceled)
        with self._changed:
            if not self._closed:
                heapq.heappush(self._waiting, (int(job.priority), number, job, work))
                self._start_thread_if_useful()
                self._changed.notify_all()
        self._tell(job)
        if self._closed:
            self._finish(job, work, JobState.CANCELED)
        return job

    @property
    def busy(self) -> bool:
        """True while work waits or runs; its answer is posted before this turns false."""
        with self._changed:
            return bool(self._waiting or self._running)

    def listing(self) -> tuple[JobInfo, ...]:
        """Running jobs, then waiting ones in the order they will run, then the last finished, newest first."""
        with self._changed:
            waiting = [job for _, _, job, _ in sorted(self._waiting, key=lambda item: item[:2])]
            jobs = (*self._running, *waiting, *reversed(self._finished))
            return tuple(job.info() for job in jobs)

    def watch(self, callback: Callable[[JobInfo], None]) -> Unsubscribe:
        """Hear on the main thread of every change of a job; progress at most ten times a second each."""
        self._watchers.append(callback)

        def stop() -> None:
            if callback in self._watchers:
                self._watchers.remove(callback)

        return stop

    def cancel_all(self, kind: str = "") -> None:
        """Cancel every job, or every one of a kind."""
        with self._changed:
            jobs = [job for _, _, job, _ in self._waiting] + list(self._running)
        for job in jobs:
            if not kind or job.kind == kind:
                job.cancel()

    def close(self, grace_s: float = GRACE_S) -> bool:
        """Cancel every job and wait for those that run; no callback comes after. False if one did not stop in time.

        A thread that does not ask its token in that time is left to end with the program.
        """
        with self._changed:
            self._closed = True
            waiting = (job for _, _, job, _ in self._waiting)
            for job in (*self._running, *waiting, *self._finished):  # an answer may be on its way still
                job.wanted = False
        self.cancel_all()
        with self._changed:
            self._changed.notify_all()
        deadline = time.monotonic() + grace_s
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        late = [job.kind or job.job_id for job in tuple(self._running)]
        if late:
            log.warning("jobs did not stop within %.0f s: %s", grace_s, ", ".join(late))
        return not late

    def _start_thread_if_useful(self) -> None:
        idle = len(self._threads) - len(self._running)
        if len(self._threads) < self._limit and len(self._waiting) > idle - 1:
            thread = threading.Thread(
                target=self._work, name=f"overread-{len(self._threads) + 1}", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def _work(self) -> None:
        while (taken := self._take()) is not None:
            job, work = taken
            self._tell(job)
            self._run(job, work)

    def _take(self) -> tuple[Job, Work] | None:
        with self._changed:
            while not self._may_begin():
                if self._closed:
                    return None
                self._changed.wait()
            _, _, job, work = heapq.heappop(self._waiting)
            self._running.add(job)
            job.state = JobState.IN_PROGRESS
            return job, work

    def _may_begin(self) -> bool:
        if not self._waiting:
            return False
        slow = sum(job.priority >= Priority.PREFETCH for job in self._running)
        return self._waiting[0][0] < Priority.PREFETCH or slow < self._limit - 1

    def _run(self, job: Job, work: Work) -> None:
        answer: Any = None  # Any: whatever this kind of work answers
        try:
            if job.token.cancelled or not job.wanted:
                raise Cancelled  # noqa: TRY301 - the same end as a job that finds out by itself
            answer = work.fn(work.request, self._reporter(job, work), job.token)
        except Cancelled:
            self._finish(job, work, JobState.CANCELED)
        except OverreadError as error:
            job.error = error
            self._finish(job, work, JobState.FAILED)
        except Exception as error:  # noqa: BLE001 - a broad catch: work of any kind must not end a thread
            _note(error, job)
            job.error = in_words(error, job.kind or job.job_id)
            if self._noted is not None and job.error.key == MISTAKE:
                self._noted(error)
            self._finish(job, work, JobState.FAILED)
        else:
            self._finish(job, work, JobState.COMPLETED, answer)

    def _reporter(self, job: Job, work: Work) -> Progress:
        throttle = Throttle()

        def report(fraction: float, note: str = "") -> None:
            job.progress, job.note = min(max(float(fraction), 0.0), 1.0), note
            if not throttle.lets_through():
                return
            if work.on_progress is not None:
                tell, now = work.on_progress, job.progress
                self._post_if_wanted(job, lambda: tell(now, note))
            self._tell(job)

        return report

    def _finish(self, job: Job, work: Work, state: JobState, answer: Any = None) -> None:
        job.state = state
        if state is JobState.COMPLETED:
            job.progress = 1.0
        call = _closing_call(work, state, answer, job.error)
        if call is not None:
            self._post_if_wanted(job, call)
        self._tell(job)
        with self._changed:
            self._running.discard(job)
            self._finished.append(job)
            self._changed.notify_all()

    def _post_if_wanted(self, job: Job, call: Callable[[], None]) -> None:
        self._post(lambda: call() if job.wanted else None)

    def _tell(self, job: Job) -> None:
        if self._watchers and not self._closed:
            info = job.info()

            def tell_all() -> None:
                for callback in () if self._closed else tuple(self._watchers):
                    callback(info)

            self._post(tell_all)

    def _drop_canceled(self) -> None:
        """End at once what was canceled before it began."""
        with self._changed:
            gone = [(job, work) for _, _, job, work in self._waiting if job.token.cancelled]
            self._waiting = [item for item in self._waiting if not item[2].token.cancelled]
            heapq.heapify(self._waiting)
            self._running.update(job for job, _ in gone)
        for job, work in gone:
            self._finish(job, work, JobState.CANCELED)


def _closing_call(
    work: Work, state: JobState, answer: Any, error: OverreadError | None
) -> Callable[[], None] | None:
    if state is JobState.COMPLETED and work.on_done is not None:
        done = work.on_done
        return lambda: done(answer)
    if state is JobState.FAILED and work.on_failed is not None and error is not None:
        failed = work.on_failed
        return lambda: failed(error)
    return work.on_canceled if state is JobState.CANCELED else None


def _note(error: Exception, job: Job) -> None:
    """The log gets where it happened, not what it was about."""
    trace = "".join(traceback.format_tb(error.__traceback__))
    log.error("job %s (%s) failed with %s\n%s", job.job_id, job.kind, type(error).__name__, trace)
