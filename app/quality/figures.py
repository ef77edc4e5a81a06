"""Figures of models and readers at this site, whole and for each group, each with its interval or its refusal."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.analysis.agreement import LEAST_REPLICATES, SEED, bootstrap_interval
from app.analysis.statistics import LEAST_CASES, auc, rate, sample_warnings
from app.analysis.tables import Json, auc_json, rate_json
from app.domain.finding import RunState, Verdict
from app.quality.records import Call, Decision, Records
from app.support.i18n import text

OVERRIDE_LEAST, OVERRIDE_SHARE = 50, 0.80  # RQ-16: a type rejected more often than that is listed
_KEPT = (Verdict.ACCEPTED, Verdict.EDITED)

DIMENSIONS: dict[str, tuple[Callable[[Decision], str], Callable[[Call], Sequence[str]]]] = {
    "model": (lambda d: d.model, lambda c: (c.model,)),
    "version": (lambda d: f"{d.model} {d.version}", lambda c: (f"{c.model} {c.version}",)),
    "site": (lambda d: d.origin.site, lambda c: (c.origin.site,)),
    "scanner": (lambda d: d.origin.scanner, lambda c: (c.origin.scanner,)),
    "reader": (lambda d: d.reader, lambda c: c.readers),
    "finding": (lambda d: f"{d.model}: {d.key}", lambda c: ()),
}


def all_figures(records: Records) -> Json:
    """The whole and every group of every dimension."""
    return {
        "whole": group_figures(records.decisions, records.calls),
        "groups": {name: _grouped(records, name) for name in DIMENSIONS},
        "overrides": overrides(records.decisions),
    }


def group_figures(decisions: Sequence[Decision], calls: Sequence[Call]) -> Json:
    """What readers made of findings and of whole studies."""
    standing = [one for one in decisions if one.stands]
    kept = sum(one.verdict in _KEPT for one in standing)
    rejected = len(standing) - kept
    return {
        "decisions": len(standing),
        "acceptance": rate_json(rate(kept, len(standing))),
        "modified": rate_json(rate(sum(one.is_modified for one in standing), len(standing))),
        "rejected": rate_json(rate(rejected, len(standing))),
        "reasons": dict(Counter(one.reason.value for one in standing if one.reason)),
        "seconds_per_finding": _seconds(decisions),
        "warnings": [text(key) for key in sample_warnings(kept, rejected)] if standing else [],
        "studies": study_figures(calls),
    }


def study_figures(calls: Sequence[Call]) -> Json:
    """Predictive values, sensitivity, specificity and AUC against the readers' word, and who was left out.

    Only runs that ended positive or negative and that a reader has judged are counted. A hit of the class counts
    wherever the reader found something; a hit of class and place only where a finding of the model was accepted.
    """
    ended = [one for one in calls if one.state in (RunState.POSITIVE, RunState.NEGATIVE)]
    used = [one for one in ended if one.reader_says is not None]
    cell = Counter((one.state is RunState.POSITIVE, bool(one.reader_says)) for one in used)
    hits, false_alarms = cell[True, True], cell[True, False]
    missed, quiet = cell[False, True], cell[False, False]
    placed = sum(one.state is RunState.POSITIVE and one.is_right_place for one in used)
    sick, well = hits + missed, false_alarms + quiet
    warnings = [text(key) for key in sample_warnings(sick, well)] if used else []
    scored = [one for one in used if one.score is not None]
    return {
        "n": len(used),
        "table": {
            "true_positive": hits,
            "false_positive": false_alarms,
            "false_negative": missed,
            "true_negative": quiet,
        },
        "prevalence": rate_json(rate(sick, len(used))),
        "ppv": rate_json(rate(hits, hits + false_alarms)),
        "npv": rate_json(rate(quiet, quiet + missed)),
        "sensitivity": rate_json(rate(hits, sick)),
        "sensitivity_class_and_place": rate_json(rate(placed, sick)),
        "specificity": rate_json(rate(quiet, well)),
        "agreement": rate_json(rate(hits + quiet, len(used))),
        "auc": auc_json(
            auc(
                [one.score for one in scored if one.score is not None and one.reader_says],
                [one.score for one in scored if one.score is not None and not one.reader_says],
            )
        ),
        "not_judged": len(ended) - len(used),
        "other_states": dict(Counter(one.state.value for one in calls if one not in ended)),
        "warnings": warnings,
    }


def overrides(decisions: Sequence[Decision]) -> list[Json]:
    """Finding types that readers reject in more than 80 % of at least 50 decisions (RQ-16): look at the threshold."""
    types: dict[tuple[str, str, str], list[Decision]] = defaultdict(list)
    for one in decisions:
        if one.stands:
            types[one.model, one.version, one.key].append(one)
    found = []
    for (model, version, key), listed in types.items():
        rejected = sum(one.verdict is Verdict.REJECTED for one in listed)
        if len(listed) >= OVERRIDE_LEAST and rejected / len(listed) > OVERRIDE_SHARE:
            share = rate_json(rate(rejected, len(listed)))
            found.append({"model": model, "version": version, "key": key, "rejected": share})
    return found


def median_interval(values: Sequence[float]) -> tuple[float, float] | None:
    """Bootstrap interval of the median."""
    numbers = np.asarray(values, dtype=np.float64)

    def median(drawn: NDArray[np.intp]) -> float:
        return float(np.median(numbers[drawn]))

    return bootstrap_interval(len(numbers), median)


def _seconds(decisions: Sequence[Decision]) -> Json:
    known = [one.seconds for one in decisions if one.seconds is not None]
    plain: Json = {"n": len(known), "away": sum(one.was_away for one in decisions)}
    if len(known) < LEAST_CASES:
        return {**plain, "value": None, "ci95": None, "reason": text("evaluate.refused.few_cases")}
    interval = median_interval(known)
    return {
        **plain,
        "value": float(np.median(known)),
        "ci95": None if interval is None else list(interval),
        "method": f"median, bootstrap of {LEAST_REPLICATES}, seed {SEED}",
    }


def _grouped(records: Records, dimension: str) -> dict[str, Any]:
    of_decision, of_call = DIMENSIONS[dimension]
    decisions: dict[str, list[Decision]] = defaultdict(list)
    calls: dict[str, list[Call]] = defaultdict(list)
    for decision in records.decisions:
        decisions[of_decision(decision)].append(decision)
    for call in records.calls:
        for name in of_call(call):
            calls[name].append(call)
    names = sorted(decisions.keys() | calls.keys())
    return {name: group_figures(decisions[name], calls[name]) for name in names}
