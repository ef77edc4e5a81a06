"""How well a package did on a labelled collection, as one document of figures, refusals and warnings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from app.analysis.froc import Marks
from app.analysis.labels import Case
from app.analysis.shortcuts import Floats, Glimpse, baseline_auc
from app.analysis.statistics import Auc, Rate, auc, rate, sample_warnings
from app.domain.finding import RunState
from app.support.i18n import text

COUNTED = (RunState.POSITIVE, RunState.NEGATIVE)
Json = dict[str, Any]  # Any: the nested lists and dictionaries that JSON holds


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What the package said of one case. glimpse is None for volumes, which the baselines do not look at."""

    case: Case
    state: RunState
    score: float | None
    seconds: float
    reason: str = ""
    provider: str = ""
    glimpse: Glimpse | None = None
    marks: Marks | None = None  # where boxes were given: what the findings met


def figures(outcomes: Sequence[Outcome]) -> Json:
    """Figures over the cases that ended positive or negative; all others are counted apart, never as negative."""
    used = [one for one in outcomes if one.state in COUNTED and one.score is not None]
    sick = [one for one in used if one.case.is_positive]
    well = [one for one in used if not one.case.is_positive]
    right = Counter(one.case.is_positive for one in used if _is_right(one))
    area = auc(_scores(sick), _scores(well))
    baselines = _baselines(used)
    return {
        "n": len(used),
        "n_positive": len(sick),
        "prevalence": len(sick) / len(used) if used else None,
        "auc": {**_auc(area), "method": "DeLong, clipped to 0 and 1"},
        "sensitivity": _rate(rate(right[True], len(sick))),
        "specificity": _rate(rate(right[False], len(well))),
        "baselines": {name: _auc(found, "auc") for name, found in baselines.items()},
        "seconds_per_study": _mean([one.seconds for one in outcomes]),
        "states": dict(Counter(one.state.value for one in outcomes)),
        "not_counted": [
            {"file": one.case.name, "state": one.state.value, "reason": _reason(one)}
            for one in outcomes
            if one not in used
        ],
        "providers": sorted({one.provider for one in outcomes if one.provider}),
        "warnings": _warnings(outcomes, len(sick), len(well), area, baselines),
    }


def _baselines(used: Sequence[Outcome]) -> dict[str, Auc]:
    looks: dict[str, Callable[[Glimpse], Floats]] = {
        "thumbnail_16": lambda glimpse: glimpse.thumbnail,
        "border_12px": lambda glimpse: glimpse.border,
    }
    labels = [one.case.is_positive for one in used]
    groups = [one.case.group for one in used]
    seen = [one.glimpse for one in used if one.glimpse is not None]
    if len(seen) < len(used):
        refused = Auc(sum(labels), len(labels) - sum(labels), None, None, None, "evaluate.refused.volumes")
        return dict.fromkeys(looks, refused)
    return {name: baseline_auc([look(one) for one in seen], labels, groups) for name, look in looks.items()}


def _warnings(
    outcomes: Sequence[Outcome], n_positive: int, n_negative: int, area: Auc, baselines: dict[str, Auc]
) -> list[str]:
    words = [text(key) for key in sample_warnings(n_positive, n_negative)]
    if area.value in (0.0, 1.0):
        words.append(text("evaluate.warning.separated"))
    left_out = len(outcomes) - n_positive - n_negative
    if left_out:
        words.append(text("evaluate.warning.left_out", count=left_out, total=len(outcomes)))
    best = max((found.value for found in baselines.values() if found.value is not None), default=None)
    if area.value is not None and best is not None and area.value <= best:
        words.append(text("evaluate.warning.shortcut", auc=f"{area.value:.2f}", baseline=f"{best:.2f}"))
    return words


def _auc(found: Auc, name: str = "value") -> Json:
    return {
        name: found.value,
        "ci95": None if found.ci95 is None else list(found.ci95),
        **({"reason": text(found.reason_key)} if found.reason_key else {}),
    }


def _rate(found: Rate) -> Json:
    return {
        "value": found.value,
        "ci95": None if found.ci95 is None else list(found.ci95),
        "successes": found.successes,
        "n": found.n,
        "method": "Wilson",
        **({"reason": text(found.reason_key)} if found.reason_key else {}),
    }


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _reason(one: Outcome) -> str:
    return one.reason or (text("evaluate.no_score") if one.state in COUNTED else "")


def _is_right(one: Outcome) -> bool:
    return (one.state is RunState.POSITIVE) == one.case.is_positive


def _scores(outcomes: Sequence[Outcome]) -> list[float]:
    return [one.score for one in outcomes if one.score is not None]
