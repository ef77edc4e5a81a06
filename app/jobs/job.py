"""One piece of long work, and what a list of jobs says about it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import Any

from app.domain.errors import OverreadError
from app.domain.volume import CancelToken

PROGRESS_INTERVAL_S = 0.1  # 10 Hz: as often as a reader can see, as seldom as a window likes


class Priority(IntEnum):
    """Lower runs first."""

    INTERACTION = 0
    THUMBNAIL = 1
    PREFETCH = 2
    BACKGROUND = 3


class JobState(Enum):
    """States of a Unified Procedure Step (PS3.4 CC.1.1), and failed apart from canceled."""

    SCHEDULED = "SCHEDULED"
    IN_PROGRESS = "IN PROGRESS"
    COMPLETED = "COMPLETED"
    CANCELED = "CANCELED"
    FAILED = "FAILED"

    @property
    def is_final(self) -> bool:
        """True once nothing more will happen."""
        return self in (JobState.COMPLETED, JobState.CANCELED, JobState.FAILED)


@dataclass(frozen=True, slots=True)
class JobInfo:
    """A job as it stands now, for a panel or a status bar."""

    job_id: str
    kind: str
    target: str
    priority: Priority
    state: JobState
    progress: float
    note: str
    error: OverreadError | None


@dataclass(slots=True, eq=False)
class Job:
    """The handle of submitted work. wanted is false once it was dropped: nobody is called back any more."""

    job_id: str
    kind: str
    target: str
    priority: Priority
    wanted: bool = True
    state: JobState = JobState.SCHEDULED
    progress: float = 0.0
    note: str = ""
    error: OverreadError | None = None
    token: CancelToken = field(default_factory=CancelToken)
    on_cancel: Callable[[], None] | None = None

    def cancel(self) -> None:
        """Ask it to stop; a job that has not begun never begins. Canceled is a result, not an error."""
        self.token.cancel()
        if self.on_cancel is not None:
            self.on_cancel()

    def drop(self) -> None:
        """Cancel it, and call nobody back: whoever asked has no use for an answer any more."""
        self.wanted = False
        self.cancel()

    def info(self) -> JobInfo:
        """How it stands now."""
        return JobInfo(
            self.job_id,
            self.kind,
            self.target,
            self.priority,
            self.state,
            self.progress,
            self.note,
            self.error,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """What a job does and whom it tells; callbacks run on the main thread."""

    fn: Callable[
        [Any, Callable[[float, str], None], CancelToken], Any
    ]  # Any: each kind of work has its own types
    request: Any
    on_done: Callable[[Any], None] | None = None
    on_failed: Callable[[OverreadError], None] | None = None
    on_progress: Callable[[float, str], None] | None = None
    on_canceled: Callable[[], None] | None = None


class Throttle:
    """Lets through one call in PROGRESS_INTERVAL_S; the first at once."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last = -float("inf")

    def lets_through(self) -> bool:
        """True if enough time has passed since it last said so."""
        now = self._clock()
        if now - self._last < PROGRESS_INTERVAL_S:
            return False
        self._last = now
        return True
