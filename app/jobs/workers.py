"""Names of processes that work on a queue, so that others can tell whether one still lives."""

from __future__ import annotations

import os
import platform
import re

_SAME_START_S = 2.0  # two readings of one process's start differ by rounding only
_NAME = re.compile(r"(\d+):(\d+(?:\.\d+)?):(.*)")


def own_name() -> str:
    """Number, start and computer of this process."""
    return f"{os.getpid()}:{_started(os.getpid()):.1f}:{_computer()}"


def is_dead(name: str) -> bool:
    """Whether a process of this computer is gone. One of another computer cannot be asked: it counts as living."""
    told = _NAME.fullmatch(name)
    if told is None:
        return True
    if told[3] != _computer():
        return False
    return abs(_started(int(told[1])) - float(told[2])) > _SAME_START_S


def _started(pid: int) -> float:
    """Seconds since 1970; 0 where there is no such process."""
    import psutil

    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return 0.0


def _computer() -> str:
    return re.sub(r"[^A-Za-z0-9.-]", "_", platform.node())[:60]
