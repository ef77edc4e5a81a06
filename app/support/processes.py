"""Which process a number meant: numbers are given out again, so the time of its start belongs to it."""

from __future__ import annotations

SAME_START_MS = 2000  # two readings of one process's start differ by rounding only


def started_ms(pid: int) -> int:
    """When a process began, in ms since 1970; 0 where there is none of that number."""
    import psutil

    try:
        return int(psutil.Process(pid).create_time() * 1000)
    except psutil.Error:  # or it is another user's: then it is not ours
        return 0


def is_running(pid: int, started: int) -> bool:
    """Whether the process of that number and start still runs."""
    now = started_ms(pid)
    return bool(now) and abs(now - started) <= SAME_START_MS
