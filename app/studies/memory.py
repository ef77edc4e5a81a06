"""One budget for all decoded pixels of the process: what was shown longest ago goes first, what is shown never."""

from __future__ import annotations

import mmap
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import psutil

from app.domain.errors import PixelsUnreadableError
from app.domain.volume import Pixels

SHARE_PERCENT = 50
AVAILABLE_SHARE = (
    0.9  # of what the machine has left at this moment, so that nothing is driven into swap (ours)
)
CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")
MIB = 1024**2


class Holder(Protocol):
    """Something that holds decoded pixels."""

    @property
    def is_shown(self) -> bool:
        """On the screen, or wanted as a whole by a model or export: never let go."""
        ...

    def let_go(self) -> None:
        """Give the pixels up, soon; called from any thread."""
        ...


def memory_limit(share_percent: int = SHARE_PERCENT) -> int:
    """Bytes that decoded pixels may take: a share of what is available now, within what a container grants."""
    available = psutil.virtual_memory().available
    try:
        granted = int(CGROUP_LIMIT.read_text(encoding="ascii"))
    except (OSError, ValueError):  # no container, or "max"
        granted = available
    return int(min(available, granted)) * share_percent // 100


def empty_pixels(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Pixels:
    """An array in pages of its own, which go back to the system with it.

    From the C library's heap they often do not: opening series after series grew by 1 MiB each (measured).
    """
    count = int(np.prod(shape, dtype=np.int64))
    if not count:
        return np.empty(shape, dtype=dtype)
    pages = mmap.mmap(-1, count * dtype.itemsize)
    return np.frombuffer(pages, dtype=dtype, count=count).reshape(shape)


class MemoryBudget:
    """Who holds how much. Safe from any thread; holders are compared by identity."""

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self._held: OrderedDict[int, tuple[Holder, int]] = OrderedDict()
        self._lock = threading.RLock()

    @property
    def held_bytes(self) -> int:
        """All that is claimed."""
        with self._lock:
            return sum(size for _, size in self._held.values())

    def has_room(self, size: int) -> bool:
        """Whether that much fits beside what is held, without letting anything go."""
        return size <= self.limit_bytes - self.held_bytes and size <= _available()

    def claim(self, holder: Holder, size: int, title: str) -> None:
        """Take room, or change how much a holder has; others are let go for it, those shown longest ago first.

        title: the series, for the sentence. Raises PixelsUnreadableError before anything is allocated or let go.
        """
        with self._lock:
            before = self._held.get(id(holder), (holder, 0))[1]
            goers = self._goers(holder, size, title, before)
            for key in goers:
                del self._held[key[0]]
            self._held[id(holder)] = (holder, size)
        for _, goer in goers:
            goer.let_go()

    def used(self, holder: Holder) -> None:
        """It was shown just now."""
        with self._lock:
            if id(holder) in self._held:
                self._held.move_to_end(id(holder))

    def release(self, holder: Holder) -> None:
        """It holds nothing any more."""
        with self._lock:
            self._held.pop(id(holder), None)

    def _goers(self, asks: Holder, size: int, title: str, before: int) -> list[tuple[int, Holder]]:
        """Whom to let go so that the claim fits."""
        over = self.held_bytes - before + size - self.limit_bytes
        short = size - before - _available()
        goers, freed = [], 0
        for key, (holder, held) in self._held.items():
            if freed >= max(over, short):
                break
            if holder is not asks and not holder.is_shown:
                goers.append((key, holder))
                freed += held
        if freed < max(over, short):
            self._refuse(size, title, before)
        return goers

    def _refuse(self, size: int, title: str, before: int) -> None:
        shown = sum(held for holder, held in self._held.values() if holder.is_shown) - before
        needed, limit = size // MIB + 1, min(self.limit_bytes, _available() + self.held_bytes) // MIB
        if shown <= 0:
            raise PixelsUnreadableError("error.memory.too_big", series=title, needed=needed, limit=limit)
        raise PixelsUnreadableError(
            "error.memory.full", series=title, needed=needed, limit=limit, shown=max(shown // MIB, 1)
        )


def _available() -> int:
    return int(psutil.virtual_memory().available * AVAILABLE_SHARE)
