"""How well a package did on a labelled collection, as one document of figures, refusals and warnings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.analysis.agreement import SEED
from app.analysis.curves import reliability, roc_points
from app.analysis.froc import Marks
from app.analysis.labels import Case
from app.analysis.shortcuts import Floats, Glimpse, baseline_auc
from app.analysis.statistics import Auc, auc, rate, sample_warnings
from app.analysis.subgroups import groups_by
from app.analysis.tables import Json, auc_json, rate_json
from app.domain.finding import RunState
from app.support.i18n import text

COUNTED = (RunState.POSITIVE, RunState.NEGATIVE)


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
    defects: tuple[str, ...] = ()


def figures(outcomes: Sequence[Outcome], by: Sequence[str] = ()) -> Json:
    """Figures over the cases that ended positive or negative; all others are counted apart, never as negative.

    by: columns of the labels whose values make parts of the collection, each with figures of its own.
    """
    used = [one for one in outcomes if one.state in COUNTED and one.score is not None]
    area = _area(used)
    baselines = _baselines(used)
    n_positive = sum(one.case.is_positive for one in used)
    return {
        **_core(used),
        "baselines": {name: _baseline(found) for name, found in baselines.items()},
        "calibration": _calibration(used),
        "curve": _curve(used),
        "subgroups": {column: _parts(used, column) for column in by},
        "defects": _defects(outcomes),
        "seconds_per_study": _mean([one.seconds for one in outcomes]),
        "states": dict(Counter(one.state.value for one in outcomes)),
        "not_counted": [
            {"file": one.case.name, "state": one.state.value, "reason": _reason(one)}
            for one in outcomes
            if one not in used
        ],
        "providers": sorted({one.provider for one in outcomes if one.provider}),
        "warnings": _warnings(outcomes, n_positive, len(used) - n_positive, area, baselines),
    }


def _core(used: Sequence[Outcome]) -> Json:
    """What is told of the whole collection and of each part of it."""
    sick = sum(one.case.is_positive for one in used)
    right = Counter(one.case.is_positive for one in used if _is_right(one))
    return {
        "n": len(used),
        "n_positive": sick,
        "prevalence": sick / len(used) if used else None,
        "auc": auc_json(_area(used)),
        "sensitivity": rate_json(rate(right[True], sick)),
        "specificity": rate_json(rate(right[False], len(used) - sick)),
    }


def _area(used: Sequence[Outcome]) -> Auc:
    sick = [one for one in used if one.case.is_positive]
    well = [one for one in used if not one.case.is_positive]
    return auc(_scores(sick), _scores(well))


def _parts(used: Sequence[Outcome], column: str) -> Json:
    groups = groups_by([one.case for one in used], column)
    return {name: _core([used[at] for at in members]) for name, members in groups.items()}


def _scored(used: Sequence[Outcome]) -> list[tuple[float, bool]]:
    return [(one.score, one.case.is_positive) for one in used if one.score is not None]


def _curve(used: Sequence[Outcome]) -> Json | None:
    """The ROC, where there is an AUC."""
    if _area(used).value is None:
        return None
    false, hits = roc_points(_scored(used))
    return {"false_positive_share": false, "sensitivity": hits}


def _calibration(used: Sequence[Outcome]) -> Json:
    found = reliability(_scored(used))
    if found.bins is None:
        return {"bins": None, "reason": text(found.reason_key)}
    return {
        "bins": [{"mean_score": one.mean_score, "observed": rate_json(one.observed)} for one in found.bins],
        "expected_calibration_error": found.error,
        "ci95": None if found.error_ci95 is None else list(found.error_ci95),
        "method": f"{len(found.bins)} bins of equally many cases; bootstrap over cases, seed {SEED}",
        "brier": found.brier,
    }


def _defects(outcomes: Sequence[Outcome]) -> Json:
    """Share of cases with a technical defect, by the letters that the program can tell by itself: a, b, e."""
    broken = sum(bool(one.defects) for one in outcomes)
    letters = Counter(letter for one in outcomes for letter in one.defects)
    return {"share": rate_json(rate(broken, len(outcomes))), "letters": dict(sorted(letters.items()))}


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


def _baseline(found: Auc) -> Json:
    return {
        "auc": found.value,
        "ci95": None if found.ci95 is None else list(found.ci95),
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
