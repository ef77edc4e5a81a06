"""Playing a stack by the clock: which image is due after so many seconds, whatever the screen has managed to draw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer

SMALLEST_RATE, LARGEST_RATE = 0.5, 120.0
TICK_MS = 8  # the clock is asked more often than any screen refreshes


class CineMode(Enum):
    """From the first image again, back and forth, or from the last image down."""

    LOOP = "loop"
    SWEEP = "sweep"
    BACKWARDS = "backwards"


@dataclass(frozen=True, slots=True)
class Course:
    """Images `first` to `last`, both shown, at `rate` images a second."""

    first: int
    last: int
    rate: float
    mode: CineMode = CineMode.LOOP

    def steps_of(self, index: int) -> int:
        """How many steps into the course an image lies; images outside it count as its start."""
        inside = min(max(index, self.first), self.last)
        return self.last - inside if self.mode is CineMode.BACKWARDS else inside - self.first

    def index_at(self, steps: int) -> int:
        """The image after so many steps from the start of the course."""
        span = self.last - self.first
        if span <= 0:
            return self.first
        if self.mode is CineMode.SWEEP:
            phase = steps % (2 * span)
            return self.first + (phase if phase <= span else 2 * span - phase)
        phase = steps % (span + 1)
        return self.last - phase if self.mode is CineMode.BACKWARDS else self.first + phase


class CinePlayer(QObject):
    """Asks for images by elapsed time, so that the pace stays true where images are skipped (no stutter adds up)."""

    def __init__(self, show: Callable[[int], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._show = show
        self._course = Course(0, 0, 1.0)
        self._start = 0
        self._shown = -1
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    @property
    def is_playing(self) -> bool:
        """Whether images are being asked for."""
        return self._timer.isActive()

    def play(self, course: Course, from_index: int) -> None:
        """Start, or go on in another way, from the image that is on the screen."""
        self._course, self._start, self._shown = course, course.steps_of(from_index), from_index
        self._clock.restart()
        self._timer.start(TICK_MS)

    def stop(self) -> None:
        """The image that is shown stays."""
        self._timer.stop()

    def _tick(self) -> None:
        steps = self._start + int(self._clock.nsecsElapsed() / 1e9 * self._course.rate)
        due = self._course.index_at(steps)
        if due != self._shown:
            self._shown = due
            self._show(due)
