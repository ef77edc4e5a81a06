"""What stands over a picture of another study than the one that is being read: whether it is older, and by how much."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.domain.study import Study
from app.support.i18n import text
from app.support.languages import number_words
from app.ui import words

_DAYS_A_YEAR = 365.2425
_DAYS_A_MONTH = _DAYS_A_YEAR / 12


def beside_words(study: Study, read: Study) -> str:
    """Prior or later and the time between; of somebody else, or without dates, only that it is another study."""
    timed = bool(words.clock(study.time) and words.clock(read.time))
    one, other = _moment(study, timed=timed), _moment(read, timed=timed)
    if one is None or other is None or one == other:
        return text("ui.corner.beside")
    if not words.is_same_patient(study.patient, read.patient):
        return text("ui.corner.beside")
    return text(
        "ui.corner.prior" if one < other else "ui.corner.later", apart=_apart(abs(one - other), timed=timed)
    )


def _apart(between: timedelta, *, timed: bool) -> str:
    days = between.total_seconds() / 86400
    if days < 2 and timed:
        hours = between.total_seconds() / 3600
        return text("ui.apart.hours", count=number_words(hours, 0 if hours >= 10 else 1))
    if days < 60:
        return text("ui.apart.days", count=round(days))
    if days < 24 * _DAYS_A_MONTH:
        return text("ui.apart.months", count=round(days / _DAYS_A_MONTH))
    return text("ui.apart.years", count=number_words(days / _DAYS_A_YEAR, 1))


def _moment(study: Study, *, timed: bool) -> datetime | None:
    """When the study was; None without a date."""
    clock = words.clock(study.time) if timed else "00:00"
    try:
        return datetime.strptime(f"{study.date} {clock}", "%Y%m%d %H:%M")
    except ValueError:
        return None
