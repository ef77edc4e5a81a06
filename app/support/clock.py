"""Time as the records keep it: UTC, ISO-8601, with its zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], str]


def utc_now() -> str:
    """Now, to the microsecond, such as 2026-11-24T00:53:49.012345+00:00."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
