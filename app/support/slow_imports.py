"""Libraries that are imported late, on whichever thread needs them first.

Qt's binding looks at every module that is imported, and asks it for attributes; pydantic answers such a question by
importing more of itself. The binding guards against running into itself by one flag for all threads, so that another
thread's import at that moment makes pydantic's end in an ImportError (about one start in ten, PySide6 6.11). Imported
again it succeeds. So one thread imports it whole, as often as it takes, and the others wait.
"""

from __future__ import annotations

import importlib
import threading
import time

ATTEMPTS, FIRST_PAUSE_S = 6, 0.02
_lock = threading.Lock()


def settle_pydantic() -> None:
    """After this, pydantic may be imported on any thread. Raises ImportError if it cannot be had at all."""
    with _lock:
        for attempt in range(ATTEMPTS):
            try:
                importlib.import_module("pydantic.main")
                importlib.import_module("pydantic._internal._validators")
            except ImportError:
                if attempt == ATTEMPTS - 1:
                    raise
                time.sleep(FIRST_PAUSE_S * 2**attempt)
            else:
                return
