"""What nobody foresaw: told in one sentence, written down without anybody's data, and the window goes on.

Without this an error inside an event would be seen on a console that nobody looks at, with whatever data its message
quotes, and whoever reads would not know that what was asked for has not been done.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from app.support.faults import Fault, fault_of, write_fault
from app.support.i18n import text

AGAIN_S = (
    60.0  # a fault in a painting or a timer comes many times a second; it is told and written once a minute
)
Call = Callable[[], None]


class Unexpected:
    """Takes the hooks of the interpreter from `begin` to `end`. tell: the window's sentence; post: to its thread."""

    def __init__(self, file: Path, tell: Callable[[str], None], post: Callable[[Call], None]) -> None:
        self._file = file
        self._tell = tell
        self._post = post
        self._told: dict[tuple[str, str], float] = {}
        self._before = (sys.excepthook, threading.excepthook)

    def begin(self) -> None:
        """From now on."""
        self._before = (sys.excepthook, threading.excepthook)
        sys.excepthook = self._caught
        threading.excepthook = self._caught_in_thread

    def end(self) -> None:
        """As it was."""
        sys.excepthook, threading.excepthook = self._before

    def _caught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt | SystemExit):
            self._before[0](kind, error, trace)
            return
        fault = fault_of(error.with_traceback(trace))
        if self._is_news(fault):
            is_kept = write_fault(self._file, fault)
            print(f"overread: {fault.kind} {fault.place}", file=sys.stderr)  # noqa: T201 - for whoever started it
            sentence = text(
                "error.ui.unexpected" if is_kept else "error.ui.unexpected_unkept",
                kind=fault.kind,
                place=fault.place,
                file=self._file.name,
            )
            self._post(lambda: self._tell(sentence))

    def _caught_in_thread(self, caught: threading.ExceptHookArgs) -> None:
        if caught.exc_value is not None:
            self._caught(caught.exc_type, caught.exc_value, caught.exc_traceback)

    def _is_news(self, fault: Fault) -> bool:
        now, name = time.monotonic(), (fault.kind, fault.place)
        is_news = now - self._told.get(name, -AGAIN_S) >= AGAIN_S
        if is_news:
            self._told[name] = now
        return is_news
