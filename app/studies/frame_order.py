"""Which frame of a stack is decoded next: the one looked at, then its neighbours where the reader is heading."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from app.studies.urgency import Urgency

BEHIND = 2  # a frame behind the direction of scrolling counts as twice as far away (ours)


def _always(_index: int) -> bool:
    return True


class FrameOrder:
    """Frames that wait, by index. Safe from any thread."""

    def __init__(
        self, count: int, center: int, *, shown: bool = True, is_ready: Callable[[int], bool] = _always
    ) -> None:
        """is_ready: frames that may be taken; the one looked at is taken in any case."""
        self._is_ready = is_ready
        self._waiting = set(range(count))
        self._center = center
        self._direction = 0
        self._sorted: list[int] | None = None  # most urgent last
        self._is_shown = shown
        self._lock = threading.Lock()

    @property
    def is_shown(self) -> bool:
        """Whether a view shows the stack; else all of it is prefetched."""
        return self._is_shown

    def show(self, *, shown: bool) -> None:
        """It hangs now, or no longer."""
        self._is_shown = shown

    def look_at(self, index: int) -> bool:
        """The reader has come to this frame; false if it was there already."""
        with self._lock:
            if index == self._center:
                return False
            self._direction = 1 if index > self._center else -1
            self._center = index
            self._sorted = None
        return True

    def most_urgent(self) -> tuple[Urgency, int] | None:
        """Urgency of the next frame and how far it is from what is looked at; None if none waits."""
        with self._lock:
            index = self._next()
            if index is None:
                return None
            away = abs(index - self._center)
        if not self._is_shown:
            return Urgency.PREFETCH, away
        return (Urgency.NEIGHBOUR if away else Urgency.INTERACTION), away

    def take(self) -> int | None:
        """The next frame, which waits no longer."""
        with self._lock:
            index = self._next()
            if index is not None:
                self._in_order().remove(index)
                self._waiting.discard(index)
            return index

    def put_back(self, indices: Iterable[int]) -> None:
        """Wanted after all."""
        with self._lock:
            self._waiting.update(indices)
            self._sorted = None

    def listing(self) -> tuple[int, ...]:
        """Those that wait, the next one first."""
        with self._lock:
            return tuple(reversed(self._in_order()))

    def _next(self) -> int | None:
        ready = (n for n in reversed(self._in_order()) if n == self._center or self._is_ready(n))
        return next(ready, None)

    def _in_order(self) -> list[int]:
        if self._sorted is None:
            self._sorted = sorted(self._waiting, key=self._rank, reverse=True)
        return self._sorted

    def _rank(self, index: int) -> tuple[int, bool, int]:
        away = index - self._center
        is_behind = away * self._direction < 0
        return abs(away) * (BEHIND if is_behind else 1), is_behind, index
