"""Figures as they stand in JSON: value, interval, counts, and the reason where one was refused."""

from __future__ import annotations

from typing import Any

from app.analysis.statistics import Auc, Rate
from app.support.i18n import text

Json = dict[str, Any]  # Any: the nested lists and dictionaries that JSON holds


def rate_json(found: Rate) -> Json:
    """A share with its Wilson interval."""
    return {
        "value": found.value,
        "ci95": None if found.ci95 is None else list(found.ci95),
        "successes": found.successes,
        "n": found.n,
        "method": "Wilson",
        **({"reason": text(found.reason_key)} if found.reason_key else {}),
    }


def auc_json(found: Auc) -> Json:
    """An area under the curve with DeLong's interval."""
    return {
        "value": found.value,
        "ci95": None if found.ci95 is None else list(found.ci95),
        "n_positive": found.n_positive,
        "n_negative": found.n_negative,
        "method": "DeLong, clipped to 0 and 1",
        **({"reason": text(found.reason_key)} if found.reason_key else {}),
    }
