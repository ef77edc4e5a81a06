"""How a command that goes on until it is ended is ended: by Ctrl-C, or by what ends services."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ended_in_order() -> Iterator[None]:
    """Within this block SIGTERM does what Ctrl-C does: raises `KeyboardInterrupt` in the main thread.

    Service managers and `kill` send SIGTERM, and what a shell starts in the background is not reached by Ctrl-C at
    all; without this the process would end with its record unfinished. Call it on the main thread. Not for the
    window: Qt's loop does not come back to Python at once.
    """
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
