"""Small pictures of series, made in the line of decoding: after what is looked at, before anything else."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import OverreadError
from app.studies.decode_line import DecodeLine
from app.studies.display_sets import DisplaySet
from app.studies.stack_source import Post
from app.studies.thumbnail import thumbnail
from app.studies.urgency import Urgency

Small = NDArray[np.uint8]


class Thumbnails:
    """A feeder of the line; a series that gives no picture keeps its dark square."""

    def __init__(self, line: DecodeLine, post: Post, size_px: int, need: Callable[[Path], None]) -> None:
        """need: comes back when a file is on this disk."""
        self._need = need
        self._line = line
        self._post = post
        self._size_px = size_px
        self._waiting: deque[tuple[DisplaySet, Callable[[Small], None]]] = deque()
        self._under_way = 0
        self._is_open = True
        line.join(self)

    @property
    def is_busy(self) -> bool:
        """One waits or is being made; its answer is posted before this turns false."""
        return bool(self._waiting) or self._under_way > 0

    def ask(self, sets: Sequence[DisplaySet], arrived: Callable[[str, Small], None]) -> None:
        """These and no others any more; heard on the main thread."""
        self._waiting.clear()
        for one in sets:
            self._waiting.append((one, partial(arrived, one.display_set_id)))
        self._line.wake()

    def most_urgent(self) -> tuple[Urgency, int] | None:
        """For the line."""
        return (Urgency.THUMBNAIL, 0) if self._waiting else None

    def take(self) -> Callable[[], None] | None:
        """For the line, under its lock."""
        if not self._waiting:
            return None
        wanted, arrived = self._waiting.popleft()
        self._under_way += 1
        return lambda: self._make(wanted, arrived)

    def close(self) -> None:
        """No more of them."""
        self._is_open = False
        self._waiting.clear()
        self._line.leave(self)

    def _make(self, wanted: DisplaySet, arrived: Callable[[Small], None]) -> None:
        try:
            small = self._small(wanted)
            self._post(lambda: arrived(small) if self._is_open else None)
        except (OverreadError, OSError):
            return  # the viewport says why, when the series is hung
        finally:
            self._under_way -= 1

    def _small(self, wanted: DisplaySet) -> Small:
        path = wanted.frames[len(wanted.frames) // 2].instance.path
        if not path.exists():
            with self._line.away():
                self._need(path)
        made: Small = thumbnail(wanted, self._size_px, self._need)
        return made
