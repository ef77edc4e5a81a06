"""Dates moved by a number of days: distances between a patient's dates stay, the dates do not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any


def moved(value: Any, vr: str, days: int) -> Any:  # Any: one DICOM value, several, or none
    """DA and DT moved into the past by these days; TM as it is; None for what is no date."""
    if value is None or value == "":
        return value
    if not isinstance(value, str) and hasattr(value, "__iter__"):
        return [moved(str(one), vr, days) for one in value]
    words = str(value)
    if vr == "TM":
        return words
    try:
        day = datetime.strptime(words[:8], "%Y%m%d") - timedelta(days=days)
    except (ValueError, OverflowError):
        return None
    return day.strftime("%Y%m%d") + words[8:]
