"""Whether there is a screen to open a window on; Qt would end the process instead of saying so."""

from __future__ import annotations

import os
import re
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

X_PORT = 6000
PATIENCE_S = 2.0
_INTO_MEMORY = frozenset({"offscreen", "minimal"})


def has_display(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether a window could be seen, or Qt was told to draw without a display."""
    if environment.get("QT_QPA_PLATFORM") or sys.platform in ("win32", "darwin"):
        return True
    if environment.get("WAYLAND_DISPLAY"):
        return True
    found = re.fullmatch(r"(?:unix/?)?([^:]*):(\d+)(?:\.\d+)?", environment.get("DISPLAY", ""))
    return found is not None and _answers(found[1], int(found[2]))


def can_be_seen(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether a window would be before somebody's eyes: not where Qt was told to draw into memory."""
    unseen = environment.get("QT_QPA_PLATFORM", "").split(":", maxsplit=1)[0] in _INTO_MEMORY
    return has_display(environment) and not unseen


def _answers(host: str, number: int) -> bool:
    """Whether an X server listens there."""
    if host:
        try:
            socket.create_connection((host, X_PORT + number), PATIENCE_S).close()
        except OSError:
            return False
        return True
    file = Path(f"/tmp/.X11-unix/X{number}")
    return any(_listens(name) for name in (f"\0{file}", str(file)))


def _listens(name: str) -> bool:
    with socket.socket(socket.AF_UNIX) as plug:
        plug.settimeout(PATIENCE_S)
        try:
            plug.connect(name)
        except OSError:
            return False
        return True
