"""The threads that decode for every open stack and thumbnail: one line, the most urgent frame first."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from app.studies.urgency import Urgency

WORKERS = 2  # codecs and file reads give up Python's lock; more threads bring nothing (measured)
FETCHING = 6  # threads that may wait for files beside those that decode: requests in flight to a server
QUIET_S = 0.6  # so long after the reader's last move nothing is prefetched (ours)
JOIN_S = 10.0


class Feeder(Protocol):
    """Something with frames that wait."""

    def most_urgent(self) -> tuple[Urgency, int] | None:
        """Its next frame's urgency and distance, or None."""
        ...

    def take(self) -> Callable[[], None] | None:
        """The work of its next frame, which waits no longer."""
        ...


class DecodeLine:
    """Feeders join and leave; threads start with the first work and end with `close`."""

    def __init__(self, workers: int = WORKERS) -> None:
        self._workers = workers
        self._feeders: list[Feeder] = []
        self._changed = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._at_work = self._away = 0  # threads; those that are away are at work too
        self._prefetching = 0
        self._quiet_until = 0.0
        self._closed = False

    def join(self, feeder: Feeder) -> None:
        """Its frames are decoded from now on."""
        with self._changed:
            self._feeders.append(feeder)
        self.wake()

    def leave(self, feeder: Feeder) -> None:
        """No more of its frames are begun."""
        with self._changed:
            self._feeders = [one for one in self._feeders if one is not feeder]

    def wake(self) -> None:
        """Something waits that did not wait before, or waits more urgently."""
        with self._changed:
            self._threads = [thread for thread in self._threads if thread.is_alive()]
            if not self._closed and any(one.most_urgent() for one in self._feeders):
                self._start_threads()
            self._changed.notify_all()

    def interacted(self) -> None:
        """The reader is at work: prefetch stands still for a moment."""
        self._quiet_until = time.monotonic() + QUIET_S

    @contextmanager
    def away(self) -> Iterator[None]:
        """A thread that waits for a file gives its place to another, so that files that are here go on."""
        with self._changed:
            self._away += 1
            self._start_threads()
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._away -= 1

    def close(self) -> None:
        """End the threads; one that waits for a file ends when that wait does."""
        with self._changed:
            self._closed = True
            self._feeders.clear()
            self._changed.notify_all()
        until = time.monotonic() + JOIN_S
        for thread in self._threads:
            while thread.is_alive() and self._may_wait_for_threads() and time.monotonic() < until:
                thread.join(timeout=0.05)

    def _may_wait_for_threads(self) -> bool:
        return self._away < sum(thread.is_alive() for thread in self._threads)

    def _start_threads(self) -> None:
        wanted = self._workers + min(self._away, FETCHING)
        while len(self._threads) < wanted and not self._closed:
            thread = threading.Thread(target=self._work, name=f"decode-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _work(self) -> None:
        while (taken := self._take()) is not None:
            work, urgency = taken
            try:
                work()
            except Exception as error:  # noqa: BLE001 - a broad catch: work of any kind must not end a thread
                kind, trace = type(error), error.__traceback__
                threading.excepthook(
                    threading.ExceptHookArgs((kind, error, trace, threading.current_thread()))
                )
            finally:
                del work, taken  # a thread that waits for more must not keep a closed stack alive
                with self._changed:
                    self._at_work -= 1
                    self._prefetching -= urgency is Urgency.PREFETCH
                    self._changed.notify_all()

    def _take(self) -> tuple[Callable[[], None], Urgency] | None:
        """Waits for work; None when the line is closed."""
        with self._changed:
            while not self._closed:
                feeder, urgency = self._next_feeder()
                work = feeder.take() if feeder is not None else None
                if work is not None:
                    self._at_work += 1
                    self._prefetching += urgency is Urgency.PREFETCH
                    return work, urgency
                quiet = self._quiet_until - time.monotonic()
                self._changed.wait(timeout=max(quiet, 0.01) if quiet > 0 else None)
            return None

    def _next_feeder(self) -> tuple[Feeder | None, Urgency]:
        """Whose turn it is; prefetch leaves one thread free and stands still while the reader works.

        Threads that stood in for others that were away rest once these are back: more at a time bring nothing.
        """
        if self._at_work - self._away >= self._workers:
            return None, Urgency.PREFETCH
        waiting = [(key, one) for one in self._feeders if (key := one.most_urgent()) is not None]
        if not waiting:
            return None, Urgency.PREFETCH
        (urgency, _), feeder = min(waiting, key=lambda item: item[0])
        if urgency is Urgency.PREFETCH:
            is_quiet = time.monotonic() >= self._quiet_until
            if not is_quiet or self._prefetching >= max(self._workers - 1, 1):
                return None, urgency
        return feeder, urgency
