"""Back to the main thread: workers call `post`, Qt's event loop runs what they posted."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal


class QtDispatch(QObject):
    """Lives on the main thread as long as the application; workers are handed `post` and nothing else."""

    _posted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._open = True
        self._posted.connect(self._run, Qt.ConnectionType.QueuedConnection)

    def post(self, call: Callable[[], None]) -> None:
        """Run this on the main thread, soon; from any thread."""
        self._posted.emit(call)

    def close(self) -> None:
        """What is still on its way is dropped: its receivers are gone."""
        self._open = False

    def _run(self, call: Callable[[], None]) -> None:
        if self._open:
            call()
