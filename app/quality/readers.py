"""How far readers agree on the same findings, pair by pair and all together (RQ-50)."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import combinations

from app.analysis.agreement import SEED, cohen_kappa, fleiss_kappa, kappa_interval, table_of
from app.analysis.statistics import LEAST_CASES
from app.analysis.tables import Json
from app.domain.finding import Verdict
from app.quality.records import Decision
from app.support.i18n import text

_CLASSES = ("kept", "rejected")
_SEVERITY = re.compile(r"\bCT[- ]?([0-4])\b", re.IGNORECASE)  # the ordered scale of pneumonia on CT


def agreement(decisions: Sequence[Decision]) -> Json:
    """Cohen for each pair of readers, Fleiss where three or more judged the same findings, weighted on CT-0..4."""
    words: dict[str, dict[str, str]] = defaultdict(dict)  # finding -> reader -> kept or rejected
    for one in decisions:
        words[one.finding_id][one.reader] = _CLASSES[one.verdict is Verdict.REJECTED]
    readers = sorted({one.reader for one in decisions})
    pairs = [_pair(words, *pair) for pair in combinations(readers, 2)]
    return {
        "pairs": [pair for pair in pairs if pair["n"]],
        "all": _together(words),
        "severity": _severity(decisions),
        "method": f"intervals by bootstrap over findings, seed {SEED}",
    }


def _pair(words: dict[str, dict[str, str]], first: str, second: str) -> Json:
    both = [said for said in words.values() if first in said and second in said]
    one, other = [said[first] for said in both], [said[second] for said in both]
    plain: Json = {"readers": [first, second], "n": len(both)}
    if len(both) < LEAST_CASES:
        return {**plain, "kappa": None, "ci95": None, "reason": text("evaluate.refused.few_cases")}
    interval = kappa_interval(one, other, _CLASSES)
    return {
        **plain,
        "kappa": cohen_kappa(table_of(one, other, _CLASSES)),
        "ci95": None if interval is None else list(interval),
    }


def _together(words: dict[str, dict[str, str]]) -> Json:
    """Fleiss over the findings with the commonest number of readers, three or more."""
    sizes = Counter(len(said) for said in words.values() if len(said) >= 3)
    if not sizes:
        return {"n": 0, "raters": 0, "kappa": None}
    raters = max(sizes, key=lambda size: (sizes[size], size))
    rows = [
        [list(said.values()).count(name) for name in _CLASSES]
        for said in words.values()
        if len(said) == raters
    ]
    enough = len(rows) >= LEAST_CASES
    found: Json = {"n": len(rows), "raters": raters, "kappa": fleiss_kappa(rows) if enough else None}
    return found if enough else {**found, "reason": text("evaluate.refused.few_cases")}


def _severity(decisions: Sequence[Decision]) -> Json:
    """Model against reader where both name a degree from CT-0 to CT-4; a step apart is less wrong than two."""
    both = [
        (said, seen)
        for one in decisions
        if one.stands
        and one.verdict is not Verdict.REJECTED
        and (said := degree_of(one.model_label)) is not None
        and (seen := degree_of(one.reader_label)) is not None
    ]
    if len(both) < LEAST_CASES:
        return {"n": len(both), "kappa": None, "weights": "quadratic"}
    model, reader = [pair[0] for pair in both], [pair[1] for pair in both]
    interval = kappa_interval(model, reader, range(5), "quadratic")
    return {
        "n": len(both),
        "kappa": cohen_kappa(table_of(model, reader, range(5)), "quadratic"),
        "ci95": None if interval is None else list(interval),
        "weights": "quadratic",
    }


def degree_of(label: str) -> int | None:
    """The degree that a label names, or None."""
    found = _SEVERITY.search(label)
    return int(found[1]) if found else None
