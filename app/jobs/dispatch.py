"""The way home: work done on other threads brings its answers to the main thread through `post`."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable

Post = Callable[[Callable[[], None]], None]


class QueueDispatch:
    """Dispatch without an event loop, for the command line and tests: whoever owns it runs what was posted."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    def post(self, call: Callable[[], None]) -> None:
        """Keep it for the owner's thread; may be called from any thread."""
        self._calls.put(call)

    def run_pending(self) -> int:
        """Run what has been posted so far; returns how many calls that were."""
        count = 0
        while True:
            try:
                call = self._calls.get_nowait()
            except queue.Empty:
                return count
            call()
            count += 1

    def run_until_idle(self, is_busy: Callable[[], bool], timeout_s: float = 600.0) -> bool:
        """Run posted calls until nobody is busy and none is left; False if time ran out first."""
        deadline = time.monotonic() + timeout_s
        while True:
            busy = is_busy()  # asked before the queue is emptied: what it posted last is then in the queue
            ran = self.run_pending()
            if not busy and not ran:
                return True
            if time.monotonic() > deadline:
                return False
            if busy and not ran:
                self._wait_for_call(min(0.05, max(deadline - time.monotonic(), 0.001)))

    def _wait_for_call(self, timeout_s: float) -> None:
        try:
            call = self._calls.get(timeout=timeout_s)
        except queue.Empty:
            return
        call()
